"""The screens of one signed-in life, from its files and ports to its window."""

from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.place import Place
from omnix_desktop.models.deliver import application_deliver
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.kept import Keeping
from omnix_desktop.models.source import Source
from omnix_desktop.ports import Ports
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.later import Fetch
from omnix_desktop.ui.shell.main_window import MainWindow
from omnix_desktop.ui.shell.screens import Screens, WaysOut
from omnix_desktop.ui.shell.tray import Tray


class Life(Protocol):
    """Whoever is signed in: `session.Life`."""

    @property
    def ports(self) -> Ports: ...
    @property
    def source(self) -> Source: ...
    @property
    def stays(self) -> bool:
        """Whether the next start asks for no password."""
        ...

    @property
    def local(self) -> Keeping: ...
    def now(self) -> datetime: ...
    def setting(self, name: str) -> bytes | None: ...
    def start(self) -> None: ...
    async def close(self) -> None: ...


class Work(QObject):
    """Made from the cache alone; `start` begins to reach for the server."""

    def __init__(
        self,
        life: Life,
        frame: Frame,
        release: str,
        tasks: Tasks,
        ways_out: WaysOut,
        fetch: Fetch,
        *,
        layout: bool = True,
    ) -> None:
        super().__init__(frame)
        self.life, self.frame, self._leave = life, frame, ways_out.leave
        life.source.feed.deliver_by(application_deliver())  # until the loop runs and sync has its own way
        self.desk = Desk(life.source, life.local, life.ports.link, life.now)
        self.screens = Screens(life.local, ways_out, fetch, life.setting("zoom"), stays=life.stays)
        self.commands = Commands(Place(ports=life.ports, desk=self.desk, screen=self.screens), tasks)
        self.window = MainWindow(frame, self.desk, self.commands, release, fetch)
        self.screens.attach(self.window, self.commands)
        saved = life.setting("layout") if layout else None
        if saved is not None:
            self.window.restore_layout(saved)
        self._open_last()
        self.desk.selection.settled.connect(self._remember_opened)
        self.window.docks.moved.connect(self.save_layout)
        frame.closing.connect(self._leave)

    def save_layout(self) -> None:
        self.life.local.save_setting("layout", self.window.layout_state())

    def _open_last(self) -> None:
        """What was open when the program ended, while it is still handled."""
        last = (self.life.setting("opened") or b"").decode()
        row = self.desk.inbox.handling.of(last)
        if row is not None:
            self.desk.selection.open(row.opened)

    def _remember_opened(self) -> None:
        opened = self.desk.selection.opened
        self.life.local.save_setting("opened", opened.interaction_id.encode() if opened else b"")

    def start(self) -> None:
        """After the first paint: what it left for later, then the server."""
        self.window.furnish()
        self._tray = Tray(self.frame, self.commands)
        self.desk.tick.start()
        self.life.start()

    def let_go(self) -> None:
        """Drafts are written down, nothing reads the cache any more."""
        self.desk.composers.flush()
        self.save_layout()
        self.frame.closing.disconnect(self._leave)
        self.commands.close()
        self.screens.close_windows()
        self.frame.close()
        self.desk.close()
        self.frame.deleteLater()
