"""The desktop's own window, loop and cache, with a hand on its keyboard; prints what each switch took."""

import asyncio
import gc
import json
import os
import sys
import time
from typing import Any, ClassVar

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from benchmarks.seat import PROFILE, memory
from omnix_desktop.session import Lives, Profile
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.program import Program
from omnix_desktop.ui.theme import theme
from omnix_desktop.ui.widgets.thread import BubbleThread

NEXT, BACK = Qt.Key.Key_Down, Qt.Key.Key_Up
SETTLING = 60  # nothing of the last switch is left to do


class Watched(QObject):
    """When the first frame in which a widget was painted stood on the screen, since it was last awaited."""

    at: float | None = None
    _painted = False

    def wait(self) -> None:
        self.at, self._painted = None, False

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        self._painted = self._painted or event.type() == QEvent.Type.Paint
        return False

    def framed(self) -> None:
        if self._painted and self.at is None:
            self.at = time.perf_counter()


class TimedFrame(Frame):
    """The program's window; knows when it has handed a frame to the screen."""

    watched: ClassVar[list[Watched]] = []

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:  # paints what is due and flushes it
            for one in self.watched:
                one.framed()
        return done


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
        self._thread.wait()
        self._customer.wait()
        began = time.perf_counter()
        QTest.keyClick(self._window, key, Qt.KeyboardModifier.AltModifier)
        while self._thread.at is None or self._customer.at is None:
            QApplication.processEvents()
            if time.perf_counter() - began > 5:
                raise TimeoutError("the key opened no conversation")
        return self._thread.at - began, self._customer.at - began


def watched(widget: QWidget) -> Watched:
    """What stands in a scroll area is painted, not the area."""
    painted = (widget.widget() if isinstance(widget, QScrollArea) else None) or widget
    one = Watched(widget)
    painted.installEventFilter(one)
    TimedFrame.watched.append(one)
    return one


def settle(milliseconds: int) -> None:
    """What the last switch left for later is done before the next."""
    until = time.perf_counter() + milliseconds / 1000
    while (left := until - time.perf_counter()) > 0:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, max(1, int(left * 1000)))
        time.sleep(0.002)


def switched(frame: Frame, handled: int, switches: int) -> dict[str, Any]:
    settle(3000)  # what the first paint left for later, the network's libraries, the first reach for the server
    hand = Hand(frame)
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
    gc.disable()  # as the program starts: nothing made while starting is garbage
    app = QApplication(["omnix-desktop"])
    app.setQuitOnLastWindowClosed(False)
    theme().install(app, "light")
    program = Program(Lives(Profile(PROFILE)), "0.1.0", lambda: LATER)
    frame = TimedFrame()
    frame.show()
    program.show(frame)
    app.processEvents()
    gc.freeze()
    gc.enable()

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
