"""A writer's thread tells the screens, whatever has become of the window it began with."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import get_ident

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from omnix_desktop.cache.feed import Changed, Feed
from omnix_desktop.models.deliver import application_deliver, when_done

SAVED: Changed = frozenset({("setting", "layout")})


@pytest.fixture
def feed(qapp: QCoreApplication) -> Feed:
    assert qapp.thread().isCurrentThread()
    made = Feed()
    made.deliver_by(application_deliver())
    return made


def in_a_thread(call: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def test_it_is_told_in_the_thread_of_the_screens(feed: Feed, qtbot: QtBot) -> None:
    heard: list[tuple[int, Changed]] = []
    feed.subscribe(lambda changed: heard.append((get_ident(), changed)))
    in_a_thread(lambda: feed.tell(SAVED))
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(get_ident(), SAVED)]


def test_what_is_done_is_told_to_who_is_still_there(qapp: QCoreApplication, qtbot: QtBot) -> None:
    assert qapp.thread().isCurrentThread()
    heard: list[tuple[str, int]] = []
    stays, goes = QObject(), QObject()

    def hear(name: str, _done: Future[None]) -> None:
        heard.append((name, get_ident()))

    for name, owner in (("goes", goes), ("stays", stays)):
        doing: Future[None] = Future()
        when_done(doing, owner, partial(hear, name))
        in_a_thread(partial(doing.set_result, None))
    delete(goes)
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("stays", get_ident())]


def test_every_life_has_the_same_one(qapp: QCoreApplication) -> None:
    assert application_deliver() is application_deliver()
    assert application_deliver().parent() is qapp
