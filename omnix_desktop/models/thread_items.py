"""What stands in a thread: bubbles, memos, heads of days and sessions, and what is not the server's yet."""

from datetime import datetime

import msgspec

from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.i18n import format_date, format_day, format_time, tr
from omnix_desktop.models.why import sentence
from omnix_protocol.conversations import Interaction
from omnix_protocol.messages import AddMemo, Attachment, DeliveryState, Direction, Memo, Message, SendMessage


class ThreadItem(msgspec.Struct, frozen=True):
    """One thing in a thread, as it is painted and spoken."""

    key: str
    kind: str  # message, memo, session
    at: datetime
    day: str = ""  # the head of its day, painted where it differs from the one above
    time: str = ""
    text: str = ""
    side: str = ""  # in, out
    author: str = ""
    shown_as: str = ""
    attachments: tuple[Attachment, ...] = ()
    state: str = ""  # queued, held, refused, and the delivery states
    note: str = ""  # the sentence below it: what went wrong, what is waited for
    tone: str = ""
    actions: tuple[str, ...] = ()  # retry, went_out, not_sent, discard, edit, send_anyway
    position: int = 0
    entity_id: str = ""  # of the message or memo
    command_id: str = ""  # of what stands in the outbox


def entry_item(entry: Entry) -> ThreadItem:
    """A stored message or memo."""
    if isinstance(entry, Memo):
        return ThreadItem(
            key=entry.id,
            kind="memo",
            at=entry.at,
            day=format_day(entry.at),
            time=format_time(entry.at),
            text=entry.text,
            side="out",
            author=entry.author_name,
            position=entry.position,
            entity_id=entry.id,
        )
    note, tone, actions = _trouble(entry)
    return ThreadItem(
        key=entry.id,
        kind="message",
        at=entry.at,
        day=format_day(entry.at),
        time=format_time(entry.at),
        text=entry.text,
        side=entry.direction.value,
        author=entry.author_name,
        shown_as=entry.shown_as,
        attachments=entry.attachments,
        state=entry.state.value if entry.direction is Direction.OUT else "",
        note=note,
        tone=tone,
        actions=actions,
        position=entry.position,
        entity_id=entry.id,
    )


def _trouble(message: Message) -> tuple[str, str, tuple[str, ...]]:
    if message.state is DeliveryState.FAILED:
        return tr("entries.failed", reason=message.failure or tr("entries.no_reason")), "bad", ("retry",)
    if message.state is DeliveryState.UNCERTAIN:
        return tr("entries.uncertain"), "soon", ("went_out", "not_sent", "retry")
    return "", "", ()


def pending_item(pending: Pending) -> ThreadItem | None:
    """What stands in the outbox: queued, held or refused."""
    command = pending.command
    if not isinstance(command, SendMessage | AddMemo):
        return None
    note, tone, actions = _waiting(pending)
    return ThreadItem(
        key=pending.subject_id,
        kind="message" if isinstance(command, SendMessage) else "memo",
        at=pending.at,
        day=format_day(pending.at),
        time=format_time(pending.at),
        text=command.text,
        side="out",
        attachments=command.attachments if isinstance(command, SendMessage) else (),
        state=pending.state.value,
        note=note,
        tone=tone,
        actions=actions,
        entity_id=pending.subject_id,
        command_id=pending.command_id,
    )


def _waiting(pending: Pending) -> tuple[str, str, tuple[str, ...]]:
    if pending.state is PendingState.REFUSED:
        why = sentence(pending.refused) if pending.refused else ""
        return tr("entries.refused", reason=why), "bad", ("send_anyway", "edit", "discard")
    if pending.state is PendingState.HELD:
        return tr("entries.held"), "soon", ("send_anyway", "edit", "discard")
    return "", "", ()


def session_item(session: Interaction) -> ThreadItem:
    """Where a session begins among earlier ones."""
    words = tr("entries.session", number=session.number, date=format_date(session.created_at))
    return ThreadItem(
        key=f"session {session.id}",
        kind="session",
        at=session.created_at,
        day=format_day(session.created_at),
        text=words,
    )


def spoken(item: ThreadItem) -> str:
    """The item for a screen reader."""
    if item.kind == "session":
        return item.text
    who = tr("entries.customer") if item.side == "in" else item.author or tr("entries.me")
    what = tr("entries.memo_of", name=who) if item.kind == "memo" else who
    body = item.text or ", ".join(file.name for file in item.attachments) or item.shown_as
    state = tr(f"delivery.{item.state}") if item.state else ""
    return ", ".join(part for part in (what, body, item.time, state, item.note) if part)
