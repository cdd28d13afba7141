"""What is being written: one composer for one conversation and one mode, for its whole life (promise 2)."""

from concurrent.futures import Future
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from omnix_desktop.cache.beside import NOTHING, Beside, joined
from omnix_desktop.cache.engine import fault_of
from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.queries import composer as queries
from omnix_desktop.cache.queries.composer import ComposerFacts, DraftText
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.deliver import when_done
from omnix_desktop.models.source import Source
from omnix_desktop.models.why import Why
from omnix_protocol.base import Command
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, new_id
from omnix_protocol.messages import AddMemo, Attachment, Draft
from omnix_protocol.text import storable_text

SAVE_AFTER = 150
"""Milliseconds that a key press waits at most before it is written down (promise 3 allows 300)."""


class Mode(StrEnum):
    REPLY = "reply"
    MEMO = "memo"
    EDIT = "edit"


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
        beside: Beside = NOTHING,
    ) -> Future[None]: ...

    def leave_draft(self, conversation_id: str) -> None: ...


class Composer(QObject):
    """Text of one conversation in one mode. It never learns of another conversation."""

    mode: ClassVar[Mode]

    changed = Signal()  # counters, saved or not, what may be sent
    replaced = Signal(str)  # the text came from elsewhere: another machine, a refused message given back
    failed = Signal(object)  # the Fault for which it could not be stored

    def __init__(
        self,
        source: Source,
        drafts: Drafts,
        catalogue: Catalogue,
        conversation_id: ConversationId,
        parent: QObject,
        kept_as: str = "",
    ) -> None:
        super().__init__(parent)
        self.kept_as = kept_as or self.mode
        """Under which name its text stands in the file, among those of its conversation."""
        self._source, self._drafts, self._catalogue = source, drafts, catalogue
        self.conversation_id = conversation_id
        self._saving: set[Future[None]] = set()
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._timer.timeout.connect(self.save)
        draft = queries.draft(source.reader, conversation_id, self.kept_as)
        self.text, self.attachments, self.apart = draft.text, draft.files, draft.apart
        self.beside = draft.beside
        """What goes with it besides."""
        self._before: str | None = draft.text
        """As it was last saved or shown; None where that is not known."""
        self._leaving: tuple[str, tuple[Attachment, ...], Beside] | None = None
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

    def save(self, *, seen: Draft | None = None) -> Future[None]:
        """Now: it is about to be sent, the composer goes out of sight, the program ends."""
        self._timer.stop()
        self._leaving = None
        text, before = self.text, self._before
        doing = self._drafts.save_draft(
            self.conversation_id, self.kept_as, text, self.attachments, before, seen, self.beside
        )
        self._before = text
        self._saving = {one for one in self._saving if not one.done()} | {doing}
        when_done(doing, self, lambda done: self._stored(done, text, before))
        return doing

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
        self.changed.emit()

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
        self._leaving = storable_text(self.text), self.attachments, self.beside
        self.text = self._before = ""
        self.attachments, self.beside = (), NOTHING
        self.replaced.emit("")
        self.changed.emit()

    def give_back(self, text: str, files: tuple[Attachment, ...], beside: Beside) -> None:
        """It could not be stored: in front of what was typed since."""
        self.text = "\n".join(part for part in (text, self.text) if part)
        self.attachments = (*files, *self.attachments)
        self.beside = joined(beside, self.beside)
        self._before = None
        self.replaced.emit(self.text)
        self.save()

    def limit(self) -> int:
        raise NotImplementedError

    def refusal(self, now: datetime) -> Why | None:
        """Why it cannot be sent as it stands."""
        raise NotImplementedError

    def commands(self) -> list[Command]:
        """The decision, bound to this conversation: one message, or as many as the channel needs for it."""
        raise NotImplementedError

    def length(self) -> int:
        """How long the text is, counted as it is limited."""
        return len(self.text)

    def _too_long(self) -> Why | None:
        limit = self.limit()
        return Why("refused.text_too_long", (("limit", limit),)) if self.length() > limit else None

    def _stored(self, doing: Future[None], text: str, before: str | None) -> None:
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
            self._take(queries.draft(self._source.reader, self.conversation_id, self.kept_as))

    def _take(self, draft: DraftText) -> None:
        """What stands in the file now: another machine's text, or a refused message given back."""
        if self._leaving == (draft.text, draft.files, draft.beside):
            return
        self._leaving = None
        before = (self.text, self.attachments, self.apart, self.beside)
        self.text, self.attachments, self.apart, self.beside = draft.text, draft.files, draft.apart, draft.beside
        self._before = draft.text
        if before[0] != draft.text:
            self.replaced.emit(draft.text)
        if before != (draft.text, draft.files, draft.apart, draft.beside):
            self.changed.emit()

    def _save_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()


class MemoComposer(Composer):
    """A note that never leaves the tenant (S0.29)."""

    mode = Mode.MEMO

    def limit(self) -> int:
        return self._catalogue.rules.memo_max

    def refusal(self, now: datetime) -> Why | None:  # noqa: ARG002  # a memo has no window
        if self.facts is None or self.facts.interaction is None:
            return Why("composer.not_here")
        return Why("refused.empty_text") if self.is_empty else self._too_long()

    def commands(self) -> list[Command]:
        it = self.facts.interaction if self.facts else None
        if it is None:
            return []
        memo = AddMemo(
            memo_id=MemoId(new_id()),
            conversation_id=self.conversation_id,
            interaction_id=InteractionId(it.id),
            text=self.text.strip(),
        )
        return [memo]
