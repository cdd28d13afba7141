"""Addresses of the conversation: opened by the system's programs, after they were shown; numbers that are called."""

from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QObject, QUrl

from omnix_desktop.actions.calls import call_number
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr

CALL = "call"
_KINDS = ("https://", "http://", "mailto:")
_TEL = "tel:"


class Links(QObject):
    """What a press on an address does."""

    def __init__(self, commands: Commands, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands

    def follow(self, address: str) -> None:
        """After a question that shows where it leads; nothing but the web, mail and the telephone."""
        written = QUrl(address).toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if written.lower().startswith(_TEL):
            number = unquote(written[len(_TEL) :]).partition(";")[0]
            self._commands.start(self._call(number), "call a number")
        elif written.lower().startswith(_KINDS):
            self._commands.start(self._follow(written), "open a link")

    def act(self, key: str, action: str) -> None:
        """The words below a call were pressed: its number is called."""
        message = self._commands.place.desk.thread.message(key) if action == CALL else None
        call = message.content.call if message is not None and message.content is not None else None
        if call is not None and call.number:
            call_number(self._commands.place, call.number)

    async def _call(self, number: str) -> None:
        """As every number is: in one form, by this machine's way of calling; why not says `call_number`."""
        address = self._commands.place.desk.telephone.link(number)
        if not address or await self._sure(address):
            call_number(self._commands.place, number)

    async def _follow(self, address: str) -> None:
        screen = self._commands.place.screen
        if await self._sure(address) and not screen.launch(address):
            screen.tell(tr("mail.link_no_program", address=address[:100]), "soon")

    async def _sure(self, address: str) -> bool:
        host = urlsplit(address).hostname or address.partition(":")[2]
        words = tr("mail.link_sentence", address=address[:500], host=host)
        return await self._commands.place.screen.confirm(tr("mail.link_title"), words, tr("mail.link_open"))
