"""What the writers' threads tell, told in the thread of the screens."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class Deliver(QObject):
    """Give it to `Feed.deliver_by`: good before the loop runs, and without one."""

    _call = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call.connect(lambda call: call(), Qt.ConnectionType.QueuedConnection)

    def __call__(self, call: Callable[[], None]) -> None:
        self._call.emit(call)
