"""Menus that look right where no compositor runs: the style leaves room for a shadow, which would be black there."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from omnix_desktop.ui.theme import Radius, popup_margin
from omnix_desktop.ui.widgets import paint


def trim(window: QWidget) -> None:
    """Cut a popup of the style's down to what it paints; only X11 may lack a compositor."""
    margin = popup_margin()
    if QGuiApplication.platformName() != "xcb" or not margin:
        return
    inside = QRectF(window.rect()).adjusted(margin, margin, -margin, -margin)
    outline = QPainterPath()
    outline.addRoundedRect(inside, Radius.CONTROL, Radius.CONTROL)
    window.setAutoFillBackground(True)
    window.setMask(QRegion(outline.toFillPolygon().toPolygon()))


class Outline(QWidget):
    """A border over a list that the style leaves without one once it is trimmed."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def fit(self) -> None:
        """After its window was sized."""
        margin = popup_margin()
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect().adjusted(margin, margin, -margin, -margin))
            self.raise_()
            self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        paint.fill(painter, QRectF(self.rect()), None, Radius.CONTROL, "line_strong")
        painter.end()


class Menu(QMenu):
    """A QMenu; submenus come from `add_menu`."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setToolTipsVisible(True)

    def add_menu(self, title: str) -> "Menu":
        """A menu inside this one."""
        inner = Menu(title, self)
        self.addMenu(inner)
        return inner

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        trim(self)
