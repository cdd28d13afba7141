"""Thumbnails of what is seen: fetched a few at a time while there is a connection, kept in memory and nowhere else."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader

from omnix_desktop.models.status import Status
from omnix_desktop.ports import Transfers
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import FileId

KEPT_BYTES = 48 * 1024 * 1024
THUMBNAIL_BYTES = 2 * 1024 * 1024
PIXELS = 100_000_000
"""No picture with more is taken into memory."""
AT_ONCE = 3
AGAIN_AFTER = 15_000
"""Milliseconds after which what was refused for the moment is asked for again."""
LASTING = (Reason.NOT_FOUND, Reason.ATTACHMENT_TOO_LARGE)
WANTED = 24
"""How many are waited for at most: what has been scrolled past long ago is not asked any more."""

Start = Callable[[Coroutine[None, None, None], str], object]


def decoded(body: bytes) -> QImage | None:
    """A picture from its bytes, the right way up; None where they are no picture, or one that is too large."""
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > PIXELS:
        return None
    image = reader.read()
    return None if image.isNull() else image


class Pictures(QObject):
    """Asked while painting; answers what is at hand and fetches the rest."""

    arrived = Signal(str)

    def __init__(self, transfers: Transfers, status: Status, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._transfers, self._status, self._start = transfers, status, start
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._bytes = 0
        self._none: set[str] = set()
        """The server has no thumbnail of these."""
        self._refused: set[str] = set()
        """For the moment: it is busy, the connection went."""
        self._again = QTimer(self, singleShot=True, interval=AGAIN_AFTER)
        self._again.timeout.connect(self._ask_again)
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._coming: set[str] = set()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fetch)
        status.linked.connect(self._soon.start)

    def of(self, file_id: str) -> QImage | None:
        """What is at hand; what is not comes later, and is told by `arrived`."""
        found = self._kept.get(file_id)
        if found is not None:
            self._kept.move_to_end(file_id)
            return found
        if not any(file_id in known for known in (self._none, self._refused, self._coming)):
            self._want(file_id)
        return None

    def keep(self, file_id: str, image: QImage) -> None:
        """The least seen go when there are too many."""
        before = self._kept.pop(file_id, None)
        self._bytes += image.sizeInBytes() - (before.sizeInBytes() if before else 0)
        self._kept[file_id] = image
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.sizeInBytes()
        self.arrived.emit(file_id)

    def _want(self, file_id: str) -> None:
        self._wanted[file_id] = None
        self._wanted.move_to_end(file_id)
        if len(self._wanted) > WANTED:
            self._wanted.popitem(last=False)
        if not self._soon.isActive():
            self._soon.start()

    def _ask_again(self) -> None:
        refused, self._refused = self._refused, set()
        for file_id in refused:
            self._want(file_id)

    def _fetch(self) -> None:
        """The newest wish first: it is what is on the screen."""
        while self._wanted and len(self._coming) < AT_ONCE and self._status.offline() is None:
            file_id, _ = self._wanted.popitem()
            self._coming.add(file_id)
            self._start(self._get(file_id), "thumbnail")

    async def _get(self, file_id: str) -> None:
        try:
            body = await self._transfers.read(FileId(file_id), THUMBNAIL_BYTES, thumbnail=True)
            image = None if isinstance(body, Refused) else await asyncio.to_thread(decoded, body)
            if image is not None:
                self.keep(file_id, image)
            elif isinstance(body, Refused) and body.reason not in LASTING:
                self._refused.add(file_id)
                if not self._again.isActive():
                    self._again.start()
            else:
                self._none.add(file_id)
        finally:
            self._coming.discard(file_id)
            if self._wanted:
                self._soon.start()
