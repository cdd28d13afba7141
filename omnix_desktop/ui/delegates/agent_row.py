"""An agent: who, state, load; for transfer lists and wallboards."""

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from omnix_desktop.ui.delegates.base import RowDelegate
from omnix_desktop.ui.widgets import paint


class AgentRow(msgspec.Struct, frozen=True):
    """What an agent row shows; `colour` is the state's token."""

    name: str
    state: str = ""
    colour: str = "muted"
    load: str = ""
    since: str = ""
    detail: str = ""
    enabled: bool = True

    def spoken(self) -> str:
        """For Qt's AccessibleTextRole."""
        return ", ".join(part for part in (self.name, self.detail, self.state, self.since, self.load) if part)


class AgentDelegate(RowDelegate[AgentRow]):
    """40 px: circle, name, dot with state, load at the end."""

    HEIGHT = 40

    def paint_row(self, painter: QPainter, rect: QRectF, row: AgentRow, selected: bool) -> None:
        inner = rect.adjusted(12, 0, -12, -1)
        middle = inner.center().y()
        paint.draw_avatar(painter, QRectF(inner.x(), middle - 12, 24, 24), row.name, quiet=True)
        colour = "text" if row.enabled else "faint"
        end = Qt.AlignmentFlag.AlignRight
        figures = QRectF(inner.right() - 56, inner.y(), 56, inner.height())
        paint.text(painter, figures, row.load, "body", colour, align=end, tabular=True)
        state = QRectF(inner.x() + inner.width() * 0.48, inner.y(), inner.width() * 0.52 - 64, inner.height())
        if row.state:
            paint.fill(painter, QRectF(state.x(), middle - 4, 8, 8), row.colour, 4)
            words = f"{row.state} · {row.since}" if row.since else row.state
            paint.text(painter, state.adjusted(16, 0, 0, 0), words, "body", row.colour, tabular=True)
        end_of_name = state.x() if row.state else figures.x() if row.load else inner.right()
        name = QRectF(inner.x() + 34, inner.y(), end_of_name - inner.x() - 42, inner.height())
        used = paint.text(painter, name, row.name, "body_strong" if selected else "body", colour)
        if row.detail and name.width() - used > 40:
            paint.text(painter, name.adjusted(used + 8, 0, 0, 0), row.detail, "small", "muted")
