"""The program's mark, and the tray icon where the desktop has a tray."""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.ui.widgets import paint

SIZES = (16, 24, 32, 48, 64, 128, 256)


def mark() -> QIcon:
    """An O on the accent, sharp at every size."""
    icon = QIcon()
    for size in SIZES:
        pixels = QPixmap(size, size)
        pixels.fill(Qt.GlobalColor.transparent)
        painter = paint.antialiased(QPainter(pixels))
        paint.fill(painter, QRectF(0, 0, size, size), "accent_fill", size * 0.26)
        ring = QRectF(0, 0, size * 0.5, size * 0.5)
        ring.moveCenter(QRectF(0, 0, size, size).center())
        paint.fill(painter, ring, None, size * 0.25, "on_fill", size * 0.12)
        painter.end()
        icon.addPixmap(pixels)
    return icon


class Tray(QObject):
    """Show the window, take the next, quit."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window)
        self._window, self._commands = window, commands
        self._icon = QSystemTrayIcon(mark(), self)
        self._menu = QMenu(window)
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
