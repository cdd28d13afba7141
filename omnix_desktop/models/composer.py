"""What is being written: one composer for one conversation and one mode, for its whole life (promise 2)."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from omnix_desktop.cache.engine import fault_of
from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.queries import composer as queries
from omnix_desktop.cache.queries import thread as thread_queries
from omnix_desktop.cache.queries.composer import ComposerFacts, DraftText
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.source import Source
from omnix_desktop.models.why import Why
from omnix_protocol.base import Command
from omnix_protocol.conversations import HELD
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, MessageId, new_id
from omnix_protocol.messages import AddMemo, Attachment, Draft, SendMessage
from omnix_protocol.rules import text_limit, window_closes_at
from omnix_protocol.text import storable_text

SAVE_AFTER = 150
"""Milliseconds that a key press waits at most before it is written down (promise 3 allows 300)."""


class Mode(StrEnum):
    REPLY = "reply"
    MEMO = "memo"


class Drafts(Protocol):
    """Where text goes as it is typed: `cache.local.Local`."""

    def save_draft(
        self,
        conversation_id: str,
        mode: str,
        text: str,
        files: tuple[Attachment, ...] = (),
        before: str | None = None,
        seen: Draft | None = None,
    ) -> Future[None]: ...

    def leave_draft(self, conversation_id: str) -> None: ...


class Composer(QObject):
    """Text of one conversation in one mode. It never learns of another conversation."""

    mode: ClassVar[Mode]

    changed = Signal()  # counters, saved or not, what may be sent
    replaced = Signal(str)  # the text came from elsewhere: another machine, a refused message given back
    failed = Signal(object)  # the Fault for which it could not be stored
    _written = Signal(object)  # from the writer's thread into this one

    def __init__(
        self, source: Source, drafts: Drafts, catalogue: Catalogue, conversation_id: ConversationId, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._source, self._drafts, self._catalogue = source, drafts, catalogue
        self.conversation_id = conversation_id
        self._saving: set[Future[None]] = set()
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._timer.timeout.connect(self.save)
        self._written.connect(self._stored, Qt.ConnectionType.QueuedConnection)
        draft = queries.draft(source.reader, conversation_id, self.mode)
        self.text, self.attachments, self.apart = draft.text, draft.files, draft.apart
        self._before: str | None = draft.text
        """As it was last saved or shown; None where that is not known."""
        self._leaving: tuple[str, tuple[Attachment, ...]] | None = None
        """What was sent, until it has left the file."""
        self._failing = False  # what stands here does not stand in the file
        self.facts: ComposerFacts | None = queries.facts(source.reader, conversation_id)
        self._forget = source.feed.subscribe(self._heard)
        self.destroyed.connect(self._forget)

    @property
    def saved(self) -> bool:
        pending = self._timer.isActive() or any(not doing.done() for doing in self._saving)
        return not pending and not self._failing

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.attachments

    @property
    def is_spare(self) -> bool:
        """Nothing stands in it and nothing is on its way in: nobody would miss it."""
        return self.is_empty

    def typed(self, text: str) -> None:
        """The user's hand; written down within SAVE_AFTER."""
        if text == self.text:
            return
        self.text = text
        self._save_soon()

    def save(self, *, seen: Draft | None = None) -> None:
        """Now: it is about to be sent, the composer goes out of sight, the program ends."""
        self._timer.stop()
        self._leaving = None
        text, before = self.text, self._before
        doing = self._drafts.save_draft(self.conversation_id, self.mode, text, self.attachments, before, seen)
        self._before = text
        self._saving = {one for one in self._saving if not one.done()} | {doing}
        doing.add_done_callback(lambda done: self._written.emit((done, text, before)))

    def join(self) -> None:
        """The text on the user's other machine comes below this one, and is one with it from here on."""
        theirs = (queries.elsewhere(self._source.reader, self._source.user_id) or {}).get(
            (self.conversation_id, self.mode)
        )
        if theirs is None or not self.apart:
            return
        self.text = "\n".join(part for part in (self.text, theirs.text) if part)
        self.apart = False
        self.replaced.emit(self.text)
        self.save(seen=theirs)

    def flush(self) -> None:
        if self._timer.isActive():
            self.save()

    def leave(self) -> None:
        """The user turns to something else, perhaps to another machine."""
        self.flush()
        self._drafts.leave_draft(self.conversation_id)

    def sent(self) -> None:
        """It stands in the outbox; the draft went with it."""
        self._timer.stop()
        self._leaving = storable_text(self.text), self.attachments
        self.text = self._before = ""
        self.attachments = ()
        self.replaced.emit("")
        self.changed.emit()

    def give_back(self, text: str, files: tuple[Attachment, ...]) -> None:
        """It could not be stored: in front of what was typed since."""
        self.text = "\n".join(part for part in (text, self.text) if part)
        self.attachments = (*files, *self.attachments)
        self._before = None
        self.replaced.emit(self.text)
        self.save()

    def limit(self) -> int:
        raise NotImplementedError

    def refusal(self, now: datetime) -> Why | None:
        """Why it cannot be sent as it stands."""
        raise NotImplementedError

    def command(self) -> Command | None:
        """The decision, bound to this conversation."""
        raise NotImplementedError

    def _too_long(self) -> Why | None:
        limit = self.limit()
        return Why("refused.text_too_long", (("limit", limit),)) if len(self.text) > limit else None

    def _stored(self, saving: tuple[Future[None], str, str | None]) -> None:
        doing, text, before = saving
        error = doing.exception()
        if error is not None:
            self._before = self._before if self._failing else before
            self.failed.emit(fault_of(error))
        elif self._failing:
            self._before = text
        self._failing = error is not None
        self.changed.emit()

    def _heard(self, changed: Changed) -> None:
        everything = changed == EVERYTHING
        mine: set[tuple[str, str]] = {("Conversation", self.conversation_id)}
        if self.facts and self.facts.conversation.interaction_id:
            mine.add(("Interaction", self.facts.conversation.interaction_id))  # it may come later than its conversation
        if everything or mine & changed or any(kind in ("Channel", "ChannelAccount") for kind, _ in changed):
            self.facts = queries.facts(self._source.reader, self.conversation_id)
            self.changed.emit()
        drafted = {("draft", self.conversation_id), ("draft", "*")} & changed
        if (drafted or everything) and self.saved:
            self._take(queries.draft(self._source.reader, self.conversation_id, self.mode))

    def _take(self, draft: DraftText) -> None:
        """What stands in the file now: another machine's text, or a refused message given back."""
        if self._leaving == (draft.text, draft.files):
            return
        self._leaving = None
        before = (self.text, self.attachments, self.apart)
        self.text, self.attachments, self.apart = draft.text, draft.files, draft.apart
        self._before = draft.text
        if before[0] != draft.text:
            self.replaced.emit(draft.text)
        if before != (draft.text, draft.files, draft.apart):
            self.changed.emit()

    def _save_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()


