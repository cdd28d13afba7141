"""The pictures of a conversation, one at a time and as large as one likes (F33)."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import number, tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.picture_view import STEP, PictureView
from omnix_protocol.messages import Attachment

_LARGER = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_SMALLER = (Qt.Key.Key_Minus, Qt.Key.Key_Underscore)


class Lightbox(QDialog):
    """Asks for each picture with `wanted` and is answered by `take` or `say`; what comes late for another is left."""

    wanted = Signal(object)  # Attachment
    save_wanted = Signal(object)

    def __init__(
        self, files: Sequence[Attachment], place: int, small: Callable[[str], QImage | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lightbox")
        self.setModal(True)
        self._files, self._place, self._small = files, place, small
        self.view = PictureView()
        self._name = ElidedLabel("", "body_strong")
        self._count = Label("", "small", "muted", tabular=True)
        self._zoom = Label("", "small", "muted", tabular=True)
        self._buttons = {
            "previous": IconButton("chevron-left", tr("lightbox.previous")),
            "next": IconButton("chevron-right", tr("lightbox.next")),
            "smaller": IconButton("zoom-out", tr("lightbox.smaller")),
            "larger": IconButton("zoom-in", tr("lightbox.larger")),
            "fit": IconButton("minimize", tr("lightbox.fit")),
            "save": IconButton("download", tr("lightbox.save")),
            "close": IconButton("x", tr("lightbox.close")),
        }
        self._lay_out()
        self._connect()
        self.view.zoomed.connect(self._say_zoom)
        self.show_place(place)

    @property
    def file(self) -> Attachment:
        """The one that is looked at."""
        return self._files[self._place]

    def begin(self) -> None:
        """Over its window, a little smaller; then ask for the picture."""
        over = self.parentWidget()
        if over is not None:
            room = over.window().size()
            self.resize(max(640, round(room.width() * 0.86)), max(480, round(room.height() * 0.88)))
        self.open()
        self.view.setFocus(Qt.FocusReason.PopupFocusReason)
        self.wanted.emit(self.file)

    def take(self, file_id: str, image: QImage) -> None:
        if file_id == self.file.file_id:
            self.view.show_better(image)

    def say(self, file_id: str, sentence: str) -> None:
        """Why it cannot be shown."""
        if file_id == self.file.file_id:
            self.view.show_image(self._small(file_id), sentence)

    def show_place(self, place: int) -> None:
        """That picture: its thumbnail at once, the whole of it when it has come."""
        self._place = min(max(place, 0), len(self._files) - 1)
        file = self.file
        small = self._small(file.file_id)
        self.view.show_image(small, "" if small is not None else tr("lightbox.coming"))
        self.view.setAccessibleName(tr("lightbox.picture", name=file.name))
        self._name.setText(file.name)
        self._count.setText(f"{number(self._place + 1)} / {number(len(self._files))}")
        self._buttons["previous"].setEnabled(self._place > 0)
        self._buttons["next"].setEnabled(self._place < len(self._files) - 1)
        self.setWindowTitle(file.name)
        self.setAccessibleName(tr("lightbox.picture", name=file.name))
        if self.isVisible():
            self.wanted.emit(file)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _LARGER or key in _SMALLER:
            self.view.zoom_by(STEP if key in _LARGER else 1 / STEP)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._turn(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_0:
            self.view.fit()
        elif key == Qt.Key.Key_S and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save_wanted.emit(self.file)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "panel")
        painter.end()

    def _turn(self, step: int) -> None:
        if 0 <= self._place + step < len(self._files):
            self.show_place(self._place + step)

    def _say_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{number(round(zoom * 100))} %")

    def _connect(self) -> None:
        does: dict[str, Callable[[], object]] = {
            "previous": lambda: self._turn(-1),
            "next": lambda: self._turn(1),
            "smaller": lambda: self.view.zoom_by(1 / STEP),
            "larger": lambda: self.view.zoom_by(STEP),
            "fit": self.view.fit,
            "save": lambda: self.save_wanted.emit(self.file),
            "close": self.reject,
        }
        for name, do in does.items():
            button = self._buttons[name]
            button.setObjectName(f"lightbox_{name}")
            button.clicked.connect(lambda _checked=False, do=do: do())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        head.setSpacing(Space.S)
        for widget, stretch in ((self._name, 1), (self._count, 0)):
            head.addWidget(widget, stretch)
        for name in ("previous", "next"):
            head.addWidget(self._buttons[name])
        head.addSpacing(Space.M)
        head.addWidget(self._zoom)
        for name in ("smaller", "larger", "fit", "save", "close"):
            head.addWidget(self._buttons[name])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
