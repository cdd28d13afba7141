"""What every model is handed: where to read, what tells of changes, and whose screen it is."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, QTimer

from omnix_desktop.cache.feed import EVERYTHING, Changed, Feed
from omnix_desktop.cache.reading import Reader
from omnix_protocol.ids import UserId

PAUSE = 40
"""Milliseconds between two readings in a burst of changes."""


class Source(msgspec.Struct, frozen=True):
    """The cache as the models of one signed-in life see it."""

    reading: Callable[[], Reader]
    feed: Feed
    user_id: UserId

    @property
    def reader(self) -> Reader:
        """This thread's, anew each time: a rebuilt cache has another one."""
        return self.reading()


class Refresh(QObject):
    """Reads again after a change of certain types: at once, and in a burst at most every 40 ms."""

    def __init__(self, feed: Feed, types: frozenset[str], read: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._types, self._read = types, read
        self._changed: set[tuple[str, str]] = set()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._after_pause)
        self._forget = feed.subscribe(self._heard)
        self.destroyed.connect(self._forget)

    def named(self, kind: str) -> frozenset[str] | None:
        """While it reads: the ids of this type that changed since the last time; None where more than these did."""
        if any(other != kind for other, _ in self._changed):
            return None
        return frozenset(id_ for _, id_ in self._changed)

    def _now(self) -> None:
        """Read, and take the following changes together for a moment."""
        self._pause.start()
        try:
            self._read()
        finally:
            self._changed.clear()

    def _heard(self, changed: Changed) -> None:
        mine = {one for one in changed if one[0] in self._types} if changed != EVERYTHING else EVERYTHING
        self._changed |= mine
        if mine and not self._pause.isActive():
            self._now()

    def _after_pause(self) -> None:
        if self._changed:
            self._now()
