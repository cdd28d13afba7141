"""One past or running interaction of a customer: channel, by whom, when, what came of it."""

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint


class JourneyRow(msgspec.Struct, frozen=True):
    """What a journey row shows."""

    title: str
    by: str = ""
    detail: str = ""
    icon: str = "message-circle"
    pill: str = ""
    tone: str = "neutral"
    action: str = ""  # what pressing the row opens

    def spoken(self) -> str:
        """For Qt's AccessibleTextRole."""
        return ", ".join(part for part in (self.title, self.by, self.pill, self.detail) if part)


class JourneyDelegate(RowDelegate[JourneyRow]):
    """57 px: a title with who, a line below, a pill at the end."""

    HEIGHT = 57

    def paint_row(self, painter: QPainter, rect: QRectF, row: JourneyRow, selected: bool) -> None:
        inner = rect.adjusted(16, 0, -12, -1)
        draw_icon(painter, row.icon, inner.x(), inner.y() + 12, "accent_text" if selected else "muted", 16)
        inner.setLeft(inner.left() + 28)
        taken = 0.0
        if row.pill:
            taken = paint.pill_width(row.pill) + 8
            paint.draw_pill(painter, inner.right() - taken + 8, inner.y() + 11, row.pill, row.tone)
        line = QRectF(inner.x(), inner.y() + 10, inner.width() - taken, 20)
        used = paint.text(painter, line, row.title, "body_strong")
        if row.by and line.width() - used > 40:
            paint.text(painter, line.adjusted(used + 4, 0, 0, 0), f"· {row.by}", "body", "text")
        below = QRectF(inner.x(), line.bottom() - 2, inner.width(), 18)
        end = Qt.AlignmentFlag.AlignRight
        wide = paint.text(painter, below, row.action, "caption_strong", "accent_text", align=end) if row.action else 0
        below.setRight(below.right() - wide - 8)
        paint.text(painter, below, row.detail, "small", "muted", tabular=True)
