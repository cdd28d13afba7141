"""The channel panel's counts and the waiting rows, oldest first (S0.13–S0.19)."""

from datetime import datetime

import msgspec

from omnix_desktop.cache.reading import Key, Page, Reader, entities, every, page
from omnix_protocol.channels import Channel, ChannelAccount, ChannelGroup, Queue
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import ChannelAccountId


class QueueAccount(msgspec.Struct, frozen=True):
    """A channel account that this user serves, with what waits for it in all of this user's groups."""

    account: ChannelAccount
    channel_name: str
    group: ChannelGroup
    waiting: int = 0
    oldest_at: datetime | None = None


_WAITING = """
SELECT e.body, i.queued_at, i.id FROM interactions i JOIN entities e ON e.type = 'Interaction' AND e.id = i.id
WHERE i.status = 'queued' AND EXISTS (SELECT 1 FROM members m JOIN scopes s ON s.n = m.scope
  WHERE m.type = 'Interaction' AND m.id = i.id AND s.key = 'queue:' || i.queue_id)
  AND {which} (i.queued_at, i.id) > (?, ?) ORDER BY i.queued_at, i.id LIMIT ?
"""
_ALL = _WAITING.format(which="")
_OF_ACCOUNT = _WAITING.format(which="i.channel_account_id = ? AND")
_FIRST = Key(-(2**62), "")


def accounts(reader: Reader) -> tuple[QueueAccount, ...]:
    """Accounts with a queue that this user may see, by name; counts are the server's."""
    channels = {channel.id: channel for channel in every(reader, Channel)}
    queues: dict[str, list[Queue]] = {}
    for queue in every(reader, Queue):
        queues.setdefault(queue.channel_account_id, []).append(queue)
    rows = []
    for account in every(reader, ChannelAccount):
        mine = queues.get(account.id)
        channel = channels.get(account.kind)
        if mine is None:
            continue
        rows.append(
            QueueAccount(
                account=account,
                channel_name=channel.name if channel else account.kind,
                group=channel.group if channel else ChannelGroup.OTHER,
                waiting=sum(queue.waiting for queue in mine),
                oldest_at=min((queue.oldest_at for queue in mine if queue.oldest_at), default=None),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.account.name, row.account.id)))


def waiting(
    reader: Reader, account_id: ChannelAccountId | None = None, *, after: Key | None = None, limit: int = 50
) -> Page[Interaction]:
    """Waiting interactions, longest wait first: of one account, or of all.

    The replica holds a queue's oldest 500; what waits beyond them comes by the query QueuePage.
    """
    at = after or _FIRST
    if account_id is None:
        rows = reader.rows(_ALL, (at.at, at.id, limit))
    else:
        rows = reader.rows(_OF_ACCOUNT, (account_id, at.at, at.id, limit))
    return page(rows, entities(Interaction, rows), limit, (1, 2))
