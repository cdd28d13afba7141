"""The composition root: one staged start, then a life for whoever is signed in."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from omnix_desktop.actions.live import Commands
from omnix_desktop.actions.place import Place
from omnix_desktop.cache.queries.status import setting
from omnix_desktop.i18n import language, on_language_change, set_language, tr
from omnix_desktop.models.deliver import Deliver
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.source import Source
from omnix_desktop.models.why import sentence
from omnix_desktop.platform.instance import SingleInstance
from omnix_desktop.ports import LinkState, LinkStatus
from omnix_desktop.session import Door, Life, Profile, resume, unlock
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.shell.main_window import MainWindow
from omnix_desktop.ui.shell.mark import mark
from omnix_desktop.ui.shell.screens import Screens
from omnix_desktop.ui.shell.tray import Tray
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow
from omnix_protocol.ids import UserId
from omnix_protocol.sign_in import SignedIn

RELEASE = "0.1.0"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    server: str = ""
    profile: str = "default"
    safe_mode: bool = False
    wallboard: bool = False


class Taste:
    """Settings: looks belong to the profile (needed before anybody signs in), the rest to the user's own file."""

    def __init__(self, profile: Profile, life: Life) -> None:
        self._profile, self._local = profile, life.desk.local

    def save_setting(self, name: str, value: bytes) -> None:
        if name in ("theme", "language", "zoom"):
            self._profile.remember(**{name: value.decode()})
        else:
            self._local.save_setting(name, value)


class Work(QObject):
    """The screens of one signed-in life."""

    def __init__(self, life: Life, options: Options, tasks: Tasks, leave: Callable[[], None]) -> None:
        super().__init__()
        self.life = life
        self._leave = leave
        made = life.desk
        made.engine.feed.deliver_by(Deliver(self))  # until the loop runs and sync has its own way
        source = Source(made.engine.reader, made.engine.feed, UserId(life.signed_in.user_id))
        self.desk = Desk(source, made.local, life.ports.link, made.clock.now)
        self._screens = Screens(Taste(life.profile, life), leave)
        place = Place(ports=life.ports, desk=self.desk, screen=self._screens)
        self.commands = Commands(place, tasks)
        self.window = MainWindow(self.desk, self.commands, RELEASE)
        self._screens.attach(self.window, self.commands)
        self._tray = Tray(self.window, self.commands)
        for signal in (self.desk.status.linked, self.desk.inbox.counted, self.desk.channels.total_changed):
            signal.connect(self.commands.refresh)
        saved = None if options.safe_mode else setting(source.reader, "layout")
        if saved is not None:
            self.window.restore_layout(saved)
        self.window.docks.moved.connect(self.save_layout)
        self.window.closing.connect(leave)
        self.window.show()
        if options.wallboard:
            self._screens.open_window("wallboard")

    def save_layout(self) -> None:
        self.life.desk.local.save_setting("layout", self.window.layout_state())

    def start(self) -> None:
        """After the first frame."""
        self.desk.tick.start()
        self.life.start()

    def let_go(self) -> None:
        """Drafts are written down, nothing reads the cache any more."""
        self.desk.composers.flush()
        self.save_layout()
        self.window.closing.disconnect(self._leave)
        self.commands.close()
        self._screens.close_windows()
        self.window.close()
        self.desk.close()
        self.window.deleteLater()


class Program(QObject):
    """Either the sign-in window or the work of whoever signed in."""

    def __init__(self, profile: Profile, options: Options) -> None:
        super().__init__()
        self._profile, self._options = profile, options
        self._tasks = Tasks("program")
        self._leaving = asyncio.Event()
        self._work: Work | None = None
        self._sign_in: SignInWindow | None = None

    def show(self) -> None:
        """The first frame, from what is on this machine; the network is not asked."""
        life = resume(self._profile, self._signed_out)
        if life is None:
            self._show_sign_in()
        else:
            self._show_work(life)

    def come_forward(self) -> None:
        window = self._work.window if self._work else self._sign_in
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()

    async def live(self) -> None:
        """From the first frame to the end."""
        if self._work is not None:
            self._work.start()
        await self._leaving.wait()
        await self._end_work()
        await self._tasks.close()

    def _leave(self) -> None:
        self._leaving.set()

    def _show_sign_in(self, notice: str = "") -> None:
        known = self._profile.known
        prefill = Prefill(known.server, known.tenant_code, known.tenant_name, known.email).with_environment()
        self._sign_in = SignInWindow(Door(self._profile), prefill, self._tasks, notice)
        self._sign_in.signed_in.connect(self._enter)
        self._sign_in.closed.connect(self._leave)
        self._sign_in.resize(self._sign_in.sizeHint())
        self._sign_in.show()

    def _enter(self, signed_in: SignedIn, password: str, remember: bool) -> None:
        self._tasks.start(self._open(signed_in, password, remember), "open the desk")

    async def _open(self, signed_in: SignedIn, password: str, remember: bool) -> None:
        life = await unlock(self._profile, signed_in, password, remember=remember, ended=self._signed_out)
        self._show_work(life)
        if self._sign_in is not None:
            self._sign_in.close()
            self._sign_in.deleteLater()
            self._sign_in = None
        if self._work is not None:
            self._work.start()

    def _show_work(self, life: Life) -> None:
        self._work = Work(life, self._options, self._tasks, self._leave)
        life.ports.link.subscribe(self._linked)

    def _linked(self, status: LinkStatus) -> None:
        """The server no longer takes this session: sign in again, with everything kept."""
        if status.state is LinkState.ENDED and self._work is not None and status.reason is not None:
            if status.reason.code == "version_unsupported":
                return
            self._profile.forget()
            self._tasks.start(self._begin_again(tr("sign_in.session_ended", reason=sentence(status.reason))), "sign in")

    def _signed_out(self) -> None:
        if self._work is not None:
            self._work.let_go()
            self._work = None
        self._show_sign_in(tr("sign_in.signed_out"))

    async def _begin_again(self, notice: str) -> None:
        await self._end_work()
        self._show_sign_in(notice)

    async def _end_work(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            work.let_go()
            await work.life.close()


def start(options: Options) -> int:
    """What the first frame needs, then the rest."""
    profile = Profile(options.profile, options.server)
    if not options.safe_mode:
        os.environ.setdefault("QT_SCALE_FACTOR", profile.known.zoom)
    app = QApplication(["omnix-desktop"])
    app.setApplicationName("omnix-desktop")
    app.setApplicationDisplayName("Omnix Desktop")
    app.setApplicationVersion(RELEASE)
    app.setDesktopFileName("omnix-desktop")
    app.setQuitOnLastWindowClosed(False)
    instance = SingleInstance(str(profile.folder))
    if not instance.claim():
        return 0
    set_language(profile.known.language)
    on_language_change(lambda: profile.remember(language=language()))
    mode = profile.known.theme if profile.known.theme in ("light", "dark") else "system"
    theme().install(app, mode, "fusion" if options.safe_mode else "qlementine")  # type: ignore[arg-type]  # checked
    app.setWindowIcon(mark())
    program = Program(profile, options)
    instance.called.connect(program.come_forward)
    program.show()
    app.processEvents()

    import qasync

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(program.live())
    instance.release()
    return 0
