"""Over what is written: the message that is answered or changed, in one line, and a way to give it up."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.ui.theme import Radius, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label


class Strip(QWidget):
    """Hidden until it has something to tell."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composer_strip")
        self._icon = "reply"
        self._what = Label("", "caption_strong", "accent_text")
        self._line = ElidedLabel("", "small", "muted")
        self._close = IconButton("x", tr("composer.quote_off"), size=24, glyph=14)
        self._close.setObjectName("composer_strip_close")
        self._close.clicked.connect(self.closed)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._what)
        words.addWidget(self._line)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL + 12, Space.XS, Space.XS, Space.XS)
        row.addLayout(words, 1)
        row.addWidget(self._close)
        self.hide()

    def tell(self, icon: str, what: str, line: str, close: str) -> None:
        self._icon = icon
        self._what.setText(what)
        self._line.setText(line)
        self._close.describe(close, "Escape")
        self.setAccessibleName(f"{what}: {line}")
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        paint.fill(painter, rect, "accent_soft", Radius.CONTROL)
        paint.fill(painter, QRectF(rect.x(), rect.y() + 4, 3, rect.height() - 8), "accent", 1.5)
        draw_icon(painter, self._icon, rect.x() + 12, rect.center().y() - 8, "accent_text", 16)
        painter.end()
