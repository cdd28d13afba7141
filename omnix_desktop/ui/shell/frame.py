"""The main window's frame: shown before anything that fills it is imported, so it imports Qt and nothing of ours."""

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QGuiApplication, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QMainWindow

SIZE = (1440, 900)


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

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.is_painted = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()