class ReplyComposer(Composer):
    """What the customer will read."""

    mode = Mode.REPLY

    def __init__(
        self, source: Source, drafts: Drafts, catalogue: Catalogue, conversation_id: ConversationId, parent: QObject
    ) -> None:
        self.uploading = 0
        super().__init__(source, drafts, catalogue, conversation_id, parent)

    @property
    def is_spare(self) -> bool:
        return super().is_spare and not self.uploading

    def attach(self, file: Attachment) -> None:
        self.attachments = (*self.attachments, file)
        self._save_soon()

    def detach(self, file: Attachment) -> None:
        self.attachments = tuple(one for one in self.attachments if one != file)
        self._save_soon()

    def upload_began(self) -> None:
        self.uploading += 1
        self.changed.emit()

    def upload_ended(self) -> None:
        self.uploading -= 1
        self.changed.emit()

    def limit(self) -> int:
        channel = self.facts.channel if self.facts else None
        rules = self._catalogue.rules
        return text_limit(rules, channel.capabilities) if channel else rules.message_max

    def refusal(self, now: datetime) -> Why | None:
        return self.blocked(now) or self._incomplete()

    def blocked(self, now: datetime) -> Why | None:
        """Why nothing at all can be sent here right now."""
        facts = self.facts
        if facts is None or facts.interaction is None:
            return Why("composer.not_here")
        it = facts.interaction
        if it.status not in HELD:
            return Why("composer.not_picked_up" if it.ended_at is None else "composer.ended")
        if it.owner_id != self._source.user_id:
            return Why("refused.not_owner", (("name", it.owner_name),))
        if facts.account is not None and not facts.account.active:
            return Why("refused.channel_inactive")
        closes_at = (
            window_closes_at(facts.channel.capabilities, facts.conversation.last_inbound_at) if facts.channel else None
        )
        return Why("composer.window_closed") if closes_at is not None and closes_at <= now else None

    def attach_refusal(self, now: datetime) -> Why | None:
        """Why no file can go with it: the channel's own reason, named (S0.32)."""
        blocked = self.blocked(now)
        channel = self.facts.channel if self.facts else None
        if blocked is not None or channel is None or channel.capabilities.attachments:
            return blocked
        return Why("composer.no_attachments", (("channel", channel.name),))

    def command(self) -> Command | None:
        it = self.facts.interaction if self.facts else None
        if it is None:
            return None
        return SendMessage(
            message_id=MessageId(new_id()),
            conversation_id=self.conversation_id,
            interaction_id=InteractionId(it.id),
            text=self.text.strip(),
            attachments=self.attachments,
            seen_position=thread_queries.extent(self._source.reader, self.conversation_id).last,
        )

    def _incomplete(self) -> Why | None:
        if self.uploading:
            return Why("composer.uploading")
        return Why("refused.empty_text") if self.is_empty else self._too_long()


