"""What actions may ask of the windows, done: sentences, dialogs, panels, zoom, theme, language."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import set_language, tr
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.shell.later import Fetch
from omnix_desktop.ui.shell.main_window import MainWindow
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets.banners import Toast

ZOOMS = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


def _nearest(kept: bytes | None) -> int:
    """The place among the zooms of what was kept; the normal size where that is no number."""
    try:
        size = float(kept or b"1")
    except ValueError:
        size = 1.0
    return min(range(len(ZOOMS)), key=lambda place: abs(ZOOMS[place] - size))


class Settings(Protocol):
    """What this machine remembers of the user's taste: `cache.local.Local`."""

    def save_setting(self, name: str, value: bytes) -> object: ...


class WaysOut(msgspec.Struct, frozen=True):
    """How the program ends: for good, or to begin again."""

    leave: Callable[[], None]
    restart: Callable[[], None]


class Screens(QObject):
    """Made before the window it speaks for; `attach` gives it the window."""

    def __init__(
        self, settings: Settings, ways_out: WaysOut, fetch: Fetch, zoom: bytes | None = None, *, stays: bool = True
    ) -> None:
        super().__init__()
        self._fetch = fetch
        self._settings, self._ways_out, self._stays = settings, ways_out, stays
        self._window: MainWindow | None = None
        self._commands: Commands | None = None
        self._toast: Toast | None = None
        self._open_windows: dict[str, QWidget] = {}
        self._zoom = _nearest(zoom)

    def attach(self, window: MainWindow, commands: Commands) -> None:
        self._window, self._commands = window, commands
        self._toast = Toast(window.frame, tr("shell.close"))
        self._toast.activated.connect(lambda: commands.run("view.restart"))

    def tell(self, words: str, tone: str = "info") -> None:
        if self._toast is not None:
            self._toast.say(words, milliseconds=9000 if tone == "bad" else 6000)

    async def confirm(self, title: str, sentence: str, primary: str) -> bool:
        asked = self._fetch().confirm(title, sentence, primary, self._parent().frame)
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answer(code: int) -> None:
            if not answered.done():
                answered.set_result(code == QDialog.DialogCode.Accepted)

        asked.finished.connect(answer)
        asked.open()
        try:
            return await answered
        finally:
            asked.deleteLater()

    def show_panel(self, panel: str) -> None:
        self._parent().docks.show(panel)

    def focus_composer(self, mode: str) -> None:
        self.show_panel("conversation")
        panel = self._parent().panels["conversation"]
        if isinstance(panel, ConversationPanel):
            panel.focus_composer(mode)

    def open_dialog(self, dialog: str) -> None:
        window, commands = self._parent(), self._commands
        if commands is None:
            return
        if dialog == "palette":
            self._fetch().palette(commands, window.frame)
            return
        if dialog == "account":
            window.rail.open_account()
            return
        made = self._fetch().dialogs[dialog](commands.place, window.frame)
        made.finished.connect(made.deleteLater)
        made.open()

    def open_window(self, window: str) -> None:
        windows = self._fetch().windows
        if self._commands is None or window not in windows:
            return
        known = self._open_windows.get(window)
        if known is None:
            known = self._open_windows[window] = windows[window](self._commands.place)
            known.destroyed.connect(lambda: self._open_windows.pop(window, None))
        known.show()
        known.raise_()
        known.activateWindow()

    def launch(self, address: str) -> bool:
        return QDesktopServices.openUrl(QUrl(address))

    def copy(self, words: str) -> None:
        QGuiApplication.clipboard().setText(words)

    def close_windows(self) -> None:
        for window in list(self._open_windows.values()):
            window.close()

    def zoom(self, steps: int) -> None:
        place = ZOOMS.index(1.0) if steps == 0 else self._zoom + steps
        self._zoom = min(max(place, 0), len(ZOOMS) - 1)
        self._settings.save_setting("zoom", str(ZOOMS[self._zoom]).encode())
        percent = round(ZOOMS[self._zoom] * 100)
        key = "shell.zoom_after_restart" if self._stays else "shell.zoom_after_sign_in"
        if self._toast is not None:
            self._toast.say(tr(key, percent=percent), tr("shell.restart_now"), milliseconds=15_000)

    def set_theme(self, mode: str) -> None:
        if mode in ("light", "dark", "system"):
            theme().set_mode(mode)  # type: ignore[arg-type]  # checked above
            self._settings.save_setting("theme", mode.encode())

    def set_language(self, code: str) -> None:
        set_language(code)
        if self._commands is not None:
            self._commands.place.desk.retell()
        self._settings.save_setting("language", code.encode())

    def reset_layout(self) -> None:
        self._parent().docks.reset()

    def quit(self) -> None:
        self._ways_out.leave()

    def restart(self) -> None:
        self._ways_out.restart()

    def _parent(self) -> MainWindow:
        if self._window is None:
            raise RuntimeError("Screens was asked for a window before it had one.")
        return self._window
