"""One picture to look at closely: fitted first, up to five times as large, moved by the hand."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from omnix_desktop.ui.theme import Radius, font, theme
from omnix_desktop.ui.widgets import paint

LARGEST = 5.0
"""Times the fitted size (F33)."""
STEP = 1.25
_WALK = 60.0


class PictureView(QWidget):
    """`zoom` is 1 where the whole picture fits; `message` stands in its place while there is none."""

    zoomed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.zoom = 1.0
        self._image: QImage | None = None
        self._message = ""
        self._middle = QPointF()  # of the picture, in its own pixels: what stands in the middle of the widget
        self._held: QPointF | None = None

    def show_image(self, image: QImage | None, message: str = "") -> None:
        """Another picture, fitted; without one, a sentence."""
        self._image, self._message = image, message
        self.fit()

    def show_better(self, image: QImage) -> None:
        """The same picture with more of its pixels: what is looked at stays where it is."""
        if self._image is None:
            self.show_image(image)
            return
        share = image.width() / max(1, self._image.width())
        self._image, self._message, self._middle = image, "", self._middle * share
        self._changed()

    def fit(self) -> None:
        self._middle = QPointF(self._size().width() / 2, self._size().height() / 2)
        self._set_zoom(1.0)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller, from fitted to five times; the place under `at` stays under it."""
        point = at if at is not None else QPointF(self.rect().center())
        under = self._in_picture(point)
        self._set_zoom(self.zoom * factor)
        self._middle += under - self._in_picture(point)
        self._changed()

    def place(self) -> QRectF:
        """Where the picture stands in the widget."""
        scale = self._scale()
        size = QSizeF(self._size()) * scale
        centre = QPointF(self.width() / 2, self.height() / 2) - self._middle * scale
        return QRectF(centre, size)

    def _size(self) -> QSizeF:
        return QSizeF(self._image.size()) if self._image is not None else QSizeF(1, 1)

    def _scale(self) -> float:
        size = self._size()
        whole = min(self.width() / size.width(), self.height() / size.height(), 1.0)
        return whole * self.zoom

    def _in_picture(self, point: QPointF) -> QPointF:
        scale = self._scale()
        return self._middle + (point - QPointF(self.width() / 2, self.height() / 2)) * (1 / scale)

    def _set_zoom(self, zoom: float) -> None:
        self.zoom = min(max(zoom, 1.0), LARGEST)
        self._changed()
        self.zoomed.emit(self.zoom)

    def _changed(self) -> None:
        """Nothing beside the picture is looked at: its edges stop at the widget's, or it stands in the middle."""
        size, scale = self._size(), self._scale()
        half = QSizeF(self.width() / 2 / scale, self.height() / 2 / scale)
        self._middle = QPointF(
            _held_between(self._middle.x(), half.width(), size.width()),
            _held_between(self._middle.y(), half.height(), size.height()),
        )
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._middle -= (event.position() - self._held) * (1 / self._scale())
            self._held = event.position()
            self._changed()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.zoom > 1.0:
            self.fit()
        else:
            self.zoom_by(2.5, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        if event.key() in steps and self.zoom > 1.0:
            across, down = steps[Qt.Key(event.key())]
            self._middle += QPointF(across, down) * (_WALK / self._scale())
            self._changed()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.fillRect(self.rect(), theme().colour("window"))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.place(), self._image)
        if self._message:
            self._paint_message(painter)
        painter.end()

    def _paint_message(self, painter: QPainter) -> None:
        """On a ground of its own, below: a thumbnail may stand behind it."""
        room = self.width() - 48.0
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignCenter)
        box = paint.metrics("body").boundingRect(QRectF(0, 0, room, 400), flags, self._message)
        ground = QRectF(0, 0, box.width() + 24, box.height() + 16)
        ground.moveCenter(QPointF(self.width() / 2, self.height() - ground.height() / 2 - 16))
        paint.fill(painter, ground, "panel", Radius.CONTROL, "line")
        painter.setFont(font("body"))
        painter.setPen(theme().colour("text"))
        painter.drawText(ground, flags, self._message)


def _held_between(middle: float, half: float, size: float) -> float:
    return size / 2 if 2 * half >= size else min(max(middle, half), size - half)
