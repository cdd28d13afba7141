"""Where the wallboard stands: its monitor, its place on it, full screen or not; remembered."""

import base64

import msgspec
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from omnix_desktop.models.kept import Kept

SETTING = "wallboard"
MARGIN = 40


class Standing(msgspec.Struct, frozen=True):
    screen: str = ""
    full: bool = False
    geometry: str = ""


def remember(window: QWidget, kept: Kept) -> None:
    geometry = base64.b64encode(window.saveGeometry().data()).decode()
    standing = Standing(window.screen().name(), window.isFullScreen(), geometry)
    kept.remember(SETTING, msgspec.json.encode(standing))


def stand(window: QWidget, kept: Kept) -> None:
    """Where it was left; where that monitor is gone, on one that is there."""
    saved = kept.remembered(SETTING)
    try:
        standing = msgspec.json.decode(saved, type=Standing) if saved else None
    except msgspec.DecodeError:
        standing = None
    if standing is None:
        return
    window.restoreGeometry(QByteArray(base64.b64decode(standing.geometry)))
    screen = next((one for one in QGuiApplication.screens() if one.name() == standing.screen), None)
    if screen is not None and not screen.geometry().intersects(window.geometry()):
        onto(window, screen)
    if standing.full:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)


def onto(window: QWidget, screen: QScreen) -> None:
    """To the middle of a monitor, as a window."""
    window.setGeometry(screen.availableGeometry().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN))
