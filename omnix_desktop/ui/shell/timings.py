"""What was painted when, for whoever asks with `--timings FILE`: JSON lines on the machine's monotonic clock.

Made before the first frame, so it imports Qt and nothing of ours.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class Painted(QObject):
    """Calls back once what a widget paints is on the screen: after the painting, when the loop turns again."""

    def __init__(self, widget: QWidget, done: Callable[[], None], *, once: bool = False) -> None:
        super().__init__(widget)
        self._widget, self._done, self._once = widget, done, once
        self._due = False
        widget.installEventFilter(self)

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._due:
            self._due = True
            QTimer.singleShot(0, self._tell)
        return False

    def _tell(self) -> None:
        self._due = False
        if self._once:
            self._widget.removeEventFilter(self)
        self._done()


class Timings:
    """Notes moments and ids, never words."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)

    def note(self, moment: str, **more: object) -> None:
        self._file.write(json.dumps({"at": time.monotonic(), "moment": moment, **more}) + "\n")

    def first(self, widget: QWidget, moment: str) -> None:
        """When this is painted for the first time."""
        Painted(widget, lambda: self.note(moment), once=True)
