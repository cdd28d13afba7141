"""Telephone numbers of somebody: each can be called by a click or Return, and copied from its menu."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Radius, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.menu import Menu


class NumberList(QWidget):
    """A fact like KeyValueRow's. Where nothing calls, the numbers are plain text, and can still be copied."""

    called = Signal(str)
    copied = Signal(str)

    def __init__(self, icon: str = "phone", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._call_words, self._copy_words, self._empty = "{number}", "", ""
        self._shown: tuple[tuple[tuple[str, str], ...], bool] = ((), False)
        self.lines: list[QWidget] = []
        self.menu: Menu | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(28, 2, 0, 2)
        self._column.setSpacing(1)
        self._head = Label("", "caption", "muted")
        self._column.addWidget(self._head)

    def set_words(self, caption: str, empty: str, call: str, copy: str) -> None:
        """Caption; what an absent number says; what a number's button is called, with {number}; and its menu."""
        self._head.setText(caption)
        self._call_words, self._copy_words, self._empty = call, copy, empty
        self._make()

    def show_numbers(self, numbers: tuple[tuple[str, str], ...], *, calls: bool) -> None:
        """Each as it is dialled and as it is read; the same ones keep the keyboard."""
        if (numbers, calls) != self._shown:
            self._shown = (numbers, calls)
            self._make()

    def _make(self) -> None:
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        numbers, calls = self._shown
        self.lines = [self._line(number, words, calls) for number, words in numbers]
        self.lines = self.lines or [Label(self._empty, "body", "faint")]
        for line in self.lines:
            self._column.addWidget(line, 0, Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(f"{self._head.text()}: {', '.join(words for _, words in numbers) or self._empty}")

    def _line(self, number: str, words: str, calls: bool) -> QWidget:
        line: QWidget = self._link(number, words) if calls else Label(words, tabular=True, selectable=True)
        line.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        line.customContextMenuRequested.connect(lambda at: self._open_menu(line, at, number, words, calls))
        return line

    def _link(self, number: str, words: str) -> QWidget:
        link = _Number(words)
        link.setObjectName(f"number_{number}")
        link.describe(self._call_words.format(number=words))
        link.clicked.connect(lambda: self.called.emit(number))
        return link

    def _open_menu(self, line: QWidget, at: QPoint, number: str, words: str, calls: bool) -> None:
        self.menu = menu = Menu(parent=self)
        if calls:
            menu.addAction(self._call_words.format(number=words)).triggered.connect(lambda: self.called.emit(number))
        menu.addAction(self._copy_words).triggered.connect(lambda: self.copied.emit(number))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(line.mapToGlobal(at))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_icon(painter, self._icon, 0, 5, "faint", 16)
        painter.end()


class _Number(PaintedButton):
    """A link as a line of text, flush with what stands above it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setText(words)

    def sizeHint(self) -> QSize:
        measure = paint.metrics("body", True)
        return QSize(round(measure.horizontalAdvance(self.text())) + 4, round(measure.height()) + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self._ring:
            paint.focus_ring(painter, rect, Radius.SMALL)
        used = paint.text(painter, rect, self.text(), "body", "accent_text", tabular=True, elide=False)
        if self.underMouse():
            paint.fill(painter, QRectF(rect.x(), rect.bottom() - 2, used, 1), "accent_text")
        painter.end()
