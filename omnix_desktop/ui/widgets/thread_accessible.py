"""A thread as a list for screen readers: each row with its speaker, time, words and state.

Qt's stubs promise an interface where its documentation allows none: hence the ignored overrides.
"""

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.i18n import tr
from omnix_desktop.ui.widgets.thread_item import ThreadItem
from omnix_desktop.ui.widgets.thread_view import ThreadView

_SPOKEN_CHARACTERS = 2_000
_KEPT_ROWS = 2_000


def spoken(item: ThreadItem) -> str:
    """What a screen reader says of a row."""
    parts = [item.speaker or item.head, item.time, item.text[:_SPOKEN_CHARACTERS]]
    kinds = [("thread.picture" if file.picture else "thread.attachment", file.name) for file in item.attachments]
    parts += [tr(kind, name=name) for kind, name in kinds]
    parts += [tr(f"thread.state_{item.state}")] if item.state else []
    parts += [item.note, *(action.words for action in item.actions)]
    return ", ".join(part for part in parts if part)


class _Common(QAccessibleInterface):
    """What the list and its rows answer alike."""

    def setText(self, kind: QAccessible.Text, words: str) -> None:
        """Nothing here is edited."""


class RowInterface(_Common):
    """One row, found by its key however the list moves."""

    def __init__(self, thread: "ThreadInterface", key: str) -> None:
        super().__init__()
        self._thread, self._key = thread, key

    def place(self) -> int:
        """Where the row stands now, or -1."""
        place = self._thread.view.rows.place(self._key) if self._thread.isValid() else None
        return -1 if place is None else place

    def isValid(self) -> bool:
        return self.place() >= 0

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def parent(self) -> QAccessibleInterface:
        return self._thread

    def childCount(self) -> int:
        return 0

    def child(self, _place: int) -> None:  # type: ignore[override]
        return None

    def childAt(self, _x: int, _y: int) -> None:  # type: ignore[override]
        return None

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def rect(self) -> QRect:
        place = self.place()
        if place < 0:
            return QRect()
        rect = self._thread.view.row_rect(place)
        return QRect(self._thread.view.viewport().mapToGlobal(rect.topLeft()), rect.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        place = self.place()
        return spoken(self._thread.view.rows.items[place]) if kind is QAccessible.Text.Name and place >= 0 else ""

    def state(self) -> QAccessible.State:
        state, place = QAccessible.State(), self.place()
        if place >= 0:
            view = self._thread.view
            state.focusable = True
            state.focused = view.hasFocus() and view.current == place
            state.offscreen = not view.viewport().rect().intersects(view.row_rect(place))
        return state


class ThreadInterface(_Common):
    """The list; rows are made when somebody asks."""

    def __init__(self, view: ThreadView, widget: QWidget) -> None:
        super().__init__()
        self.view, self._widget = view, widget
        self._rows: dict[str, RowInterface] = {}

    def isValid(self) -> bool:
        return isValid(self._widget)

    def object(self) -> QObject | None:  # type: ignore[override]
        return self._widget if self.isValid() else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        over = self.view.parentWidget() if self.isValid() else None
        return QAccessible.queryAccessibleInterface(over) if over else None

    def childCount(self) -> int:
        return len(self.view.rows) if self.isValid() else 0

    def child(self, place: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= place < self.childCount():
            return None
        key = self.view.rows.items[place].key
        found = self._rows.get(key)
        if found is None:
            if len(self._rows) > _KEPT_ROWS:
                self._rows = {key: row for key, row in self._rows.items() if row.isValid()}
            found = self._rows[key] = RowInterface(self, key)
            QAccessible.registerAccessibleInterface(found)
        return found

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not self.childCount():
            return None
        point = self.view.viewport().mapFromGlobal(QPoint(x, y))
        return self.child(self.view.row_at(point.toPointF())[0])

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.place() if isinstance(child, RowInterface) else -1

    def rect(self) -> QRect:
        return QRect(self.view.mapToGlobal(QPoint(0, 0)), self.view.size()) if self.isValid() else QRect()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def text(self, kind: QAccessible.Text) -> str:
        if kind is not QAccessible.Text.Name or not self.isValid():
            return ""
        return self.view.accessibleName() or tr("thread.name")

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if self.isValid():
            state.focusable = True
            state.focused = self.view.hasFocus()
            state.invisible = not self.view.isVisible()
        return state
