"""All composers of one signed-in life: one for each conversation and way of writing."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.composer import Composer, Drafts, MemoComposer, Mode
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.models.source import Source
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Message


class Composers(QObject):
    """All composers of one signed-in life, made when first asked for and kept."""

    edited = Signal(str)  # the conversation in which the change of a message began or ended

    def __init__(self, source: Source, drafts: Drafts, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._begin: Callable[[Message], EditComposer] = lambda message: EditComposer(
            source, drafts, catalogue, message, self
        )
        self._edits: dict[str, EditComposer] = {}
        """By the message that is changed; one that another came in front of is kept with what was typed."""
        self._changing: dict[ConversationId, EditComposer] = {}
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

    def front(self, conversation_id: ConversationId, mode: Mode) -> Composer:
        """What is written in this mode: where a message is being changed, that stands in the reply's place."""
        if mode is Mode.MEMO:
            return self.memo(conversation_id)
        return self._changing.get(conversation_id) or self.reply(conversation_id)

    def begin_edit(self, message: Message) -> EditComposer:
        """The words of a message, to be changed; the reply that is being written stays as it is."""
        edit = self._edits.get(message.id) or self._begin(message)
        self._edits[message.id] = edit
        edit.chosen(message)
        if self._changing.get(message.conversation_id) is not edit:
            self._changing[message.conversation_id] = edit
            self.edited.emit(message.conversation_id)
        return edit

    def end_edit(self, composer: EditComposer) -> None:
        """It was made, or is not wanted any more."""
        if self._edits.pop(composer.message.id, None) is None:
            return
        composer.forget()
        if self._changing.get(composer.conversation_id) is composer:
            del self._changing[composer.conversation_id]
            self.edited.emit(composer.conversation_id)

    def let_go(self, composer: Composer) -> None:
        """Nobody shows it."""
        key = (composer.conversation_id, composer.mode)
        if composer.is_spare and self._known.get(key) is composer:
            del self._known[key]
            composer.deleteLater()

    def flush(self) -> None:
        """Write down what is typed, and let other machines know: before the program ends."""
        for composer in (*self._known.values(), *self._edits.values()):
            composer.leave()

    def _of(self, kind: type[Composer], conversation_id: ConversationId) -> Composer:
        key = (conversation_id, kind.mode)
        if key not in self._known:
            self._known[key] = self._make(kind, conversation_id)
        return self._known[key]
