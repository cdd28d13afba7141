"""The dark rail at the left edge and the items of the status bar."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from omnix_desktop.ui.theme import Radius, Size, draw_icon
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.buttons import PaintedButton


class Rail(QWidget):
    """The ground of the rail; lay RailButtons on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(Size.RAIL)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, QRectF(self.rect()), "rail")
        painter.end()


class RailButton(PaintedButton):
    """A place in the program: icon, a count when something waits there."""

    def __init__(self, icon: str, name: str, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._count, self._tone = icon, "", "alarm"
        self.setFixedSize(40, 40)
        self.setCheckable(True)
        self.describe(name, shortcut)

    def set_count(self, count: int, tone: str = "alarm") -> None:
        """What waits there; 0 hides it, more than 99 is 99+."""
        shown = "" if count <= 0 else "99+" if count > 99 else str(count)
        if (shown, tone) != (self._count, self._tone):
            self._count, self._tone = shown, tone
            self.setAccessibleDescription(shown)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        lit = self.isChecked() or self.underMouse()
        if lit:
            painter.setOpacity(1 if self.isChecked() else 0.5)
            paint.fill(painter, rect, "rail_active", Radius.CONTROL + 2)
            painter.setOpacity(1)
        if self._ring:
            paint.focus_ring(painter, rect, Radius.CONTROL + 2)
        draw_icon(painter, self._icon, 10, 10, "on_fill" if lit else "rail_text", 20)
        if self._count:
            paint.draw_count(painter, rect.right(), 10, self._count, self._tone)
        painter.end()


class StatusItem(PaintedButton):
    """A fact of the status bar: a coloured dot or icon and a few words; may be pressed."""

    def __init__(
        self,
        words: str = "",
        *,
        dot: str = "",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._dot, self._icon, self._colour = dot, icon, "muted"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(words, dot=dot)

    def set(self, words: str, *, dot: str = "", colour: str = "muted") -> None:
        """Words, the token of the dot, the token of the words; no words hide it."""
        wider = words != self.text()
        self._dot, self._colour = dot, colour
        if wider:
            self.setText(words)
            self.setAccessibleName(words)
            self.setVisible(bool(words))
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        lead = 14 if self._dot else 20 if self._icon else 0
        return QSize(
            round(paint.metrics("small", True).horizontalAdvance(self.text()) + 17 + lead),
            24,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.underMouse() and self.isEnabled():
            paint.fill(painter, rect, "hover", Radius.SMALL)
        if self._ring:
            paint.focus_ring(painter, rect, Radius.SMALL)
        x = 8.0
        if self._dot:
            paint.fill(painter, QRectF(x, rect.center().y() - 4, 8, 8), self._dot, 4)
            x += 14
        elif self._icon:
            draw_icon(painter, self._icon, x, rect.center().y() - 7, self._colour, 14)
            x += 20
        place = rect.adjusted(x, 0, 0, 0)
        paint.text(
            painter,
            place,
            self.text(),
            "small",
            self._colour,
            tabular=True,
            elide=False,
        )
        painter.end()
