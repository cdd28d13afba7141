"""What the writers' threads tell, told in the thread of the screens."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from shiboken6 import isValid

T = TypeVar("T")


class Deliver(QObject):
    """Give it to `Feed.deliver_by`: good before the loop runs, and without one."""

    _call = Signal(object)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._call.connect(lambda call: call(), Qt.ConnectionType.QueuedConnection)

    def __call__(self, call: Callable[[], None]) -> None:
        self._call.emit(call)


@cache
def application_deliver() -> Deliver:
    """The application's one: a window's own would be deleted while a writer's thread is still telling."""
    application = QCoreApplication.instance()
    assert application is not None
    return Deliver(application)


def when_done(doing: Future[T], owner: QObject, told: Callable[[Future[T]], None]) -> None:
    """`told` in the thread of the screens, where its owner is still there: a signal of its own would end beneath it."""
    deliver = application_deliver()

    def tell() -> None:
        if isValid(owner):
            told(doing)

    doing.add_done_callback(lambda _done: deliver(tell))
