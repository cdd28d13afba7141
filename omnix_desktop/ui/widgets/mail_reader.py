"""A mail as it was written: nothing is loaded by itself, and a link opens after its real address was shown (F34)."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import number, tr
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.fields import SearchField
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label, Line
from omnix_desktop.ui.widgets.page_view import PageView

ZOOMS = (0.75, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
NORMAL = ZOOMS.index(1.0)


class MailReader(QDialog):
    """Is given the page with `show_page` or `show_text`; asks for everything else with signals."""

    load_wanted = Signal()
    save_wanted = Signal()
    link_pressed = Signal(str)
    zoomed = Signal(float)

    def __init__(self, subject: str, sender: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mail_reader")
        self.setModal(True)
        self._zoom = NORMAL
        title = subject or tr("mail.no_subject")
        self.setWindowTitle(title)
        self.setAccessibleName(tr("mail.page", subject=title))
        self._subject = ElidedLabel(title, "heading")
        self._sender = ElidedLabel(tr("mail.from", who=sender) if sender else "", "small", "muted")
        self.notice = Banner("", "info")
        self.notice.setObjectName("mail_notice")
        self.notice.activated.connect(self.load_wanted)
        self.view = PageView()
        self.view.setObjectName("mail_page")
        self.view.setAccessibleName(tr("mail.page", subject=title))
        self.view.link_pressed.connect(self.link_pressed)
        self.view.link_seen.connect(self._say_address)
        self._find = SearchField(tr("mail.find"), tr("mail.find_clear"))
        self._find.setObjectName("mail_find")
        self._find.submitted.connect(lambda: self.find_next())
        self._found = Label("", "small", "bad")
        self._found.setObjectName("mail_found")
        self._percent = Label("", "small", "muted", tabular=True)
        self._address = ElidedLabel("", "small", "muted")
        self._address.setObjectName("mail_address")
        self._buttons = {
            "smaller": IconButton("zoom-out", tr("mail.smaller")),
            "larger": IconButton("zoom-in", tr("mail.larger")),
            "save": IconButton("download", tr("mail.save")),
            "close": IconButton("x", tr("mail.close")),
        }
        self._connect()
        self._lay_out()
        self._say_zoom()
        self.view.set_text(tr("mail.coming"))

    @property
    def zoom(self) -> float:
        return ZOOMS[self._zoom]

    def begin(self) -> None:
        """Over its window, a little smaller."""
        over = self.parentWidget()
        if over is not None:
            room = over.window().size()
            self.resize(min(900, max(560, round(room.width() * 0.8))), max(420, round(room.height() * 0.88)))
        self.open()
        self.view.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_page(self, html: str) -> None:
        self.view.set_page(html, self.zoom)

    def show_text(self, words: str) -> None:
        self.view.set_text(words, self.zoom)

    def put_picture(self, name: str, image: QImage) -> None:
        self.view.put_picture(name, image)

    def find_next(self, *, back: bool = False) -> None:
        words = self._find.text().strip()
        found = not words or self.view.find_next(words, back=back)
        self._found.setText("" if found else tr("mail.find_none"))

    def zoom_by(self, steps: int) -> None:
        wanted = min(max(self._zoom + steps, 0), len(ZOOMS) - 1)
        if wanted != self._zoom:
            self._zoom = wanted
            self._say_zoom()
            self.zoomed.emit(self.zoom)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Find):
            self._find.edit.setFocus()
            self._find.edit.selectAll()
        elif event.matches(QKeySequence.StandardKey.Save):
            self.save_wanted.emit()
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_by(-1 if key == Qt.Key.Key_Minus else 1)
        elif control and key == Qt.Key.Key_0:
            self.zoom_by(NORMAL - self._zoom)
        elif key == Qt.Key.Key_F3:
            self.find_next(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "panel")
        painter.end()

    def _say_zoom(self) -> None:
        self._percent.setText(f"{number(round(self.zoom * 100))} %")

    def _say_address(self, address: str) -> None:
        self._address.setText(address)

    def _connect(self) -> None:
        does: dict[str, Callable[[], object]] = {
            "smaller": lambda: self.zoom_by(-1),
            "larger": lambda: self.zoom_by(1),
            "save": self.save_wanted.emit,
            "close": self.reject,
        }
        for name, button in self._buttons.items():
            button.setObjectName(f"mail_{name}")
            button.clicked.connect(lambda _checked=False, do=does[name]: do())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.S, Space.S)
        head.setSpacing(Space.S)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._subject)
        words.addWidget(self._sender)
        head.addLayout(words, 1)
        head.addWidget(self._percent)
        for button in self._buttons.values():
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        told = QVBoxLayout()
        told.setContentsMargins(Space.L, 0, Space.L, Space.S)
        told.addWidget(self.notice)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        foot.setSpacing(Space.M)
        self._find.setMaximumWidth(260)
        foot.addWidget(self._find, 1)
        foot.addWidget(self._found)
        foot.addWidget(self._address, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for layout in (head, told):
            column.addLayout(layout)
        column.addWidget(Line())
        column.addWidget(self.view, 1)
        column.addWidget(Line())
        column.addLayout(foot)
