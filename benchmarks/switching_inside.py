"""The desktop's own window, loop and cache, with a hand on its keyboard; prints what each switch took."""

import asyncio
import json
import os
import sys
import time

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.seat import PROFILE, memory
from omnix_desktop.session import Lives, Profile
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.program import Program
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets.thread import BubbleThread

NEXT, BACK = Qt.Key.Key_Down, Qt.Key.Key_Up
SETTLING = 15


class Paints(QObject):
    """Counts the paintings of a widget."""

    count = 0

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Hand:
    """Presses Alt+Down and Alt+Up in the window and waits until the thread of the other conversation is painted."""

    def __init__(self, frame: Frame) -> None:
        window = frame.windowHandle()
        thread = frame.findChild(BubbleThread, "thread")
        assert window is not None
        assert thread is not None
        self._window: QWindow = window
        self._paints = Paints()
        thread.viewport().installEventFilter(self._paints)

    def press(self, key: Qt.Key) -> float:
        """Seconds from the key press until what it changed is painted and nothing is left to do."""
        settle(SETTLING)
        before = self._paints.count
        began = time.perf_counter()
        QTest.keyClick(self._window, key, Qt.KeyboardModifier.AltModifier)
        while self._paints.count == before:
            QApplication.processEvents()
            if time.perf_counter() - began > 5:
                raise TimeoutError("the key opened no conversation")
        return time.perf_counter() - began


def settle(milliseconds: int) -> None:
    """What the last switch left for later is done before the next."""
    until = time.perf_counter() + milliseconds / 1000
    while (left := until - time.perf_counter()) > 0:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, max(1, int(left * 1000)))
        time.sleep(0.002)


def switched(frame: Frame, handled: int, switches: int) -> dict[str, list[float]]:
    hand = Hand(frame)
    settle(3000)  # the network's libraries, the first reach for the server
    before = memory_now()
    first = [hand.press(NEXT) for _ in range(handled - 1)]
    hand.press(NEXT)  # around to the long one, where it began
    again = [hand.press(NEXT) for _ in range(switches // 2 - handled)]
    while len(again) + handled < switches:  # away from the long one and back
        again += [hand.press(BACK), hand.press(NEXT)]
    settle(500)
    return {"first": first, "again": again, "before": [before], "after": [memory_now()]}


def memory_now() -> float:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return memory(os.getpid())


def main(handled: int, switches: int) -> None:
    app = QApplication(["omnix-desktop"])
    app.setQuitOnLastWindowClosed(False)
    theme().install(app, "light")
    program = Program(Lives(Profile(PROFILE)), "0.1.0")
    program.show(None)
    frame = next(window for window in app.topLevelWidgets() if isinstance(window, Frame))

    def work() -> None:
        print(json.dumps(switched(frame, handled, switches)), flush=True)
        frame.close()

    QTimer.singleShot(0, work)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(program.live())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
