"""What stands in a thread: bubbles, memos, heads of days and sessions, and what is not the server's yet."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.i18n import format_date, format_day, format_time, tr
from omnix_desktop.models import entry_words
from omnix_desktop.models.why import sentence
from omnix_protocol.content import CallState
from omnix_protocol.conversations import Interaction
from omnix_protocol.messages import AddMemo, Attachment, DeliveryState, Direction, FileState, Memo, Message, SendMessage
from omnix_protocol.transcripts import MAIL_OFF

ORIGINAL = "original"
"""Pressed to see a mail as it was written."""
ON_THE_LINE = (CallState.RINGING, CallState.ANSWERED)


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
    head: str = ""  # stands small over the text
    quote: str = ""  # of the message that it answers
    quoted: str = ""  # that message's key
    reactions: tuple[str, ...] = ()
    mark: str = ""  # beside the time: edited, hidden
    faint: bool = False  # taken back
    attachments: tuple[Attachment, ...] = ()
    state: str = ""  # queued, held, refused, and the delivery states
    note: str = ""  # the sentence below it: what went wrong, what is waited for
    tone: str = ""
    actions: tuple[str, ...] = ()  # retry, went_out, not_sent, discard, edit, send_anyway
    position: int = 0
    entity_id: str = ""  # of the message or memo
    command_id: str = ""  # of what stands in the outbox


def entry_item(entry: Entry, answers: Message | None = None) -> ThreadItem:
    """A stored message or memo, and the message that it answers."""
    if isinstance(entry, Memo):
        return ThreadItem(
            key=entry.id,
            kind="memo",
            at=entry.at,
            day=format_day(entry.at),
            time=format_time(entry.at),
            text=_noted(entry),
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
        text=entry_words.body(entry),
        side=entry.direction.value,
        author=entry.author_name,
        head=entry_words.head(entry),
        quote=entry_words.quote(answers) if answers else "",
        quoted=answers.id if answers else "",
        reactions=tuple(reaction.emoji for reaction in entry.reactions),
        mark=entry_words.mark(entry),
        faint=entry.deleted_at is not None,
        attachments=() if entry.deleted_at else entry.attachments,
        state=entry.state.value if entry.direction is Direction.OUT else "",
        note=note,
        tone=tone,
        actions=(*actions, *_offers(entry)),
        position=entry.position,
        entity_id=entry.id,
    )


def _offers(message: Message) -> tuple[str, ...]:
    """What can be looked at besides the text."""
    content = message.content
    if content is None or message.deleted_at is not None:
        return ()
    if content.call is not None and content.call.number and content.call.state not in ON_THE_LINE:
        return ("call",)
    return (ORIGINAL,) if content.mail is not None and content.mail.html_id else ()


def _noted(memo: Memo) -> str:
    """A memo's words; one that notes a transcript says what became of its mail."""
    transcript = memo.transcript
    if transcript is None:
        return memo.text
    reason = tr("transcript.mail_off") if transcript.failure == MAIL_OFF else transcript.failure
    return tr(f"transcript.{transcript.state.value}", to=transcript.to, reason=reason or tr("transcript.no_reason"))


def _trouble(message: Message) -> tuple[str, str, tuple[str, ...]]:
    if message.state is DeliveryState.FAILED:
        return tr("entries.failed", reason=message.failure or tr("entries.no_reason")), "bad", ("retry",)
    if message.state is DeliveryState.UNCERTAIN:
        return tr("entries.uncertain"), "soon", ("went_out", "not_sent", "retry")
    failed = next((file for file in message.attachments if file.state is FileState.FAILED), None)
    if failed is not None:
        return "", "", ("fetch",)
    note, tone = entry_words.amendment(message)
    return note, tone, ()


def pending_item(pending: Pending, answers: Message | None = None) -> ThreadItem | None:
    """What stands in the outbox: queued, held or refused; and the message that it answers."""
    command = pending.command
    if not isinstance(command, SendMessage | AddMemo):
        return None
    note, tone, actions = _waiting(pending)
    item = ThreadItem(
        key=pending.subject_id,
        kind="memo",
        at=pending.at,
        day=format_day(pending.at),
        time=format_time(pending.at),
        text=command.text,
        side="out",
        state=pending.state.value,
        note=note,
        tone=tone,
        actions=actions,
        entity_id=pending.subject_id,
        command_id=pending.command_id,
    )
    return item if isinstance(command, AddMemo) else _as_message(item, command, answers)


def _as_message(item: ThreadItem, command: SendMessage, answers: Message | None) -> ThreadItem:
    return replace(
        item,
        kind="message",
        head=entry_words.content_head(command.content, Direction.OUT) if command.content else "",
        quote=entry_words.quote(answers) if answers else "",
        quoted=answers.id if answers else "",
        attachments=command.attachments,
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
    said = item.text or ", ".join(file.name for file in item.attachments)
    state = tr(f"delivery.{item.state}") if item.state else ""
    reactions = " ".join(item.reactions)
    parts = (what, item.head, item.quote, said, reactions, item.time, item.mark, state, item.note)
    return ", ".join(part for part in parts if part)
