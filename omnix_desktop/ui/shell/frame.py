"""The main window's frame: shown before anything that fills it is imported, so it imports Qt and nothing of ours."""

from PySide6.QtCore import QByteArray, QCoreApplication, QDeadlineTimer, QEventLoop, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QGuiApplication, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow

SIZE = (1440, 900)
PATIENCE_MS = 150
"""How long the first frame is waited for; a window system that is slower shows it later."""


def application(release: str) -> QApplication:
    """Qt's own, with this program's names."""
    app = QApplication(["omnix-desktop"])
    app.setApplicationName("omnix-desktop")
    app.setApplicationDisplayName("Omnix Desktop")
    app.setApplicationVersion(release)
    app.setDesktopFileName("omnix-desktop")
    app.setQuitOnLastWindowClosed(False)
    return app


def paint_what_is_shown() -> None:
    """Laid out, then painted. Keys wait for the loop that runs afterwards: only in it can be done what they ask for."""
    for _ in range(2):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class Frame(QMainWindow):
    """A ground in the colour that was last seen, where the window last stood."""

    closing = Signal()
    shown = Signal()

    def __init__(self, ground: str = "", geometry: str = "") -> None:
        super().__init__()
        self.is_painted = False
        self.setObjectName("main_window")
        self.setWindowTitle("Omnix Desktop")
        room = QGuiApplication.primaryScreen().availableGeometry()
        if room.width() <= SIZE[0] or room.height() <= SIZE[1]:
            self.resize(round(room.width() * 0.94), round(room.height() * 0.9))  # when it is no longer maximized
            self.setWindowState(Qt.WindowState.WindowMaximized)
        else:
            self.resize(*SIZE)
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        if QColor.isValidColorName(ground):
            palette = QPalette(self.palette())
            palette.setColor(QPalette.ColorRole.Window, QColor(ground))
            self.setPalette(palette)

    def where(self) -> str:
        """The place on the screen, to be remembered."""
        return bytes(self.saveGeometry().toBase64().data()).decode()

    def paint_now(self) -> None:
        """Shown, and once the window system has mapped it painted; what comes next keeps the loop from turning."""
        self.show()
        patience = QDeadlineTimer(PATIENCE_MS)
        while not self.is_painted and not patience.hasExpired():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        QCoreApplication.processEvents()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.is_painted = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()
