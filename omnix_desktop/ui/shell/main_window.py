"""The main window places panels and does nothing else."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QToolBar

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.ui.panels import PANELS
from omnix_desktop.ui.panels.channels import ChannelsPanel
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.interactions import InteractionsPanel
from omnix_desktop.ui.shell.docks import LAYOUT_VERSION, Docks
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.later import Fetch
from omnix_desktop.ui.shell.rail import MainRail
from omnix_desktop.ui.shell.ringing import RingingStack
from omnix_desktop.ui.shell.status_bar import Foot
from omnix_desktop.ui.widgets.panel import Panel

FIRST: dict[str, Callable[[Desk, Commands, Fetch], Panel]] = {
    "channels": lambda desk, commands, _fetch: ChannelsPanel(desk, commands),
    "interactions": lambda desk, commands, _fetch: InteractionsPanel(desk, commands),
    "conversation": lambda desk, commands, fetch: ConversationPanel(
        desk, commands, lambda *given: fetch().mails(*given)
    ),
}
"""What the eye and the hand go to: made before the first paint."""


class MainWindow(QObject):
    """Rail, docks and foot in a frame that may be on the screen already."""

    def __init__(self, frame: Frame, desk: Desk, commands: Commands, release: str, fetch: Fetch) -> None:
        super().__init__(frame)
        self.frame = frame
        self.docks = Docks(frame)
        self.panels = self.docks.panels
        self._saved = b""
        self._arranged = False
        for place in PANELS:
            make = partial(self._make, place.name, desk, commands, fetch)
            self.docks.place(place, make, at_once=place.name in FIRST)
        self.rail = MainRail(self.docks, commands, commands.place.ports.account.me.user_name)
        self._put_rail()
        self.ringing = RingingStack(frame, commands)
        frame.setStatusBar(Foot(desk, commands, release))
        frame.addActions(commands.qactions())
        self._count(desk)
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()
        if frame.isVisible():
            self._arrange()
        else:
            frame.shown.connect(self._arrange)

    def retranslate(self) -> None:
        self.frame.setWindowTitle(tr("shell.title"))
        self.frame.setAccessibleName(tr("shell.title"))

    def layout_state(self) -> bytes:
        """Where the panels are, to be remembered."""
        return bytes(self.frame.saveState(LAYOUT_VERSION).data())

    def restore_layout(self, saved: bytes) -> None:
        """As the user left it, as soon as the window has its size; what is not understood changes nothing."""
        self._saved = saved
        if self._arranged:
            self._restore()

    def furnish(self) -> None:
        """What was left for later, once nothing else is to do."""
        self.docks.furnish()

    @staticmethod
    def _make(name: str, desk: Desk, commands: Commands, fetch: Fetch) -> Panel:
        return FIRST[name](desk, commands, fetch) if name in FIRST else fetch().panels[name](desk, commands)

    def _arrange(self) -> None:
        """Widths mean something only in a window that has its size."""
        if self._arranged:
            return
        self._arranged = True
        self.docks.set_widths({place.name: place.width for place in PANELS if not place.behind}, "conversation")
        self.docks.remember_default()
        self._restore()

    def _restore(self) -> None:
        # once for each window and state: a second restoreState before the first was laid out crashes Qt 6.10.2
        if self._saved:
            self.frame.restoreState(QByteArray(self._saved), LAYOUT_VERSION)

    def _count(self, desk: Desk) -> None:
        def unread() -> None:
            self.rail.set_count("interactions", desk.inbox.counts.unread, "count")

        desk.channels.total_changed.connect(lambda total: self.rail.set_count("channels", total))
        desk.inbox.counted.connect(unread)
        self.rail.set_count("channels", desk.channels.total)
        unread()

    def _put_rail(self) -> None:
        bar = QToolBar(self.frame)
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
        self.frame.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
