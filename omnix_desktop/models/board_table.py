"""A table of the wallboard: cells compared by value, so that only those that say something else are painted."""

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from omnix_desktop.models.paged_list import NO_PARENT, ROW_ROLE, Index


class BoardCell(msgspec.Struct, frozen=True):
    """What a cell says; `bar` from 0 to 1 stands before the words."""

    words: str = ""
    tone: str = "text"
    strong: bool = False
    icon: str = ""
    dot: str = ""
    avatar: bool = False
    bar: float | None = None
    bar_tone: str = "accent"


class BoardRow(msgspec.Struct, frozen=True):
    key: str
    cells: tuple[BoardCell, ...]


class BoardTable(QAbstractTableModel):
    """Rows under stable keys and columns with names."""

    def __init__(self, columns: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._names: tuple[str, ...] = ("",) * columns
        self._rows: list[BoardRow] = []

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        cell = self._rows[index.row()].cells[index.column()]
        if role == ROW_ROLE:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.words
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return None

    def row(self, place: int) -> BoardRow | None:
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def of(self, key: str) -> BoardRow | None:
        return next((row for row in self._rows if row.key == key), None)

    def set_names(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._columns - 1)

    def show(self, rows: Sequence[BoardRow]) -> None:
        """Become this table; cells that stay as they were are left alone."""
        fresh = list(rows)
        if [row.key for row in fresh] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        for place, (before, now) in enumerate(zip(self._rows, fresh, strict=True)):
            self._rows[place] = now
            for column, (was, cell) in enumerate(zip(before.cells, now.cells, strict=True)):
                if was != cell:
                    index = self.index(place, column)
                    self.dataChanged.emit(index, index)
