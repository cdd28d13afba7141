"""One cell of a wallboard's table: words, a figure, a bar, a dot, a circle."""

import msgspec
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from omnix_desktop.ui.delegates.base import Index, RowDelegate
from omnix_desktop.ui.theme import draw_icon
from omnix_desktop.ui.widgets import paint


class Cell(msgspec.Struct, frozen=True):
    """What a cell shows; `bar` from 0 to 1 stands before the words."""

    words: str = ""
    colour: str = "text"
    strong: bool = False
    icon: str = ""
    dot: str = ""
    avatar: bool = False
    bar: float | None = None
    bar_colour: str = "accent"
    right: bool = False


class CellDelegate(RowDelegate[Cell]):
    """36 px, a hairline below; give it to every column of the table."""

    HEIGHT = 36
    scale = 1.0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """As large as the wall wants it."""
        if self.scale == 1.0:
            super().paint(painter, option, index)
            return
        shown = QStyleOptionViewItem(option)
        painter.save()
        painter.translate(option.rect.topLeft())
        painter.scale(self.scale, self.scale)
        shown.rect = QRect(0, 0, round(option.rect.width() / self.scale), round(option.rect.height() / self.scale))
        super().paint(painter, shown, index)
        painter.restore()

    def paint_row(self, painter: QPainter, rect: QRectF, row: Cell, _selected: bool) -> None:
        inner = rect.adjusted(0, 0, -12, -1)
        middle = inner.center().y()
        if row.avatar:
            paint.draw_avatar(painter, QRectF(inner.x(), middle - 12, 24, 24), row.words, quiet=True)
            inner.setLeft(inner.left() + 34)
        if row.icon:
            draw_icon(painter, row.icon, inner.x(), middle - 8, "muted", 16)
            inner.setLeft(inner.left() + 24)
        if row.dot:
            paint.fill(painter, QRectF(inner.x(), middle - 4, 8, 8), row.dot, 4)
            inner.setLeft(inner.left() + 16)
        if row.bar is not None:
            wide = max(8.0, (inner.width() - 48) * min(1.0, max(0.0, row.bar)))
            paint.fill(painter, QRectF(inner.x(), middle - 4, wide, 8), row.bar_colour, 4)
            inner.setLeft(inner.left() + wide + 10)
        align = Qt.AlignmentFlag.AlignRight if row.right else Qt.AlignmentFlag.AlignLeft
        role = "body_strong" if row.strong else "body"
        paint.text(painter, inner, row.words, role, row.colour, align=align, tabular=True)
