"""The docks: real, movable, tabbed, floating, and where the user left them."""

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from omnix_desktop.i18n import on_language_change
from omnix_desktop.ui.widgets.panel import Panel

LAYOUT_VERSION = 1


class PanelDock(QDockWidget):
    """A dock around one panel, with the panel's own title bar."""

    def __init__(self, name: str, panel: Panel, parent: QWidget) -> None:
        super().__init__(panel.title(), parent)
        self.panel = panel
        self.setObjectName(f"dock_{name}")
        self.setTitleBarWidget(panel.dock_title())
        self.setWidget(panel)


class Docks(QObject):
    """All docks of one window; `moved` comes a moment after the user arranged something."""

    moved = Signal()
    visibility = Signal(str, bool)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._docks: dict[str, PanelDock] = {}
        self._default = QByteArray()
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._settle = QTimer(self, singleShot=True, interval=400)
        self._settle.timeout.connect(self.moved)
        forget = on_language_change(self._rename)
        self.destroyed.connect(lambda: forget())

    def place(self, name: str, panel: Panel, width: int, *, behind: str = "", shown: bool = True) -> None:
        """Beside what is there, or as a tab behind another one."""
        dock = PanelDock(name, panel, self._window)
        self._docks[name] = dock
        self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock, Qt.Orientation.Horizontal)
        if behind:
            self._window.tabifyDockWidget(self._docks[behind], dock)
            self._docks[behind].raise_()
        dock.setVisible(shown)
        self._window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
        dock.visibilityChanged.connect(lambda seen: self._seen(name, seen))
        for signal in (dock.dockLocationChanged, dock.topLevelChanged):
            signal.connect(lambda: self._settle.start())

    def set_widths(self, widths: dict[str, int]) -> None:
        docks = [self._docks[name] for name in widths]
        self._window.resizeDocks(docks, list(widths.values()), Qt.Orientation.Horizontal)

    def remember_default(self) -> None:
        self._default = self._window.saveState(LAYOUT_VERSION)

    def reset(self) -> None:
        self._window.restoreState(self._default, LAYOUT_VERSION)

    def names(self) -> tuple[str, ...]:
        return tuple(self._docks)

    def is_shown(self, name: str) -> bool:
        return not self._docks[name].isHidden()

    def show(self, name: str) -> None:
        """To the front, and the keyboard into it."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()
        dock.panel.focus_first()

    def toggle(self, name: str) -> None:
        dock = self._docks[name]
        if dock.isHidden() or dock.visibleRegion().isEmpty():
            self.show(name)
        else:
            dock.hide()

    def _seen(self, name: str, seen: bool) -> None:
        self.visibility.emit(name, seen)
        self._settle.start()

    def _rename(self) -> None:
        for dock in self._docks.values():
            dock.setWindowTitle(dock.panel.title())
