"""The tray icon, where the desktop has a tray."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.ui.shell.mark import mark
from omnix_desktop.ui.widgets.menu import Menu


class Tray(QObject):
    """Show the window, take the next, quit."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window)
        self._window, self._commands = window, commands
        self._icon = QSystemTrayIcon(mark(), self)
        self._menu = Menu(parent=window)
        self._show = self._menu.addAction("")
        self._show.triggered.connect(self._raise)
        for name in ("interaction.pick_next", "account.quit"):
            self._menu.addAction(commands.qaction(name))
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(lambda _reason: self._raise())
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon.show()

    def retranslate(self) -> None:
        self._show.setText(tr("shell.show"))
        self._icon.setToolTip(tr("shell.title"))

    def _raise(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
