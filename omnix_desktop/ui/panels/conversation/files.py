"""Files of the thread: pictures in a light box, the rest with the system's program, what runs only saved."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.pictures import Pictures, decoded
from omnix_desktop.models.thread import Thread
from omnix_desktop.models.why import sentence
from omnix_desktop.platform.private_folder import PrivateFolder, safe_name
from omnix_desktop.ui.widgets.lightbox import Lightbox
from omnix_desktop.ui.widgets.menu import Menu
from omnix_protocol.active_files import is_active, is_picture
from omnix_protocol.errors import Refused
from omnix_protocol.messages import Attachment, FileState

PICTURE_BYTES = 64 * 1024 * 1024


def _by_the_system(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Files(QObject):
    """What a press on a file does; `moved` tells how far the files are that are on their way."""

    moved = Signal(str)  # the file's id

    def __init__(self, commands: Commands, over: QWidget) -> None:
        super().__init__(over)
        place = commands.place
        self._commands, self._over, self._thread = commands, over, place.desk.thread
        self.pictures = Pictures(place.ports.transfers, place.desk.status, commands.start, self)
        self.done: dict[str, int] = {}
        """Percent of each file that is on its way, by its id."""
        self.launch: Callable[[Path], bool] = _by_the_system
        self.lightbox: Lightbox | None = None
        self.menu: Menu | None = None
        self._folder = PrivateFolder()
        self.destroyed.connect(self._folder.clear)

    def open(self, key: str, file_id: str) -> None:
        """A click on it, or Return on its row."""
        file = _named(self._thread, key, file_id)
        if file is None or not self._is_there(file):
            return
        if is_active(file.media_type, file.name):
            self._offer_saving(file)
        elif is_picture(file.media_type):
            self._look_at(file)
        elif file.file_id not in self.done:
            self._commands.start(self._open(file), "open a file")

    def save(self, file: Attachment) -> None:
        """Wherever the user says."""
        if not self._is_there(file):
            return
        dialog = QFileDialog(self._over.window(), tr("files.save_as"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(safe_name(file.name))
        dialog.fileSelected.connect(lambda path: self.save_to(file, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, file: Attachment, path: Path) -> None:
        self._commands.start(self._save(file, path), "save a file")

    def _is_there(self, file: Attachment) -> bool:
        """What is not there is only told."""
        if file.state is FileState.THERE:
            return True
        reason = file.failure or tr("entries.no_reason")
        self._tell(tr(f"entries.file_{file.state.value}", reason=reason), "soon")
        return False

    def _offer_saving(self, file: Attachment) -> None:
        menu = self.menu = Menu(parent=self._over)
        why = menu.addAction(tr("files.never_opened"))
        why.setEnabled(False)
        menu.addSeparator()
        menu.addAction(tr("files.save_as")).triggered.connect(lambda: self.save(file))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _look_at(self, file: Attachment) -> None:
        files = shown_pictures(self._thread)
        place = next((at for at, one in enumerate(files) if one.file_id == file.file_id), 0)
        box = self.lightbox = Lightbox(files, place, self.pictures.of, self._over.window())
        box.wanted.connect(lambda wanted: self._commands.start(self._fill(box, wanted), "look at a picture"))
        box.save_wanted.connect(self.save)
        box.finished.connect(box.deleteLater)
        box.begin()

    async def _fill(self, box: Lightbox, file: Attachment) -> None:
        """The whole picture, into memory alone."""
        body = await self._commands.place.ports.transfers.read(file.file_id, PICTURE_BYTES)
        if not isValid(box) or box.file.file_id != file.file_id:
            return
        if isinstance(body, Refused):
            box.say(file.file_id, sentence(body))
            return
        image = await asyncio.to_thread(decoded, body)
        if not isValid(box):
            return
        if image is None:
            box.say(file.file_id, tr("lightbox.broken"))
        else:
            box.take(file.file_id, image)

    async def _open(self, file: Attachment) -> None:
        target = self._folder.place_for(file.file_id, file.name)
        if (target.exists() or await self._fetch(file, target)) and not self.launch(target):
            self._tell(tr("files.no_program", name=file.name), "soon")

    async def _save(self, file: Attachment, path: Path) -> None:
        if await self._fetch(file, path):
            self._tell(tr("files.saved", name=path.name), "info")

    async def _fetch(self, file: Attachment, target: Path) -> bool:
        self._progress(file, 0)
        try:
            answer = await self._commands.place.ports.transfers.download(
                file.file_id, target, lambda done, size: self._progress(file, done * 100 // max(1, size))
            )
        except OSError as error:
            self._tell(tr("files.not_written", name=file.name, reason=error.strerror or str(error)), "bad")
            return False
        finally:
            self._progress(file, None)
        if isinstance(answer, Refused):
            self._tell(tr("files.not_fetched", name=file.name, reason=sentence(answer)), "bad")
            return False
        return True

    def _progress(self, file: Attachment, percent: int | None) -> None:
        if percent == self.done.get(file.file_id):
            return
        if percent is None:
            self.done.pop(file.file_id, None)
        else:
            self.done[file.file_id] = min(percent, 100)
        if isValid(self):
            self.moved.emit(file.file_id)

    def _tell(self, words: str, tone: str) -> None:
        self._commands.place.screen.tell(words, tone)


def shown_pictures(thread: Thread) -> list[Attachment]:
    """Every picture of the conversation that can be looked at, in order."""
    return [
        file
        for item in thread.items.rows()
        for file in item.attachments
        if file.state is FileState.THERE and is_picture(file.media_type) and not is_active(file.media_type, file.name)
    ]


def _named(thread: Thread, key: str, file_id: str) -> Attachment | None:
    item = thread.items.of(key)
    return next((file for file in item.attachments if file.file_id == file_id), None) if item else None
