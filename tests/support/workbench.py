"""The main window over a cached workspace, with scripted ports: for tests of the screens, and for pictures."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.place import Place
from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.models.deliver import application_deliver
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.source import Source
from omnix_desktop.ports import LinkState, LinkStatus
from omnix_desktop.tasks import T, Tasks
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.main_window import MainWindow
from omnix_desktop.ui.shell.screens import Screens, WaysOut
from omnix_protocol.ids import UserId
from tests.support.cached_workspace import Workspace
from tests.support.desktop_ports import FakePorts


@dataclass
class Workbench:
    """Everything of one open window."""

    workspace: Workspace
    engine: Engine
    local: Local
    desk: Desk
    fake: FakePorts
    place: Place
    screens: Screens
    commands: Commands
    window: Frame
    shell: MainWindow
    clock: list[datetime]
    """The server's time, as the test sets it."""
    left: list[str]
    """How the end of the program was asked for."""

    def open(self, what: Opened | None) -> None:
        """All panels are about this one."""
        self.desk.selection.open(what)
        self.desk.selection.settle()

    def settle(self) -> None:
        """What was written is on disk and on the screen."""
        self.desk.selection.settle()
        self.local.waiting().result()
        for _ in range(4):
            QApplication.processEvents()

    def until(self, true: Callable[[], bool]) -> None:
        """What was put into the replica has come to the screen: it is told from its writer's thread."""
        came(true)


def came(true: Callable[[], bool]) -> None:
    """Qt works until it is so, for five seconds at most."""
    end = QDeadlineTimer(5000)
    while not true():
        assert not end.hasExpired(), "it did not come"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)


class Immediate(Tasks):
    """Runs at once what never waits: the scripted ports answer without a loop."""

    def start(self, work: Coroutine[Any, Any, T], name: str) -> Any:
        try:
            work.send(None)
        except StopIteration:
            return None
        work.close()
        raise AssertionError(f"{name} waits for something that the scripted ports do not give.")


@contextmanager
def workbench(
    workspace: Workspace, *, state: LinkState = LinkState.ONLINE, furnished: bool = True, shown: bool = False
) -> Iterator[Workbench]:
    """A window that shows the workspace; closed with all that belongs to it. `shown`: it is there before its panels."""
    engine, local = workspace.open()
    clock: list[datetime] = [workspace.now]
    left: list[str] = []
    source = Source(engine.reader, engine.feed, UserId(workspace.me.user_id))
    fake = FakePorts(local, workspace.me, LinkStatus(state=state, last_sync=workspace.now))
    desk = Desk(source, local, fake.link, lambda: clock[0])
    engine.feed.deliver_by(application_deliver())
    tasks = Immediate("workbench")
    ways_out = WaysOut(lambda: left.append("leave"), lambda: left.append("restart"))
    screens = Screens(local, ways_out, lambda: LATER)
    place = Place(ports=fake.ports, desk=desk, screen=screens)
    commands = Commands(place, tasks)
    window = Frame()
    if shown:
        window.paint_now()
    shell = MainWindow(window, desk, commands, "0.1.0", lambda: LATER)
    screens.attach(shell, commands)
    if furnished:
        shell.furnish()
    try:
        yield Workbench(workspace, engine, local, desk, fake, place, screens, commands, window, shell, clock, left)
    finally:
        desk.composers.flush()
        commands.close()
        window.close()
        desk.close()
        window.deleteLater()
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        engine.close()
