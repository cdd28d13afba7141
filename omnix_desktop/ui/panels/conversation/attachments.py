"""Files of a reply or a new mail: chosen, dropped, pasted, checked by the channel, uploaded, shown as chips (S0.32)."""

import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import file_size, tr
from omnix_desktop.models.why import Why, sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.progress import Spinner
from omnix_desktop.ui.widgets.structure import Card
from omnix_protocol import capability
from omnix_protocol.channels import Capabilities
from omnix_protocol.errors import Refused
from omnix_protocol.messages import Attachment

NAME_WIDTHS = (96, 240)


class Enclosing(Protocol):
    """What files go along with: a reply, a new mail."""

    uploading: int

    @property
    def changed(self) -> SignalInstance: ...
    @property
    def attachments(self) -> tuple[Attachment, ...]: ...
    @property
    def able(self) -> Capabilities | None: ...

    def attach(self, file: Attachment) -> None: ...

    def detach(self, file: Attachment) -> None: ...

    def upload_began(self) -> None: ...

    def upload_ended(self) -> None: ...

    def attach_refusal(self, now: datetime) -> Why | None: ...


class Attachments(QWidget):
    """The row of files under the text; nothing while there are none."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.setObjectName("attachments")
        self._place = place
        self._composer: Enclosing | None = None
        self._tasks = Tasks("attachments")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, Space.XS, 0, 0)
        self._row.setSpacing(Space.S)
        self._spinner = Spinner(tr("composer.uploading"))
        self._row.addWidget(self._spinner)
        self._row.addStretch(1)
        self._chips: list[tuple[Attachment, QWidget]] = []
        self.hide()

    def show_files(self, composer: Enclosing) -> None:
        """Those of this composer; an upload that runs still goes to the one it was chosen for."""
        if self._composer is not None:
            self._composer.changed.disconnect(self._tell)
        self._composer = composer
        composer.changed.connect(self._tell)
        self._tell()

    def choose(self) -> None:
        """The system's own dialog, not waiting inside of it."""
        composer = self._composer
        if composer is None:
            return
        dialog = QFileDialog(self, tr("composer.attach"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self._add_to(composer, paths))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_paths(self, paths: list[str]) -> None:
        if self._composer is not None:
            self._add_to(self._composer, paths)

    def _add_to(self, composer: Enclosing, paths: list[str]) -> None:
        why = composer.attach_refusal(self._place.desk.tick.now())
        if why is not None:
            self._place.screen.tell(str(why), "soon")
            return
        for path in map(Path, paths):
            self._add(composer, path)

    def _add(self, composer: Enclosing, path: Path) -> None:
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        problem = _problem(path, media_type, composer.able) if composer.able is not None else ""
        if problem:
            self._place.screen.tell(problem, "soon")
            return
        composer.upload_began()
        self._tasks.start(self._upload(composer, path, media_type), "upload")

    async def _upload(self, composer: Enclosing, path: Path, media_type: str) -> None:
        try:
            answer = await self._place.ports.transfers.upload(path, media_type)
        finally:
            composer.upload_ended()
        if isinstance(answer, Refused):
            self._place.screen.tell(tr("composer.upload_failed", name=path.name, reason=sentence(answer)), "bad")
        else:
            composer.attach(answer)

    def _tell(self) -> None:
        composer = self._composer
        if composer is None:
            return
        wanted = composer.attachments
        for file, chip in [known for known in self._chips if known[0] not in wanted]:
            self._chips.remove((file, chip))
            self._row.removeWidget(chip)
            chip.deleteLater()
        shown = [file for file, _ in self._chips]
        for file in wanted:
            if file not in shown:
                chip = self._chip(composer, file)
                self._chips.append((file, chip))
                self._row.insertWidget(self._row.count() - 2, chip)
        self._spinner.setVisible(composer.uploading > 0)
        self.setVisible(bool(wanted) or composer.uploading > 0)

    def _chip(self, composer: Enclosing, file: Attachment) -> QWidget:
        chip = Card(padding=Space.XS)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.setContentsMargins(Space.S, 0, 0, 0)
        name = ElidedLabel(file.name, "small_strong")
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        name.setMinimumWidth(NAME_WIDTHS[0])
        name.setMaximumWidth(NAME_WIDTHS[1])
        remove = IconButton("x", tr("composer.detach", name=file.name), size=20, glyph=12)
        remove.clicked.connect(lambda: composer.detach(file))
        row.addWidget(name, 1)
        row.addWidget(Label(file_size(file.size), "caption", "muted"))
        row.addWidget(remove)
        chip.column.addLayout(row)
        return chip


def _problem(path: Path, media_type: str, able: Capabilities) -> str:
    if not path.is_file():
        return tr("composer.no_such_file", name=path.name)
    if path.stat().st_size > (largest := capability.file_limit(able, media_type)):
        return tr("refused.attachment_too_large", limit=file_size(largest))
    return "" if capability.carries(able, media_type) else tr("refused.attachment_type", type=media_type)
