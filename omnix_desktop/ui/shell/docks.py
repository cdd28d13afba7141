"""The docks: real, movable, tabbed, floating, and where the user left them."""

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QCommonStyle,
    QDockWidget,
    QMainWindow,
    QStyle,
    QStyleOption,
    QTabBar,
    QTabWidget,
    QWidget,
)

from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.ui.panels import PanelPlace
from omnix_desktop.ui.shell.dock_tabs import DockTabs
from omnix_desktop.ui.theme import Size
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.labels import Surface
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.title_bar import TitleBar

LAYOUT_VERSION = 2
SEPARATOR = 3
GIVES_WAY = 0.88
"""Of its width a panel keeps at least so much before the conversation is narrower than it should be."""


class Separators(QCommonStyle):
    """Of the main window alone: a hairline between docks, wide enough for the hand."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__()
        self.setParent(window)

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric is QStyle.PixelMetric.PM_DockWidgetSeparatorExtent:
            return SEPARATOR
        return super().pixelMetric(metric, option, widget)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element is not QStyle.PrimitiveElement.PE_IndicatorDockWidgetResizeHandle:
            super().drawPrimitive(element, option, painter, widget)
            return
        rect = QRectF(option.rect)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        paint.fill(painter, rect, "accent" if hovered else "panel")
        if hovered:
            return
        upright = rect.height() > rect.width()
        line = QRectF(rect.x(), rect.y(), 1, rect.height()) if upright else QRectF(rect.x(), rect.y(), rect.width(), 1)
        paint.fill(painter, line, "line")


class PanelDock(QDockWidget):
    """A dock around one panel, with the panel's own title bar; until the panel is made, an empty one keeps its place.

    It is made when first somebody asks for it, or sees it after `furnish`.
    """

    def __init__(self, name: str, make: Callable[[], Panel], parent: QWidget) -> None:
        super().__init__(tr(f"panels.{name}"), parent)
        self._name, self._make = name, make
        self._panel: Panel | None = None
        self._seen = self._furnished = False
        self.setObjectName(f"dock_{name}")
        self.visibilityChanged.connect(self._turned)

    @property
    def panel(self) -> Panel:
        if self._panel is None:
            empty = (self.titleBarWidget(), self.widget())
            self._panel = made = self._make()
            self.setTitleBarWidget(made.dock_title())
            self.setWidget(made)
            self.rename()
            for part in empty:
                if part is not None:
                    part.deleteLater()
        return self._panel

    def keep_place(self, width: int) -> None:
        """At least so wide is what will stand here."""
        ground = Surface("panel")
        ground.setMinimumWidth(width)
        self.setTitleBarWidget(TitleBar(self.windowTitle()))
        self.setWidget(ground)

    def furnish(self) -> None:
        """From now on whoever sees this dock sees its panel."""
        self._furnished = True
        if self._seen:
            _ = self.panel

    def _turned(self, seen: bool) -> None:
        self._seen = seen
        if seen and self._furnished:
            _ = self.panel

    def rename(self) -> None:
        self.setWindowTitle(self._panel.title() if self._panel else tr(f"panels.{self._name}"))


class Panels(Mapping[str, Panel]):
    """All panels by name; whoever asks for one has it made."""

    def __init__(self, docks: Mapping[str, PanelDock]) -> None:
        self._docks = docks

    def __getitem__(self, name: str) -> Panel:
        return self._docks[name].panel

    def __iter__(self) -> Iterator[str]:
        return iter(self._docks)

    def __len__(self) -> int:
        return len(self._docks)


class Docks(QObject):
    """All docks of one window; `moved` comes a moment after the user arranged something."""

    moved = Signal()
    activated = Signal(str)  # the panel that the keyboard is in

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._docks: dict[str, PanelDock] = {}
        self.panels = Panels(self._docks)
        self._default = QByteArray()
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._active = ""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focused)
        window.setStyle(Separators(window))
        self._tabs = DockTabs(window)
        self._settle = QTimer(self, singleShot=True, interval=400)
        self._settle.timeout.connect(self.moved)
        forget = on_language_change(self._rename)
        self.destroyed.connect(lambda: forget())

    def place(self, place: PanelPlace, make: Callable[[], Panel], *, at_once: bool) -> None:
        """Beside what is there, or as a tab behind another one."""
        narrowest = round(min(place.width, 320) * GIVES_WAY) - 8

        def made() -> Panel:
            panel = make()
            panel.narrowest = narrowest
            return panel

        dock = PanelDock(place.name, made, self._window)
        self._docks[place.name] = dock
        if at_once:
            _ = dock.panel
        elif place.shown:
            dock.keep_place(narrowest)
        if not place.shown:
            dock.hide()
        if place.behind:
            # not added before: Qt 6.10 crashes where it takes a dock out of a shown window to put it behind another
            self._window.tabifyDockWidget(self._docks[place.behind], dock)
            self._docks[place.behind].raise_()
        else:
            self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock, Qt.Orientation.Horizontal)
        dock.setVisible(place.shown)
        self._window.resizeDocks([dock], [place.width], Qt.Orientation.Horizontal)
        dock.visibilityChanged.connect(lambda _seen: self._settle.start())
        for signal in (dock.dockLocationChanged, dock.topLevelChanged):
            signal.connect(lambda: self._settle.start())

    def furnish(self) -> None:
        """Make the panels that are seen and were left for later."""
        for dock in self._docks.values():
            dock.furnish()

    def set_widths(self, widths: dict[str, int], rest: str) -> None:
        """So wide each; what remains goes to one."""
        shown = {name: width for name, width in widths.items() if self.is_shown(name) or name == rest}
        room = self._window.width() - Size.RAIL - SEPARATOR * (len(shown) - 1)
        others = sum(width for name, width in shown.items() if name != rest)
        if others and room - others < shown[rest]:
            factor = max(GIVES_WAY, (room - shown[rest]) / others)
            shown = {name: width if name == rest else round(width * factor) for name, width in shown.items()}
        shown[rest] = room - sum(width for name, width in shown.items() if name != rest)
        docks = [self._docks[name] for name in shown]
        self._window.resizeDocks(docks, list(shown.values()), Qt.Orientation.Horizontal)

    def remember_default(self) -> None:
        self._default = self._window.saveState(LAYOUT_VERSION)

    def reset(self) -> None:
        self._window.restoreState(self._default, LAYOUT_VERSION)

    def names(self) -> tuple[str, ...]:
        return tuple(self._docks)

    def is_shown(self, name: str) -> bool:
        return not self._docks[name].isHidden()

    def active(self) -> str:
        """The panel that the keyboard was in last, while it is shown."""
        return self._active if self._active and self.is_shown(self._active) else ""

    def hide(self, name: str) -> None:
        self._docks[name].hide()

    def show(self, name: str) -> None:
        """To the front, and the keyboard into it."""
        dock = self._docks[name]
        dock.show()
        self._to_front(dock)
        if dock.isFloating():
            dock.activateWindow()
        dock.panel.focus_first()

    def _to_front(self, dock: PanelDock) -> None:
        """raise_ alone chooses the tab only where nothing lies above the dock, and a style's focus frames do."""
        dock.raise_()
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            for place in range(bar.count()):
                if bar.tabText(place) == dock.windowTitle():
                    bar.setCurrentIndex(place)

    def _focused(self, _was: QWidget | None, now: QWidget | None) -> None:
        if now is None:
            return
        for name, dock in self._docks.items():
            if dock.isAncestorOf(now) and name != self._active:
                self._active = name
                self.activated.emit(name)

    def _rename(self) -> None:
        for dock in self._docks.values():
            dock.rename()
