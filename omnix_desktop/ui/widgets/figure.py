"""One number of a wallboard: caption, figure, note; pressing it opens the list behind it."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.ui.theme import Radius
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton

HEIGHT = 118


class Figure(PaintedButton):
    """A card of 118 px; the colour says how the number is, the note what it is held against."""

    def __init__(self, caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption, self._value, self._note, self._colour = caption, "", "", "text"
        self._scale = 1.0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption)

    def set_scale(self, scale: float) -> None:
        """Larger, for a wall that is read from afar."""
        self._scale = scale
        self.setFixedHeight(round(HEIGHT * scale))
        self.update()

    def set_caption(self, caption: str) -> None:
        """Another name: the language changed."""
        self._caption = caption
        self._say()

    def set_value(self, value: str, note: str = "", colour: str = "text") -> None:
        """The number as it is written here; the token of its colour."""
        if (value, note, colour) != (self._value, self._note, self._colour):
            self._value, self._note, self._colour = value, note, colour
            self._say()

    def _say(self) -> None:
        parts = (self._caption, self._value, self._note)
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(HEIGHT * self._scale))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.scale(self._scale, self._scale)
        rect = QRectF(0, 0, self.width() / self._scale, self.height() / self._scale)
        ground = "hover" if self.underMouse() and self.isEnabled() else "panel"
        paint.fill(painter, rect, ground, Radius.CARD, "line")
        if self._ring:
            paint.focus_ring(painter, rect, Radius.CARD)
        inner = rect.adjusted(20, 0, -16, 0)
        lines = (
            (16, 20, self._caption, "body", "muted"),
            (38, 46, self._value or "—", "wall", self._colour),
            (86, 18, self._note, "small", "muted"),
        )
        for y, height, words, role, colour in lines:
            place = QRectF(inner.x(), y, inner.width(), height)
            paint.text(painter, place, words, role, colour, tabular=True)
        painter.end()
