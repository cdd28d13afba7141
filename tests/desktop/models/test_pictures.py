"""Thumbnails: fetched when seen and online, a few at a time, kept in bounds, asked once where there is none."""

import asyncio
from collections.abc import Coroutine, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from omnix_desktop.models import pictures
from omnix_desktop.models.pictures import Pictures, decoded
from omnix_desktop.models.source import Source
from omnix_desktop.models.status import Status
from omnix_desktop.models.tick import Tick
from omnix_desktop.ports import OFFLINE, LinkState, LinkStatus
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import UserId
from tests.support import cached_workspace
from tests.support.desktop_ports import FakeLink, FakeTransfers


def png() -> bytes:
    body = BytesIO()
    Image.new("RGB", (40, 30), "#3366cc").save(body, "PNG")
    return body.getvalue()


class Bench:
    """Pictures over a scripted network; what it starts is run by `settle`."""

    def __init__(self, folder: Path, state: LinkState) -> None:
        workspace = cached_workspace.build(folder, messages=20, handled=1, ended=1, waiting=1, unsent=False)
        self.engine, _ = workspace.open()
        self.root = QObject()
        source = Source(self.engine.reader, self.engine.feed, UserId(workspace.me.user_id))
        self.link = FakeLink(LinkStatus(state=state))
        status = Status(source, self.link, Tick(lambda: workspace.now, self.root), self.root)
        self.transfers = FakeTransfers()
        self.begun: list[Coroutine[None, None, None]] = []
        self.pictures = Pictures(self.transfers, status, lambda work, _name: self.begun.append(work), self.root)

    def settle(self) -> None:
        for _ in range(30):
            QApplication.processEvents()
            begun, self.begun[:] = list(self.begun), []
            for work in begun:
                asyncio.run(_run(work))

    def close(self) -> None:
        self.root.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for work in self.begun:
            work.close()
        self.engine.close()


async def _run(work: Coroutine[None, None, None]) -> None:
    await work


@pytest.fixture
def bench(tmp_path: Path, qapp: QApplication) -> Iterator[Bench]:
    assert qapp is not None
    made = Bench(tmp_path, LinkState.ONLINE)
    yield made
    made.close()


def test_what_is_seen_comes_and_is_told(bench: Bench) -> None:
    bench.transfers.held["a", True] = png()
    told: list[str] = []
    bench.pictures.arrived.connect(told.append)
    assert bench.pictures.of("a") is None
    bench.settle()
    image = bench.pictures.of("a")
    assert image is not None
    assert (image.width(), image.height()) == (40, 30)
    assert told == ["a"]
    assert bench.transfers.asked == [("a", True)]


def test_without_a_connection_nothing_is_asked_until_it_is_back(tmp_path: Path, qapp: QApplication) -> None:
    assert qapp is not None
    bench = Bench(tmp_path, LinkState.OFFLINE)
    bench.transfers.held["a", True] = png()
    bench.pictures.of("a")
    bench.settle()
    assert bench.transfers.asked == []
    bench.link.become(LinkState.ONLINE)
    bench.settle()
    assert bench.pictures.of("a") is not None
    bench.close()


def test_where_there_is_none_it_is_asked_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(file_id: str, _most: int, *, thumbnail: bool = False) -> object:
        bench.transfers.asked.append((file_id, thumbnail))
        return refused(Reason.NOT_FOUND, type="Thumbnail")

    monkeypatch.setattr(bench.transfers, "read", none)
    for _ in range(3):
        bench.pictures.of("a")
        bench.settle()
    assert bench.transfers.asked == [("a", True)]


@pytest.mark.parametrize("why", [refused(Reason.UNAVAILABLE), refused(Reason.TOO_MANY_REQUESTS, seconds=9), OFFLINE])
def test_what_is_refused_for_the_moment_comes_later_and_is_not_asked_at_each_painting(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, why: Refused
) -> None:
    assert qapp is not None
    bench = Bench(tmp_path, LinkState.ONLINE)
    answers: list[bytes | Refused] = [why, png()]

    async def read(_file_id: str, _most: int, *, thumbnail: bool = False) -> bytes | Refused:
        assert thumbnail
        return answers.pop(0)

    monkeypatch.setattr(bench.transfers, "read", read)
    for _ in range(3):
        assert bench.pictures.of("a") is None
        bench.settle()
    assert len(answers) == 1
    (waiting,) = (timer for timer in bench.pictures.findChildren(QTimer) if timer.isActive())
    waiting.start(0)
    bench.settle()
    assert bench.pictures.of("a") is not None
    bench.close()


def test_a_few_at_a_time_and_the_newest_first(bench: Bench) -> None:
    for number in range(50):
        bench.pictures.of(str(number))
    QApplication.processEvents()
    assert len(bench.begun) == pictures.AT_ONCE
    bench.settle()
    asked = [file_id for file_id, _ in bench.transfers.asked]
    assert asked[0] == "49"
    assert len(asked) == pictures.WANTED, "what was scrolled past is not asked any more"


def test_memory_is_bounded_and_the_least_seen_goes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    monkeypatch.setattr(pictures, "KEPT_BYTES", image.sizeInBytes() * 3)
    for name in "abc":
        bench.pictures.keep(name, image)
    bench.pictures.of("a")
    bench.pictures.keep("d", image)
    assert [name for name in "abcd" if bench.pictures.of(name) is not None] == ["a", "c", "d"]


def test_bytes_that_are_no_picture_are_none(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    assert qapp is not None
    assert decoded(b"") is None
    assert decoded(b"\x89PNG\r\n\x1a\n rubbish") is None
    monkeypatch.setattr(pictures, "PIXELS", 100)
    assert decoded(png()) is None, "more pixels than are taken into memory"
