"""The entry of the thread that something is to be done with: where the menu was opened."""

from PySide6.QtCore import QObject, Signal

from omnix_desktop.models.thread import Thread
from omnix_desktop.models.thread_items import ThreadItem
from omnix_protocol.messages import Message


class Chosen(QObject):
    """Follows its entry through its versions; with another conversation it is none."""

    picker_wanted = Signal()  # any emoji is to be chosen for it

    def __init__(self, thread: Thread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._key = ""

    def choose(self, key: str) -> None:
        self._key = key

    @property
    def item(self) -> ThreadItem | None:
        """As it is shown, also where the server does not have it yet."""
        return self._thread.items.of(self._key) if self._key else None

    @property
    def message(self) -> Message | None:
        """None where it is a memo, or something that is not the server's yet."""
        return self._thread.message(self._key) if self._key else None
