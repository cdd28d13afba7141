"""What all row delegates share: ground, selection, hover, the line below, the keyboard's ring."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from omnix_desktop.ui.widgets import paint

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")


class RowDelegate(QStyledItemDelegate, Generic[R]):
    """Paints one fixed-height row from what `row_of` makes of an index; None is a row not loaded yet."""

    HEIGHT = 32
    INSET = False
    """Inset rows are rounded grounds without lines; the others run from edge to edge."""

    def __init__(self, row_of: Callable[[Index], R | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._row_of = row_of

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._row_of(index)
        painter.save()
        paint.antialiased(painter)
        rect = QRectF(option.rect)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._ground(painter, rect, selected, bool(state & QStyle.StateFlag.State_MouseOver) and row is not None)
        if row is None:
            paint.fill(painter, QRectF(rect.x() + 16, rect.center().y() - 4, rect.width() * 0.5, 8), "hover", 4)
        else:
            self.paint_row(painter, rect, row, selected)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            paint.focus_ring(painter, rect.adjusted(2, 1, -2, -2), 8)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRectF, selected: bool, hovered: bool) -> None:
        ground = "accent_soft" if selected else "hover" if hovered else None
        if self.INSET:
            paint.fill(painter, rect, "panel")  # the style has painted its own selection
            if ground:
                paint.fill(painter, rect.adjusted(8, 0, -8, 0), ground, 8)
            return
        if ground:
            paint.fill(painter, rect, ground)
        if selected:
            paint.fill(painter, QRectF(rect.x(), rect.y(), 3, rect.height()), "accent")
        paint.fill(painter, QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), "line")

    def paint_row(self, painter: QPainter, rect: QRectF, row: R, selected: bool) -> None:
        """The row's own part."""
        raise NotImplementedError
