"""Either the sign-in window or the work of whoever signed in."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_desktop.ports import Door, LinkState, LinkStatus
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.later import Entrance, Fetch
from omnix_desktop.ui.shell.mark import mark
from omnix_desktop.ui.shell.painted_rows import PaintedRows
from omnix_desktop.ui.shell.screens import WaysOut
from omnix_desktop.ui.shell.timings import Timings
from omnix_desktop.ui.shell.work import Life, Work
from omnix_desktop.ui.theme import theme
from omnix_protocol.sign_in import SignedIn


class Lives(Protocol):
    """Signing in and staying signed in, on one server: `session.Lives`."""

    @property
    def door(self) -> Door: ...
    def prefill(self) -> tuple[str, str, str, str]:
        """Server, tenant code, tenant's name, email."""
        ...

    def resume(self, ended: Callable[[], None]) -> Life | None: ...
    async def unlock(
        self, signed_in: SignedIn, password: str, *, remember: bool, ended: Callable[[], None]
    ) -> Life: ...
    def forget(self) -> None: ...
    def looks(self, **seen: str) -> None:
        """Ground and place of the window, for the next first frame."""
        ...


class Program(QObject):
    """From the first frame to the end."""

    def __init__(
        self,
        lives: Lives,
        release: str,
        fetch: Fetch,
        *,
        safe: bool = False,
        wallboard: bool = False,
        timings: Timings | None = None,
    ) -> None:
        super().__init__()
        self._timings = timings
        self._lives, self._release, self._safe, self._wallboard = lives, release, safe, wallboard
        self._fetch = fetch
        self._tasks = Tasks("program")
        self._leaving = asyncio.Event()
        self.again = False  # whether the program is to be started once more after its end
        self._work: Work | None = None
        self._sign_in: QWidget | None = None

    def show(self, frame: Frame | None) -> None:
        """What is on this machine, without the network; a frame may stand already."""
        life = self._lives.resume(self._signed_out)
        if life is not None:
            self._show_work(life, frame or Frame())
            return
        if frame is not None:
            frame.close()
            frame.deleteLater()
        self._show_sign_in()

    def come_forward(self) -> None:
        window = self._work.frame if self._work else self._sign_in
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()

    async def live(self) -> None:
        """The loop runs: reach for the server, until somebody leaves."""
        QGuiApplication.setWindowIcon(mark())
        if self._work is not None:
            self._work.start()
        await self._leaving.wait()
        await self._end_work()
        await self._tasks.close()

    def _leave(self) -> None:
        self._leaving.set()

    def _restart(self) -> None:
        """Leave as always; whoever started this program starts it again."""
        self.again = True
        self._leave()

    def _show_sign_in(self, notice: str = "") -> None:
        entrance = Entrance(self._lives.door, self._lives.prefill(), self._tasks, notice, self._enter, self._leave)
        self._sign_in = self._fetch().sign_in(entrance)
        self._sign_in.resize(self._sign_in.sizeHint())
        self._sign_in.show()

    def _enter(self, signed_in: SignedIn, password: str, remember: bool) -> None:
        self._tasks.start(self._open(signed_in, password, remember), "open the desk")

    async def _open(self, signed_in: SignedIn, password: str, remember: bool) -> None:
        life = await self._lives.unlock(signed_in, password, remember=remember, ended=self._signed_out)
        work = self._show_work(life, Frame())
        if self._sign_in is not None:
            self._sign_in.close()
            self._sign_in.deleteLater()
            self._sign_in = None
        work.start()

    def _show_work(self, life: Life, frame: Frame) -> Work:
        ways_out = WaysOut(self._leave, self._restart)
        layout = not self._safe
        self._work = work = Work(life, frame, self._release, self._tasks, ways_out, self._fetch, layout=layout)
        if self._timings is not None:
            PaintedRows(self._timings, work.window.panels)
        life.ports.link.subscribe(self._linked)
        frame.show()
        if self._wallboard:
            work.commands.run("view.wallboard")  # an agent is told why not
        return work

    def _linked(self, status: LinkStatus) -> None:
        """The server no longer takes this session: sign in again, with everything kept."""
        reason = status.reason
        if status.state is not LinkState.ENDED or self._work is None or reason is None:
            return
        if reason.code != "version_unsupported":
            self._lives.forget()
            self._tasks.start(self._begin_again(tr("sign_in.session_ended", reason=sentence(reason))), "sign in again")

    def _signed_out(self) -> None:
        if self._work is not None:
            self._let_go(self._work)
            self._work = None
        self._show_sign_in(tr("sign_in.signed_out"))

    async def _begin_again(self, notice: str) -> None:
        await self._end_work()
        self._show_sign_in(notice)

    async def _end_work(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            self._let_go(work)
            await work.life.close()

    def _let_go(self, work: Work) -> None:
        self._lives.looks(ground=theme().tokens.panel, place=work.frame.where())
        work.let_go()
