"""Received and handled by the hour, painted plainly: two lines, a ground under the first, three grid lines."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.i18n import number, tr
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets import paint
from omnix_protocol.reports import BoardHour

_LINES = (("received", "accent"), ("handled", "good"))
_STEPS = (1, 2, 3, 5)


class HourChart(QWidget):
    """From the first hour with something in it to the last one; the numbers stand at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wallboard_hours")
        self._hours: tuple[BoardHour, ...] = ()
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(110)
        theme().changed.connect(self.update)

    def show_hours(self, hours: Sequence[BoardHour]) -> None:
        filled = [hour.hour for hour in hours if hour.received or hour.handled]
        first, last = (min(filled), max(filled)) if filled else (0, -1)
        known = {hour.hour: hour for hour in hours}
        self._hours = tuple(known.get(hour, BoardHour(hour=hour)) for hour in range(first, last + 1))
        spoken = (
            tr("wallboard.hour_spoken", hour=f"{one.hour:02}", received=one.received, handled=one.handled)
            for one in self._hours
        )
        self.setAccessibleName(tr("wallboard.hours"))
        self.setAccessibleDescription("; ".join(spoken))
        self.update()

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, round(150 * self._scale))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.scale(self._scale, self._scale)
        rect = QRectF(0, 0, self.width() / self._scale, self.height() / self._scale)
        if not self._hours:
            centre = Qt.AlignmentFlag.AlignHCenter
            paint.text(painter, rect, tr("wallboard.no_hours"), "body", "muted", align=centre)
            painter.end()
            return
        top = _top(max(max(hour.received, hour.handled) for hour in self._hours))
        plot = rect.adjusted(8, 10, -44, -24)
        self._grid(painter, plot, top)
        for name, colour in _LINES:
            points = [self._point(plot, place, getattr(hour, name), top) for place, hour in enumerate(self._hours)]
            if name == "received":
                self._ground(painter, plot, points)
            _line(painter, points, colour)
        painter.end()

    def _point(self, plot: QRectF, place: int, value: int, top: int) -> QPointF:
        steps = max(1, len(self._hours) - 1)
        x = plot.x() + plot.width() * (place / steps if len(self._hours) > 1 else 0.5)
        return QPointF(x, plot.bottom() - plot.height() * value / top)

    def _grid(self, painter: QPainter, plot: QRectF, top: int) -> None:
        for step in range(4):
            y = plot.bottom() - plot.height() * step / 3
            paint.fill(painter, QRectF(plot.x(), y, plot.width(), 1), "line")
            beside = QRectF(plot.right() + 8, y - 8, 36, 16)
            paint.text(painter, beside, number(round(top * step / 3)), "caption", "muted", tabular=True)
        every = max(1, -(-len(self._hours) * 34 // round(plot.width() or 1)))
        for place, hour in enumerate(self._hours):
            if place % every == 0:
                x = self._point(plot, place, 0, top).x()
                label = QRectF(x - 16, plot.bottom() + 6, 32, 16)
                centre = Qt.AlignmentFlag.AlignHCenter
                paint.text(painter, label, f"{hour.hour:02}", "caption", "muted", align=centre, tabular=True)

    def _ground(self, painter: QPainter, plot: QRectF, points: list[QPointF]) -> None:
        colour = QColor(theme().colour("accent"))
        colour.setAlpha(32)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        below = [QPointF(points[-1].x(), plot.bottom()), QPointF(points[0].x(), plot.bottom())]
        painter.drawPolygon(QPolygonF([*points, *below]))


def _line(painter: QPainter, points: list[QPointF], colour: str) -> None:
    pen = QPen(theme().colour(colour), 2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(points) == 1:
        painter.setBrush(theme().colour(colour))
        painter.drawEllipse(points[0], 3, 3)
    painter.drawPolyline(QPolygonF(points))


def _top(most: int) -> int:
    """The top of the scale: three even steps above the largest number."""
    unit = 1
    while True:
        for step in _STEPS:
            if 3 * step * unit >= most:
                return 3 * step * unit
        unit *= 10
