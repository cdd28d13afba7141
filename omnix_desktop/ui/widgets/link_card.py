"""A card that leads out of the program: pressed, it opens something in the browser."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.ui.theme import Radius, Space, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton

HEIGHT = 56


class LinkCard(PaintedButton):
    """Name over where it leads; where something is missing, what it is, and it cannot be pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_link(self, name: str, below: str, *, ready: bool) -> None:
        self._below = below
        self.setText(name)
        self.setEnabled(ready)
        self.describe(f"{name}, {below}", tooltip=below)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect, ready = QRectF(self.rect()), self.isEnabled()
        ground = "hover" if ready and self.underMouse() else "panel"
        paint.fill(painter, rect, ground, Radius.CARD, "line")
        if self._ring:
            paint.focus_ring(painter, rect, Radius.CARD)
        inner = rect.adjusted(Space.M, 9, -Space.M - 24, 0)
        paint.text(painter, QRectF(inner.x(), inner.y(), inner.width(), 20), self.text(), "body_strong",
                   "text" if ready else "muted")  # fmt: skip
        paint.text(painter, QRectF(inner.x(), inner.y() + 19, inner.width(), 18), self._below, "small",
                   "muted")  # fmt: skip
        icon, colour = ("external-link", "accent_text") if ready else ("info", "faint")
        draw_icon(painter, icon, rect.right() - Space.M - 16, rect.center().y() - 8, colour, 16)
        painter.end()
