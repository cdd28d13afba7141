"""When lists and thread were first painted, and each row that came into them; only with `--timings`."""

from collections.abc import Mapping

from PySide6.QtWidgets import QTableView, QWidget

from omnix_desktop.models.inbox import InboxRow
from omnix_desktop.models.paged_list import ROW_ROLE
from omnix_desktop.ui.shell.timings import Painted, Timings
from omnix_desktop.ui.widgets.thread import BubbleThread


class PaintedRows:
    """Watches the panels by what Qt tells of them."""

    def __init__(self, timings: Timings, panels: Mapping[str, QWidget]) -> None:
        self._timings = timings
        self._messages: set[str] = set()
        self._unread: dict[str, int] = {}
        for name in ("channels", "interactions", "conversation"):
            for view in panels[name].findChildren(QTableView):
                timings.first(view.viewport(), view.objectName())
                if view.objectName() == "handling_list":
                    self._watch_list(view)
            for thread in panels[name].findChildren(BubbleThread):
                timings.first(thread.viewport(), thread.objectName())
                self._watch_thread(thread)

    def _watch_thread(self, thread: BubbleThread) -> None:
        def painted() -> None:
            for _, row in thread.seen():
                if row.item.key not in self._messages:
                    self._messages.add(row.item.key)
                    self._timings.note("message", id=row.item.key)

        Painted(thread.viewport(), painted)

    def _watch_list(self, view: QTableView) -> None:
        def painted() -> None:
            model, room = view.model(), view.viewport().height()
            place = max(0, view.rowAt(0))
            while place < model.rowCount() and view.rowViewportPosition(place) < room:
                row = model.index(place, 0).data(ROW_ROLE)
                if isinstance(row, InboxRow) and self._unread.get(row.key) != row.unread:
                    self._unread[row.key] = row.unread
                    self._timings.note("interaction", id=row.key, unread=row.unread)
                place += 1

        Painted(view.viewport(), painted)
