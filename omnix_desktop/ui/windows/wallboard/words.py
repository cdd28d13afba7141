"""Words of the wallboard that grow with the wall."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.ui.theme import Radius, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton


class WallWords(QWidget):
    """One line in a font role, painted at the wall's scale; repainted when it says something else."""

    def __init__(self, role: str, colour: str = "text", *, right: bool = False) -> None:
        super().__init__()
        self._role, self._colour, self._right = role, colour, right
        self._words, self._scale = "", 1.0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, words: str, colour: str = "") -> None:
        colour = colour or self._colour
        if (words, colour) == (self._words, self._colour):
            return
        wider = len(words) != len(self._words)
        self._words, self._colour = words, colour
        self.setAccessibleName(words)
        if wider:
            self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._words

    def colour(self) -> str:
        return self._colour

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        measure = paint.metrics(self._role, True)
        wide, high = measure.horizontalAdvance(self._words) + 3, measure.height() + 2
        return QSize(round(wide * self._scale), round(high * self._scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.scale(self._scale, self._scale)
        rect = QRectF(0, 0, self.width() / self._scale, self.height() / self._scale)
        align = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        paint.text(painter, rect, self._words, self._role, self._colour, align=align, tabular=True)
        painter.end()


class AlarmStrip(PaintedButton):
    """The foot of the wall, in red while somebody waits beyond the tenant's rule; pressing it opens the list."""

    HEIGHT = 44

    def __init__(self) -> None:
        super().__init__()
        self._scale = 1.0
        self.setObjectName("wallboard_alarm")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.HEIGHT)

    def say(self, words: str) -> None:
        """No words, no alarm."""
        self.setVisible(bool(words))
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.update()

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.setFixedHeight(round(self.HEIGHT * scale))

    def sizeHint(self) -> QSize:
        return QSize(300, round(self.HEIGHT * self._scale))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.scale(self._scale, self._scale)
        rect = QRectF(0, 0, self.width() / self._scale, self.height() / self._scale)
        paint.fill(painter, rect, "bad_soft", Radius.CARD)
        if self._ring:
            paint.focus_ring(painter, rect, Radius.CARD)
        draw_icon(painter, "triangle-alert", 20, rect.center().y() - 8, "bad", 16)
        paint.text(painter, rect.adjusted(46, 0, -20, 0), self.text(), "body_medium", "bad", tabular=True)
        painter.end()


class Swatch(QWidget):
    """A dot and what it stands for."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour, self._words, self._scale = colour, "", 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = paint.metrics("small").horizontalAdvance(self._words) + 18
        return QSize(round(wide * self._scale), round(18 * self._scale))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        painter.scale(self._scale, self._scale)
        rect = QRectF(0, 0, self.width() / self._scale, self.height() / self._scale)
        paint.fill(painter, QRectF(0, rect.center().y() - 4, 8, 8), self._colour, 4)
        colour = "accent_text" if self._colour == "accent" else self._colour
        paint.text(painter, rect.adjusted(14, 0, 0, 0), self._words, "small", colour)
        painter.end()
