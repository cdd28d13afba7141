"""The main window places panels and does nothing else."""

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QToolBar

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.panels import PANELS
from omnix_desktop.ui.shell.docks import LAYOUT_VERSION, Docks
from omnix_desktop.ui.shell.rail import MainRail
from omnix_desktop.ui.shell.status_bar import Foot
from omnix_desktop.ui.widgets.panel import Panel

SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """Rail, docks, foot."""

    closing = Signal()

    def __init__(self, desk: Desk, commands: Commands, release: str) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.docks = Docks(self)
        self.panels: dict[str, Panel] = {}
        self._restored: QByteArray | None = None
        for place in PANELS:
            panel = place.make(desk, commands)
            self.panels[place.name] = panel
            self.docks.place(place.name, panel, place.width, behind=place.behind, shown=place.shown)
        self.rail = MainRail(self.docks, commands, commands.place.ports.account.me.user_name)
        self._put_rail()
        self.setStatusBar(Foot(desk, commands, release))
        self.addActions(commands.qactions())
        desk.channels.total_changed.connect(lambda total: self.rail.set_count("channels", total))
        desk.inbox.counted.connect(lambda: self.rail.set_count("interactions", desk.inbox.counts.unread, "count"))
        self.rail.set_count("channels", desk.channels.total)
        self.rail.set_count("interactions", desk.inbox.counts.unread, "count")
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()
        self.resize(*SIZE)
        self._arranged = False

    def retranslate(self) -> None:
        self.setWindowTitle(tr("shell.title"))
        self.setAccessibleName(tr("shell.title"))

    def layout_state(self) -> bytes:
        """Geometry and docks, to be remembered."""
        geometry, state = self.saveGeometry().data(), self.saveState(LAYOUT_VERSION).data()
        return len(geometry).to_bytes(4, "big") + geometry + state

    def restore_layout(self, saved: bytes) -> bool:
        """As the user left it; False where it is not understood (then everything stands at its place)."""
        end = 4 + int.from_bytes(saved[:4], "big")
        if len(saved) < end:
            return False
        self.restoreGeometry(QByteArray(saved[4:end]))
        self._restored = QByteArray(saved[end:])
        return self.restoreState(self._restored, LAYOUT_VERSION)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            self._arrange()

    def _arrange(self) -> None:
        """Widths mean something only in a window that has its size."""
        before = self._restored
        self.docks.set_widths({place.name: place.width for place in PANELS if not place.behind}, "conversation")
        self.docks.remember_default()
        if before is not None:
            self.restoreState(before, LAYOUT_VERSION)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()

    def _put_rail(self) -> None:
        bar = QToolBar(self)
        bar.setObjectName("rail_bar")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setContentsMargins(0, 0, 0, 0)
        row = bar.layout()
        if row is not None:
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(0)
        bar.addWidget(self.rail)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
