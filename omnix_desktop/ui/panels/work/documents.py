"""A ticket's documents: uploaded while there is a connection, shown as rows, each removable (S0.44)."""

import mimetypes
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import file_size, tr
from omnix_desktop.models.why import Why, sentence
from omnix_desktop.models.work_form import TicketForm
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.structure import Card
from omnix_protocol.errors import Refused
from omnix_protocol.messages import Attachment


class Documents(QWidget):
    """Files of one form at a time; an upload ends in the form that it was begun for."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.setObjectName("ticket_documents")
        self.setAcceptDrops(True)
        self._commands = commands
        self._form: TicketForm | None = None
        self._shown: tuple[Attachment, ...] = ()
        self._title = Label("", "small", "muted")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.XS)
        self._progress = ProgressLine()
        self._progress.hide()
        self._attach = Button("", "plain", icon="paperclip", small=True)
        self._attach.setObjectName("ticket_attach")
        self._attach.clicked.connect(self.choose)
        self._why = Label("", "caption", "soon", wrap=True)
        self._why.setObjectName("ticket_attach_reason")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self._title)
        column.addLayout(self._rows)
        column.addWidget(self._progress)
        column.addWidget(self._attach, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._why)
        commands.place.desk.status.linked.connect(self._tell)

    def retranslate(self) -> None:
        self._title.setText(tr("ticket.documents"))
        self._attach.set_text(tr("ticket.attach"))
        self._tell()

    def bind(self, form: TicketForm) -> None:
        if form is not self._form:
            if self._form is not None:
                self._form.changed.disconnect(self._tell)
            self._form = form
            form.changed.connect(self._tell)
        self._tell()

    def choose(self) -> None:
        """The system's own dialog, not waiting inside of it."""
        dialog = QFileDialog(self, tr("ticket.attach"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.add_paths)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_paths(self, paths: list[str]) -> None:
        form = self._form
        why = self._refusal()
        if form is None or why is not None:
            self._commands.place.screen.tell(str(why or ""), "soon")
            return
        limit = self._commands.place.desk.catalogue.rules.attachment_max_bytes
        for path in map(Path, paths):
            if not path.is_file():
                self._commands.place.screen.tell(tr("composer.no_such_file", name=path.name), "soon")
            elif path.stat().st_size > limit:
                words = tr("refused.attachment_too_large", limit=file_size(limit))
                self._commands.place.screen.tell(f"{path.name}: {words}", "soon")
            else:
                form.upload_began()
                self._commands.start(self._upload(form, path), "upload")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self._refusal() is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_paths([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    async def _upload(self, form: TicketForm, path: Path) -> None:
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        place = self._commands.place
        try:
            answer = await place.ports.transfers.upload(path, media_type, self._progressed)
        finally:
            form.upload_ended()
        if isinstance(answer, Refused):
            place.screen.tell(tr("composer.upload_failed", name=path.name, reason=sentence(answer)), "bad")
        else:
            form.attach(answer)

    def _progressed(self, done: int, size: int) -> None:
        self._progress.set_share(done / size if size else None)

    def _refusal(self) -> Why | None:
        return Why("ticket.attach_offline") if self._commands.place.desk.status.offline() else None

    def _tell(self) -> None:
        why = self._refusal()
        self._attach.setEnabled(why is None)
        self._why.setText(str(why) if why else "")
        self._why.setVisible(why is not None)
        form = self._form
        if form is None:
            return
        self._progress.setVisible(form.uploading > 0)
        if form.values.attachments != self._shown:
            self._shown = form.values.attachments
            while (item := self._rows.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            for file in self._shown:
                self._rows.addWidget(self._row(form, file))

    def _row(self, form: TicketForm, file: Attachment) -> QWidget:
        card = Card(padding=Space.XS)
        row = QHBoxLayout()
        row.setContentsMargins(Space.S, 0, 0, 0)
        row.setSpacing(Space.S)
        remove = IconButton("x", tr("composer.detach", name=file.name), size=20, glyph=12)
        remove.setObjectName("ticket_detach")
        remove.clicked.connect(lambda: form.detach(file))
        row.addWidget(ElidedLabel(file.name, "small_strong"), 1)
        row.addWidget(Label(file_size(file.size), "caption", "muted"))
        row.addWidget(remove)
        card.column.addLayout(row)
        return card