class MemoComposer(Composer):
    """A note that never leaves the tenant (S0.29)."""

    mode = Mode.MEMO

    def limit(self) -> int:
        return self._catalogue.rules.memo_max

    def refusal(self, now: datetime) -> Why | None:  # noqa: ARG002  # a memo has no window
        if self.facts is None or self.facts.interaction is None:
            return Why("composer.not_here")
        return Why("refused.empty_text") if self.is_empty else self._too_long()

    def command(self) -> Command | None:
        it = self.facts.interaction if self.facts else None
        if it is None:
            return None
        return AddMemo(
            memo_id=MemoId(new_id()),
            conversation_id=self.conversation_id,
            interaction_id=InteractionId(it.id),
            text=self.text.strip(),
        )


class Composers(QObject):
    """All composers of one signed-in life, made when first asked for and kept."""

    made = Signal(object)

    def __init__(self, source: Source, drafts: Drafts, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make: Callable[[type[Composer], ConversationId], Composer] = lambda kind, key: kind(
            source, drafts, catalogue, key, self
        )
        self._known: dict[tuple[ConversationId, Mode], Composer] = {}

    def reply(self, conversation_id: ConversationId) -> ReplyComposer:
        found = self._of(ReplyComposer, conversation_id)
        assert isinstance(found, ReplyComposer)
        return found

    def memo(self, conversation_id: ConversationId) -> MemoComposer:
        found = self._of(MemoComposer, conversation_id)
        assert isinstance(found, MemoComposer)
        return found

    def let_go(self, composer: Composer) -> None:
        """Nobody shows it."""
        key = (composer.conversation_id, composer.mode)
        if composer.is_spare and self._known.get(key) is composer:
            del self._known[key]
            composer.deleteLater()

    def flush(self) -> None:
        """Write down what is typed, and let other machines know: before the program ends."""
        for composer in self._known.values():
            composer.leave()

    def _of(self, kind: type[Composer], conversation_id: ConversationId) -> Composer:
        key = (conversation_id, kind.mode)
        if key not in self._known:
            self._known[key] = self._make(kind, conversation_id)
            self.made.emit(self._known[key])
        return self._known[key]
