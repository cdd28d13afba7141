"""One call of the caller log: which way it went, who, what became of it, when and on which line."""

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint


class CallRow(msgspec.Struct, frozen=True):
    """What a row shows."""

    who: str
    shown: str = ""
    time: str = ""
    detail: str = ""
    icon: str = "phone-incoming"
    pill: str = ""
    tone: str = "neutral"
    recorded: bool = False


class CallDelegate(RowDelegate[CallRow]):
    """75 px: who and what became of it, the number and when, then how long, where and whose."""

    HEIGHT = 75

    def paint_row(self, painter: QPainter, rect: QRectF, row: CallRow, selected: bool) -> None:
        inner = rect.adjusted(16, 0, -12, -1)
        colour = row.tone if row.tone in ("bad", "soon") else "accent_text" if selected else "muted"
        draw_icon(painter, row.icon, inner.x(), inner.y() + 12, colour, 16)
        inner.setLeft(inner.left() + 28)
        taken = paint.pill_width(row.pill) + 8
        paint.draw_pill(painter, inner.right() - taken + 8, inner.y() + 11, row.pill, row.tone)
        line = QRectF(inner.x(), inner.y() + 10, inner.width() - taken, 20)
        paint.text(painter, line, row.who, "body_strong")
        below = QRectF(inner.x(), line.bottom() - 2, inner.width(), 18)
        end = Qt.AlignmentFlag.AlignRight
        wide = paint.text(painter, below, row.time, "small", "muted", tabular=True, align=end)
        paint.text(painter, below.adjusted(0, 0, -wide - 8, 0), row.shown, "small", "text", tabular=True)
        lowest = below.translated(0, 18)
        if row.recorded:
            draw_icon(painter, "volume-2", lowest.right() - 16, lowest.y() + 1, "muted", 16)
            lowest.setRight(lowest.right() - 24)
        paint.text(painter, lowest, row.detail, "small", "muted", tabular=True)
