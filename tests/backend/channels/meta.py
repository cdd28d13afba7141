"""Pages and professional accounts for tests: the webhooks that Meta documents, and what becomes of them."""

import json
from typing import Any, TypeVar

import msgspec

from backend.channels.base import AccountView, Channel
from omnix_protocol.base import Command
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage

PAGE_ID, IG_ID = "100473908465587", "17841405822304914"
PSID, IGSID = "2462811000111", "1762811000111"
AT_MS = 1_790_000_000_000
C = TypeVar("C", bound=Command)


def meta_account(kind: str, **settings: str) -> AccountView:
    return AccountView(
        tenant_id=TenantId(new_id()),
        id=ChannelAccountId(new_id()),
        kind=kind,
        settings={"page_id": PAGE_ID, "instagram_id": IG_ID, **settings},
        secrets={"access_token": "EAAG-page-token", "app_secret": "rahasia-aplikasi", "verify_token": "kata"},
    )


def webhook(kind: str, *items: dict[str, Any], under: str = "messaging", entry_id: str = "") -> bytes:
    """One entry with these items; messages name both sides and a time, as Meta does."""
    ours, theirs = (PAGE_ID, PSID) if kind == "page" else (IG_ID, IGSID)
    told = list(items)
    if under != "changes":
        envelope = {"sender": {"id": theirs}, "recipient": {"id": ours}, "timestamp": AT_MS}
        told = [envelope | item for item in items]
    entry = {"id": entry_id or ours, "time": AT_MS if under != "changes" else AT_MS // 1000, under: told}
    return json.dumps({"object": kind, "entry": [entry]}).encode()


def commands(channel: Channel, account: AccountView, raw: bytes) -> list[Command]:
    """What is parsed can be stored and read again."""
    events = channel.parse(account, raw)
    assert len({command_id for command_id, _ in events}) == len(events)
    for _, command in events:
        assert msgspec.json.decode(msgspec.json.encode(command), type=type(command)) == command
    return [command for _, command in events]


def the_one(channel: Channel, account: AccountView, raw: bytes, kind: type[C]) -> C:
    (command,) = commands(channel, account, raw)
    assert isinstance(command, kind)
    return command


def received(channel: Channel, account: AccountView, raw: bytes) -> ReceiveMessage:
    return the_one(channel, account, raw, ReceiveMessage)
