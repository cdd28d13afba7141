"""The least that a window with four docks costs in PySide6: prints when it was painted, then waits to be ended."""

import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow


class First(QObject):
    """Prints the moment after the first painting, as the machine's monotonic clock has it."""

    told = False

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.told:
            self.told = True
            QTimer.singleShot(0, lambda: print(time.monotonic(), flush=True))
        return False


def main() -> None:
    app = QApplication([])
    window = QMainWindow()
    window.resize(1284, 691)
    for number in range(4):
        dock = QDockWidget(str(number))
        dock.setWidget(QLabel(str(number)))
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock, Qt.Orientation.Horizontal)
    first = First()
    window.installEventFilter(first)
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
