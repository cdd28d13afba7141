"""A message of ours while its words are changed: the text that stands there, until the change was asked for."""

from concurrent.futures import Future
from datetime import datetime

from PySide6.QtCore import QObject

from omnix_desktop.cache.queries.composer import DraftText
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.channel_composer import ChannelComposer
from omnix_desktop.models.composer import Drafts, Mode
from omnix_desktop.models.source import Source
from omnix_desktop.models.why import Why
from omnix_protocol.base import Command
from omnix_protocol.content import ActKind
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import AmendMessage, Message


class EditComposer(ChannelComposer):
    """Kept on this machine under its message's name: after a crash it is there again when that message is chosen."""

    mode = Mode.EDIT

    def __init__(self, source: Source, drafts: Drafts, catalogue: Catalogue, message: Message, parent: QObject) -> None:
        self.message = message
        self.asking = False  # the server is being asked right now
        self._last: Future[None] | None = None  # that takes its text out of the file
        kept_as = f"{self.mode} {message.id}"
        super().__init__(source, drafts, catalogue, message.conversation_id, parent, kept_as)
        self.text = self.text or message.text

    @property
    def is_spare(self) -> bool:
        return False

    @property
    def is_changed(self) -> bool:
        return self.text.strip() != self.message.text.strip()

    def limit(self) -> int:
        most = super().limit()
        caption = self.able.caption_max if self.able and self.message.attachments else 0
        return min(most, caption or most)

    def refusal(self, now: datetime) -> Why | None:  # noqa: ARG002  # the server has the last word about the time
        if self.is_empty:
            return Why("refused.empty_text")
        if not self.is_changed:
            return Why("composer.edit_same")
        return self._too_long()

    def commands(self) -> list[Command]:
        return [AmendMessage(message_id=MessageId(self.message.id), kind=ActKind.EDIT, text=self.text.strip())]

    def chosen(self, message: Message) -> None:
        """To be changed now, perhaps with other words than when it was chosen first."""
        untouched = not self.is_changed
        self.message = message
        if untouched and self.text != message.text:
            self.text = message.text
            self.replaced.emit(self.text)

    def forget(self) -> None:
        """Nothing of it stays in the file; as soon as that is so, or is told to be impossible, it goes itself."""
        self.text = ""
        self._last = self.save()

    def _stored(self, doing: Future[None], text: str, before: str | None) -> None:
        super()._stored(doing, text, before)
        if doing is self._last:
            self.deleteLater()

    def _take(self, draft: DraftText) -> None:
        """No other machine knows of it, and the conversation's other drafts are not its own."""
