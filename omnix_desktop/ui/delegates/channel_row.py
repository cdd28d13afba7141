"""A channel account in the queue's list: icon, name, longest wait, how many wait; or a heading over some."""

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint


class ChannelRow(msgspec.Struct, frozen=True):
    """What a channel row shows; with `section` it is a heading and nothing else."""

    name: str
    icon: str = "message-circle"
    waiting: int = 0
    longest: str = ""
    longest_colour: str = "muted"
    section: bool = False

    def spoken(self) -> str:
        """For Qt's AccessibleTextRole."""
        return self.name if self.section else f"{self.name}, {self.waiting}, {self.longest}".rstrip(", ")


class ChannelDelegate(RowDelegate[ChannelRow]):
    """32 px, rounded when chosen."""

    HEIGHT = 32
    INSET = True

    def paint_row(self, painter: QPainter, rect: QRectF, row: ChannelRow, selected: bool) -> None:
        if row.section:
            place = rect.adjusted(12, 6, -12, 0)
            paint.text(painter, place, row.name.upper(), "caption_strong", "muted")
            return
        colour = "accent_text" if selected else "text"
        inner = rect.adjusted(16, 0, -16, 0)
        draw_icon(painter, row.icon, inner.x(), inner.center().y() - 8, "accent_text" if selected else "muted", 16)
        inner.setLeft(inner.left() + 24)
        end = Qt.AlignmentFlag.AlignRight
        if row.waiting:
            width = paint.draw_count(painter, inner.right(), inner.center().y(), row.waiting, "accent")
        else:
            zero = QRectF(inner.right() - 18, inner.y(), 18, inner.height())
            paint.text(painter, zero, "0", "caption", "muted", align=Qt.AlignmentFlag.AlignHCenter, tabular=True)
            width = 18.0
        inner.setRight(inner.right() - max(26.0, width) - 8)
        taken = paint.text(painter, inner, row.longest, "small", row.longest_colour, align=end, tabular=True)
        name = inner.adjusted(0, 0, -taken - 8, 0)
        paint.text(painter, name, row.name, "body_strong" if selected else "body", colour)
