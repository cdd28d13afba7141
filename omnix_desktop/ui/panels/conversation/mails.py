"""Mails of the thread as they were written: fetched, made into a page apart from the windows, shown in a reader."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.mail_page import WIDTH, MailPage, PagePicture, page_of
from omnix_desktop.models.pictures import decoded
from omnix_desktop.models.why import sentence
from omnix_desktop.platform.private_folder import safe_name
from omnix_desktop.ui.panels.conversation.links import Links
from omnix_desktop.ui.widgets.mail_reader import MailReader
from omnix_protocol.errors import Refused
from omnix_protocol.ids import FileId, MessageId, file_id_of
from omnix_protocol.messages import Message

HTML_BYTES = 4 * 1024 * 1024
PICTURE_BYTES = 16 * 1024 * 1024


class Apart(Protocol):
    """Runs it in a thread of its own: `asyncio.to_thread`."""

    def __call__(self, work: Callable[..., Any], /, *args: Any) -> Awaitable[Any]: ...


class Mails(QObject):
    """One reader at a time; what comes after it was closed is left."""

    def __init__(self, commands: Commands, links: Links, over: QWidget) -> None:
        super().__init__(over)
        self._commands, self._links, self._over = commands, links, over
        self._ports, self._thread = commands.place.ports, commands.place.desk.thread
        self.apart: Apart = asyncio.to_thread
        self.reader: MailReader | None = None

    def show_original(self, key: str) -> None:
        """Of this message of the thread, where it is a mail that has one."""
        message = self._thread.message(key)
        mail = message.content.mail if message is not None and message.content is not None else None
        if message is None or mail is None or mail.html_id is None:
            return
        reader = self.reader = MailReader(mail.subject, mail.sender, self._over.window())
        reader.finished.connect(reader.deleteLater)
        reader.link_pressed.connect(self._links.follow)
        reader.begin()
        self._commands.start(self._read(reader, message, mail.html_id), "read a mail")

    async def _read(self, reader: MailReader, message: Message, html_id: FileId) -> None:
        body = await self._ports.transfers.read(html_id, HTML_BYTES)
        if not isValid(reader):
            return
        if isinstance(body, Refused):
            reader.notice.show_sentence(tr("mail.not_fetched", reason=sentence(body)), "bad")
            reader.show_text(message.text)
            return
        html = body.decode(errors="replace")
        reader.save_wanted.connect(lambda: self._ask_where(reader, html))
        page: MailPage | None = await self.apart(page_of, html)
        if not isValid(reader):
            return
        if page is None:
            reader.notice.show_sentence(tr("mail.too_large"), "soon")
            reader.show_text(message.text)
            reader.zoomed.connect(lambda _zoom: reader.show_text(message.text))
            return
        reader.show_page(page.html)
        reader.zoomed.connect(lambda zoom: self._commands.start(self._again(reader, html, zoom), "zoom a mail"))
        reader.load_wanted.connect(lambda: self._commands.start(self._load(reader, page.remote), "load pictures"))
        if page.remote:
            reader.notice.show_sentence(tr("mail.blocked", n=len(page.remote)), "info", tr("mail.load"))
        for picture in page.pictures:
            if picture.kind != "remote":
                await self._fill(reader, picture, await self._own(message, picture))

    async def _again(self, reader: MailReader, html: str, zoom: float) -> None:
        page: MailPage | None = await self.apart(page_of, html, zoom)
        if page is not None and isValid(reader) and reader.zoom == zoom:
            reader.show_page(page.html)

    async def _own(self, message: Message, picture: PagePicture) -> bytes | None:
        """A picture of the mail itself, by the id that the server derives for its part."""
        if picture.kind == "inline":
            return picture.body
        file_id = file_id_of(MessageId(message.id), picture.source)
        body = await self._ports.transfers.read(file_id, PICTURE_BYTES)
        return None if isinstance(body, Refused) else body

    async def _load(self, reader: MailReader, pictures: Sequence[PagePicture]) -> None:
        """Those of this mail, this time; the next mail asks anew."""
        reader.notice.show_sentence(tr("mail.loading", n=len(pictures)), "info")
        missed = 0
        for picture in pictures:
            body = await self._ports.outside.picture(picture.source)
            if not isValid(reader):
                return
            missed += not await self._fill(reader, picture, body)
        if isValid(reader):
            reader.notice.show_sentence(tr("mail.not_loaded", n=missed) if missed else "", "soon")

    async def _fill(self, reader: MailReader, picture: PagePicture, body: bytes | None) -> bool:
        image: QImage | None = await self.apart(_fitting, body) if body else None
        if image is None or not isValid(reader):
            return False
        reader.put_picture(picture.name, image)
        return True

    def _ask_where(self, reader: MailReader, html: str) -> None:
        dialog = QFileDialog(reader, tr("mail.save"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(safe_name(f"{reader.windowTitle()[:80]}.html"))
        dialog.fileSelected.connect(lambda path: self._commands.start(self.save_to(html, Path(path)), "save a mail"))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save_to(self, html: str, path: Path) -> None:
        """As the server made it safe; pictures from outside stay blocked in it."""
        try:
            await self.apart(path.write_text, html, "utf-8")
        except OSError as error:
            words = tr("mail.not_written", name=path.name, reason=error.strerror or str(error))
            self._commands.place.screen.tell(words, "bad")
        else:
            self._commands.place.screen.tell(tr("mail.saved", name=path.name))


def _fitting(body: bytes) -> QImage | None:
    image = decoded(body)
    if image is None or image.width() <= WIDTH:
        return image
    return image.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
