"""The ground of what opens over the rest: emoji, pickers; goes at Escape or a click elsewhere."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.ui.theme import Radius, Space
from omnix_desktop.ui.widgets import paint


class Popup(QWidget):
    """Put things into `.column`; `open_at` keeps it on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        self.column.setSpacing(Space.S)

    def open_at(self, anchor: QWidget, *, above: bool = False) -> None:
        """Below (or above) a widget, wherever there is room."""
        self.open_by(QRect(anchor.mapToGlobal(QPoint(0, 0)), anchor.size()), above=above)

    def open_by(self, beside: QRect, *, above: bool = False) -> None:
        """Below (or above) a place on the screen."""
        top_left = beside.topLeft()
        screen = QGuiApplication.screenAt(top_left) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        below_y, above_y = top_left.y() + beside.height() + 4, top_left.y() - self.height() - 4
        fits_below = below_y + self.height() <= room.bottom()
        y = above_y if (above and above_y >= room.top()) or not fits_below else below_y
        x = max(room.left(), min(top_left.x(), room.right() - self.width()))
        self.move(x, max(room.top(), y))
        self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), Radius.CONTROL, Radius.CONTROL)
        self.setMask(QRegion(outline.toFillPolygon().toPolygon()))  # round also where no compositor runs
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), "panel", Radius.CONTROL, "line_strong")
        painter.end()
