"""The desktop's own window, loop and cache, with a hand on its keyboard; prints what each switch took."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from benchmarks.seat import PROFILE, memory
from omnix_desktop.session import Lives, Profile
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.program import Program
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets.thread import BubbleThread

NEXT, BACK = Qt.Key.Key_Down, Qt.Key.Key_Up
SETTLING = 15


class Frames(QObject):
    """When the frame in which this widget was painted last stood on the screen."""

    at = 0.0

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            # before everything else that waits: right after the window's frame has been handed to the screen
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), 1_000_000)
        return False

    def event(self, _event: QEvent) -> bool:
        self.at = time.perf_counter()
        return True


class Hand:
    """Presses Alt+Down and Alt+Up in the window and waits until the other conversation is painted."""

    def __init__(self, frame: Frame) -> None:
        window = frame.windowHandle()
        assert window is not None
        self._window: QWindow = window
        thread, area = frame.findChild(BubbleThread, "thread"), frame.findChild(QScrollArea, "customer_area")
        assert thread is not None
        assert area is not None
        self._thread, self._customer = watched(thread.viewport()), watched(area)

    def press(self, key: Qt.Key) -> tuple[float, float]:
        """Seconds from the key press until the conversation is on the screen, and until the customer is as well."""
        settle(SETTLING)
        began = time.perf_counter()
        QTest.keyClick(self._window, key, Qt.KeyboardModifier.AltModifier)
        while min(self._thread.at, self._customer.at) < began:
            QApplication.processEvents()
            if time.perf_counter() - began > 5:
                raise TimeoutError("the key opened no conversation")
        return self._thread.at - began, self._customer.at - began


def watched(widget: QWidget) -> Frames:
    """What stands in a scroll area is painted, not the area."""
    painted = (widget.widget() if isinstance(widget, QScrollArea) else None) or widget
    frames = Frames(widget)
    painted.installEventFilter(frames)
    return frames


def settle(milliseconds: int) -> None:
    """What the last switch left for later is done before the next."""
    until = time.perf_counter() + milliseconds / 1000
    while (left := until - time.perf_counter()) > 0:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, max(1, int(left * 1000)))
        time.sleep(0.002)


def switched(frame: Frame, handled: int, switches: int) -> dict[str, Any]:
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
        try:
            print(json.dumps(switched(frame, handled, switches)), flush=True)
        finally:
            frame.close()

    QTimer.singleShot(0, work)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(program.live())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
