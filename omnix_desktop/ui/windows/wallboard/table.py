"""A table of the wallboard: fixed rows, columns by share, cells painted at the wall's scale."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from omnix_desktop.models.board_table import BoardCell, BoardTable
from omnix_desktop.models.paged_list import ROW_ROLE, Index
from omnix_desktop.ui.delegates.cell import Cell, CellDelegate
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets import paint

HEAD = 28


class _Head(QHeaderView):
    """Names of the columns in small muted letters."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.scale = 1.0
        self.setSectionsClickable(False)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect, section: int) -> None:  # type: ignore[no-untyped-def]
        painter.save()
        paint.antialiased(painter)
        painter.translate(rect.topLeft())
        painter.scale(self.scale, self.scale)
        inner = rect.translated(-rect.topLeft()).toRectF()
        inner.setSize(inner.size() / self.scale)
        paint.fill(painter, inner.adjusted(-1, -1, 1, 1), "panel")
        words = self.model().headerData(section, Qt.Orientation.Horizontal) or ""
        paint.text(painter, inner, str(words), "small", "muted")
        inner.setTop(inner.bottom() - 1)
        paint.fill(painter, inner, "line")
        painter.restore()


class WallTable(QTableView):
    """`pressed_cell` tells the row's key and the column."""

    pressed_cell = Signal(str, int)

    def __init__(self, name: str, model: BoardTable, shares: Sequence[float]) -> None:
        super().__init__()
        self.setObjectName(name)
        self._shares = tuple(shares)
        self._table = model
        self._cells = CellDelegate(_painted, self)
        self.setItemDelegate(self._cells)
        self._head = _Head()
        self.setHorizontalHeader(self._head)
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self._pressed)
        self.activated.connect(self._pressed)
        theme().changed.connect(self._recolour)
        self._recolour()
        self.set_scale(1.0)

    def set_scale(self, scale: float) -> None:
        self._cells.scale = self._head.scale = scale
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(round(CellDelegate.HEIGHT * scale))
        rows.setDefaultSectionSize(round(CellDelegate.HEIGHT * scale))
        self._head.setFixedHeight(round(HEAD * scale))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        wide = [int(room * share) for share in self._shares[:-1]]
        for column, width in enumerate((*wide, room - sum(wide))):
            self.setColumnWidth(column, width)

    def _pressed(self, index: QModelIndex) -> None:
        row = self._table.row(index.row())
        self.clearSelection()
        if row is not None:
            self.pressed_cell.emit(row.key, index.column())

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, theme().colour("panel"))
        self.setPalette(palette)


def _painted(index: Index) -> Cell | None:
    cell: BoardCell | None = index.data(ROW_ROLE)
    if cell is None:
        return None
    return Cell(
        words=cell.words,
        colour=cell.tone,
        strong=cell.strong,
        icon=cell.icon,
        dot=cell.dot,
        avatar=cell.avatar,
        bar=cell.bar,
        bar_colour=cell.bar_tone,
    )
