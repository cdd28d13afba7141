"""Tabs of docks that stand behind each other, looking like all other tabs."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QCommonStyle, QMainWindow, QStyle, QStyleOption, QStyleOptionTab, QTabBar, QWidget

from omnix_desktop.ui.widgets import paint

HEIGHT = 36


class _Look(QCommonStyle):
    """Words over a line; where the agent is, an underline."""

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        if kind is QStyle.ContentsType.CT_TabBarTab and isinstance(option, QStyleOptionTab):
            return QSize(round(paint.metrics("body_strong").horizontalAdvance(option.text)) + 24, HEIGHT)
        return super().sizeFromContents(kind, option, size, widget)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element is not QStyle.ControlElement.CE_TabBarTab or not isinstance(option, QStyleOptionTab):
            super().drawControl(element, option, painter, widget)
            return
        painter.save()
        paint.antialiased(painter)
        rect = QRectF(option.rect)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        under = bool(option.state & QStyle.StateFlag.State_MouseOver)
        role, colour = ("body_strong" if current else "body_medium"), ("text" if current or under else "muted")
        paint.fill(painter, rect.adjusted(-1, -1, 1, 1), "panel")
        centre = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, rect, option.text, role, colour, align=centre, elide=False)
        paint.fill(painter, QRectF(rect.x() - 1, rect.bottom() - 1, rect.width() + 2, 1), "line")
        if current:
            paint.fill(painter, QRectF(rect.x() + 12, rect.bottom() - 2, rect.width() - 24, 2), "accent", 1)
        painter.restore()

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element is QStyle.PrimitiveElement.PE_FrameTabBarBase and widget is not None:
            paint.fill(painter, QRectF(widget.rect()), "panel")
            paint.fill(painter, QRectF(0, widget.height() - 1, widget.width(), 1), "line")
        else:
            super().drawPrimitive(element, option, painter, widget)


class DockTabs(QObject):
    """Dresses each bar of tabs that the window makes for its docks."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._look = _Look()
        self._look.setParent(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ChildPolished and isinstance(watched, QMainWindow):
            options = Qt.FindChildOption.FindDirectChildrenOnly
            for bar in watched.findChildren(QTabBar, options=options):
                if bar.style() is not self._look:
                    bar.setStyle(self._look)
                    bar.setExpanding(False)
                    bar.setAutoFillBackground(True)
                    bar.setElideMode(Qt.TextElideMode.ElideNone)
        return super().eventFilter(watched, event)
