"""The one base list model: a window of rows under stable keys, changed row by row."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()

WINDOW = 2000
"""Rows held at most: a list view lays out everything it is given."""

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The whole row, for the delegate that paints it."""


class Row(Protocol):
    """What a list holds: compared by value, found by its key."""

    @property
    def key(self) -> Hashable: ...


R = TypeVar("R", bound=Row)


class PagedList(QAbstractListModel, Generic[R]):
    """Rows of one type; `show` takes the new list and changes only the rows that differ."""

    def __init__(self, spoken: Callable[[R], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spoken = spoken
        self._rows: list[R] = []
        self._places: dict[Hashable, int] = {}

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(row)
        return None

    def rows(self) -> Sequence[R]:
        return self._rows

    def row(self, place: int) -> R | None:
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place_of(self, key: Hashable) -> int:
        """Where the row with this key stands, or -1."""
        return self._places.get(key, -1)

    def of(self, key: Hashable) -> R | None:
        return self.row(self.place_of(key))

    def show(self, rows: Iterable[R]) -> None:
        """Become this list: what left goes, what came is inserted, what differs is repainted, the rest stays."""
        wanted = list(rows)[:WINDOW]
        if wanted == self._rows:
            return
        if not self._rows or not wanted:
            self._reset(wanted)
            return
        self._remove_missing({row.key for row in wanted})
        for place, row in enumerate(wanted):
            self._settle(place, row)

    def replace(self, row: R) -> bool:
        """Put a row in place of the one with its key; False where there is none."""
        place = self.place_of(row.key)
        if place < 0:
            return False
        if self._rows[place] != row:
            self._rows[place] = row
            self._changed(place)
        return True

    def respoken(self) -> None:
        """The language changed: every text is another one."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _reset(self, rows: list[R]) -> None:
        self.beginResetModel()
        self._rows = rows
        self._number(0)
        self.endResetModel()

    def _remove_missing(self, keys: set[Hashable]) -> None:
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].key not in keys:
                self.beginRemoveRows(NO_PARENT, place, place)
                del self._rows[place]
                self._number(place)
                self.endRemoveRows()

    def _settle(self, place: int, row: R) -> None:
        at = self.place_of(row.key)
        if at < 0:
            self.beginInsertRows(NO_PARENT, place, place)
            self._rows.insert(place, row)
            self._number(place)
            self.endInsertRows()
            return
        if at != place:
            self.beginMoveRows(NO_PARENT, at, at, NO_PARENT, place if at > place else place + 1)
            self._rows.insert(place, self._rows.pop(at))
            self._number(min(at, place))
            self.endMoveRows()
        if self._rows[place] != row:
            self._rows[place] = row
            self._changed(place)

    def _number(self, first: int) -> None:
        if first == 0:
            self._places.clear()
        keep = {key: place for key, place in self._places.items() if place < first} if first else {}
        self._places = keep | {row.key: first + i for i, row in enumerate(self._rows[first:])}

    def _changed(self, place: int) -> None:
        index = self.index(place)
        self.dataChanged.emit(index, index)
