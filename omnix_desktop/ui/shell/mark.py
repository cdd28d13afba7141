"""The program's mark: an O on the accent, sharp at every size."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from omnix_desktop.ui.widgets import paint

SIZES = (16, 24, 32, 48, 64, 128, 256)


def draw_mark(painter: QPainter, rect: QRectF) -> None:
    size = rect.width()
    paint.fill(painter, rect, "accent_fill", size * 0.26)
    ring = QRectF(0, 0, size * 0.5, size * 0.5)
    ring.moveCenter(rect.center())
    paint.fill(painter, ring, None, size * 0.25, "on_fill", size * 0.12)


def mark() -> QIcon:
    """For windows and the tray."""
    icon = QIcon()
    for size in SIZES:
        pixels = QPixmap(size, size)
        pixels.fill(Qt.GlobalColor.transparent)
        painter = paint.antialiased(QPainter(pixels))
        draw_mark(painter, QRectF(0, 0, size, size))
        painter.end()
        icon.addPixmap(pixels)
    return icon
