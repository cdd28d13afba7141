"""One tick a second for everything on the screen that counts; what it shows is the server's time."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Qt, QTimer, Signal


class Tick(QObject):
    """Tells the time once a second, close to the change of the second. Who listens repaints only what changed."""

    second = Signal(object)  # datetime

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def now(self) -> datetime:
        return self._now()

    def start(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._until_next())

    def stop(self) -> None:
        self._timer.stop()

    def beat(self) -> None:
        """Tell the time now: after a change of what is shown, and in tests."""
        self.second.emit(self._now())

    def _beat(self) -> None:
        self.second.emit(self._now())
        self._timer.start(self._until_next())

    def _until_next(self) -> int:
        return 1000 - self._now().microsecond // 1000
