"""Waiting: a spinner and a thin line; both stand still when nobody sees them."""

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets import paint


class _Ticking(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = 0
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self._tick)

    def _tick(self) -> None:
        self._phase = (self._phase + 1) % 3600
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)


class Spinner(_Ticking):
    """A turning arc, 16 px."""

    def __init__(self, name: str = "", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        pen = QPen(theme().colour("accent"), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(QRectF(self.rect()).adjusted(2, 2, -2, -2), -self._phase * 12 * 16, 270 * 16)
        painter.end()


class ProgressLine(_Ticking):
    """Two pixels high: a share from 0 to 1, or running when the share is unknown (None)."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self.setFixedHeight(2)
        self.setAccessibleName(name)

    def set_share(self, share: float | None) -> None:
        """How much is done."""
        self._share = share
        if share is not None:
            self._timer.stop()
        elif self.isVisible():
            self._timer.start()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "line")
        if self._share is None:
            wide = self.width() * 0.3
            start = (self._phase * 0.02 % 1.3) * self.width() - wide
            paint.fill(painter, QRectF(start, 0, wide, 2), "accent")
        else:
            paint.fill(
                painter,
                QRectF(0, 0, self.width() * min(1.0, max(0.0, self._share)), 2),
                "accent",
            )
        painter.end()
