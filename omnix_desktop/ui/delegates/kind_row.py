"""A kind of channel that can be added: icon, name, what one has to have at hand; or a heading over some."""

import msgspec
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint


class KindRow(msgspec.Struct, frozen=True):
    """With `section` it is a heading and nothing else."""

    key: str
    name: str
    icon: str = ""
    needs: str = ""
    section: bool = False

    def spoken(self) -> str:
        return self.name if self.section else f"{self.name}, {self.needs}"


class KindDelegate(RowDelegate[KindRow]):
    """44 px, rounded when chosen."""

    HEIGHT = 44
    INSET = True

    def paint_row(self, painter: QPainter, rect: QRectF, row: KindRow, selected: bool) -> None:
        if row.section:
            paint.text(painter, rect.adjusted(12, 16, -12, 0), row.name.upper(), "caption_strong", "muted")
            return
        colour = "accent_text" if selected else "text"
        draw_icon(painter, row.icon, rect.x() + 20, rect.center().y() - 10, "accent_text" if selected else "muted", 20)
        inner = rect.adjusted(52, 4, -16, -4)
        half = inner.height() / 2
        role = "body_strong" if selected else "body"
        paint.text(painter, QRectF(inner.x(), inner.y(), inner.width(), half), row.name, role, colour)
        paint.text(painter, QRectF(inner.x(), inner.y() + half, inner.width(), half), row.needs, "caption", "muted")
