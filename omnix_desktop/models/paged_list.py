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
    """Rows of one type, one for each key; `show` takes the new list and changes only the rows that differ."""

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
        return self.hint(row) or None if role == Qt.ItemDataRole.ToolTipRole else None

    def hint(self, row: R) -> str:  # noqa: ARG002  # what a row says under the mouse; most say all already
        return ""

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
        wanted = _once_each(rows)
        if wanted == self._rows:
            return
        if self._places.keys().isdisjoint(row.key for row in wanted):
            self._reset(wanted)
            return
        self._remove_missing({row.key for row in wanted})
        place = 0
        while place < len(wanted):
            if wanted[place].key in self._places:
                self._settle(place, wanted[place])
                place += 1
            else:
                place = self._insert_run(place, wanted)

    def begin_anew(self, rows: Iterable[R]) -> None:
        """Become a list that has nothing to do with the one before: one reset, no comparing."""
        self._reset(_once_each(rows))

    def replace(self, row: R) -> bool:
        """Put a row in place of the one with its key; False where there is none."""
        place = self.place_of(row.key)
        if place < 0:
            return False
        if self._rows[place] != row:
            self._rows[place] = row
            self._changed(place)
        return True

    def _reset(self, rows: list[R]) -> None:
        self.beginResetModel()
        self._rows = rows
        self._places = {row.key: place for place, row in enumerate(rows)}
        self.endResetModel()

    def _remove_missing(self, keys: set[Hashable]) -> None:
        last = len(self._rows) - 1
        while last >= 0:
            if self._rows[last].key in keys:
                last -= 1
                continue
            first = last
            while first > 0 and self._rows[first - 1].key not in keys:
                first -= 1
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._rows[first : last + 1]
            self._number(first)
            self.endRemoveRows()
            last = first - 1

    def _insert_run(self, first: int, wanted: list[R]) -> int:
        end = first + 1
        while end < len(wanted) and wanted[end].key not in self._places:
            end += 1
        self.beginInsertRows(NO_PARENT, first, end - 1)
        self._rows[first:first] = wanted[first:end]
        self._number(first)
        self.endInsertRows()
        return end

    def _settle(self, place: int, row: R) -> None:
        at = self._places[row.key]
        if at != place:
            self.beginMoveRows(NO_PARENT, at, at, NO_PARENT, place)  # what stands above is settled, so upwards only
            self._rows.insert(place, self._rows.pop(at))
            self._number(place)
            self.endMoveRows()
        if self._rows[place] != row:
            self._rows[place] = row
            self._changed(place)

    def _number(self, first: int) -> None:
        if len(self._places) > len(self._rows):
            held = {row.key for row in self._rows}
            self._places = {key: place for key, place in self._places.items() if key in held}
        for place in range(first, len(self._rows)):
            self._places[self._rows[place].key] = place

    def _changed(self, place: int) -> None:
        index = self.index(place)
        self.dataChanged.emit(index, index)


def _once_each(rows: Iterable[R]) -> list[R]:
    """At most a window of them; a key counts where it stands first, for Qt crashes on a row that moves onto itself."""
    held: dict[Hashable, R] = {}
    for row in rows:
        held.setdefault(row.key, row)
    return list(held.values())[:WINDOW]
