"""Rows of one height over any model: a table of one column, because QListView lays out all at each change."""

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from omnix_desktop.ui.theme import theme


class RowList(QTableView):
    """Give it a model and a delegate; `chosen` tells the row walked to or clicked, `opened` Return.

    A row that leaves makes Qt mark its neighbour: nobody has chosen that one, nobody is told, and it is not `marked`;
    the keys go on from there.
    """

    chosen = Signal(QModelIndex)
    opened = Signal(QModelIndex)

    def __init__(
        self, delegate: QAbstractItemDelegate, row_height: int, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._leaving = self._mark_leaves = False
        self._neighbour = QPersistentModelIndex()
        self.setViewport(QWidget())  # of our own making: for Qt's own PySide looks through all classes of widgets
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().blockSignals(True)  # the one column is as wide as the view, which paints itself then
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)
        self.verticalScrollBar().setSingleStep(max(16, row_height // 3))
        self.doubleClicked.connect(self.opened)
        theme().changed.connect(self._recolour)
        self._recolour()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        if model is not None:
            # before Qt's own selection hears of it, which moves the mark at once
            model.rowsAboutToBeRemoved.connect(self._rows_leave)
        super().setModel(model)
        if model is not None:
            model.rowsRemoved.connect(self._rows_left)
            self.selectionModel().currentChanged.connect(self._walked)
            self.selectionModel().selectionChanged.connect(self._selected)

    def marked(self) -> QModelIndex:
        """The row that was walked to or clicked."""
        now = self.currentIndex()
        return QModelIndex() if now == self._neighbour else now

    def _rows_leave(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._leaving = True
        self._mark_leaves = first <= self.currentIndex().row() <= last

    def _rows_left(self) -> None:
        if self._mark_leaves:
            self._neighbour = QPersistentModelIndex(self.currentIndex())
            self.clearSelection()
        self._leaving = False

    def _walked(self, now: QModelIndex) -> None:
        if not self._leaving:
            self._neighbour = QPersistentModelIndex()
            self.chosen.emit(now)

    def _selected(self) -> None:
        """By hand, what the keys stand on already: nothing else tells of it."""
        now = self.currentIndex()
        if now == self._neighbour and self.selectionModel().isSelected(now):
            self._walked(now)

    def select_row(self, row: int) -> None:
        """Mark a row without telling anybody: the screen follows what is open."""
        model, selection = self.model(), self.selectionModel()
        before = selection.currentIndex()
        if before.row() == row and before != self._neighbour:
            return
        self._neighbour = QPersistentModelIndex()
        selection.blockSignals(True)
        index = model.index(row, 0) if row >= 0 else QModelIndex()
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        selection.setCurrentIndex(index, flags) if index.isValid() else selection.clear()
        selection.blockSignals(False)
        for changed in (before, index):
            if changed.isValid():
                self.viewport().update(self.visualRect(changed))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.marked().isValid():
            self.opened.emit(self.marked())
        else:
            super().keyPressEvent(event)

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, theme().colour("panel"))
        self.setPalette(palette)
