"""The size of everything: kept in the profile, one step from there, in force at the next start."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint

from omnix_desktop.i18n import set_language
from omnix_desktop.platform.paths import HOME
from omnix_desktop.session import Life, Profile
from omnix_desktop.ui.panels.conversation.composer import ComposerBox
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.screens import WaysOut
from omnix_desktop.ui.shell.work import Work
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.banners import Toast
from omnix_desktop.ui.widgets.buttons import Button
from tests.support.cached_workspace import signed_in
from tests.support.keychain import Kept
from tests.support.workbench import Immediate, Workbench


@pytest.fixture
def profile(tmp_path: Path, themed: Theme, monkeypatch: pytest.MonkeyPatch) -> Profile:
    assert not themed.tokens.dark
    monkeypatch.setenv(HOME, str(tmp_path))
    made = Profile("default", "http://127.0.0.1:1")
    made.keychain = Kept()
    return made


@contextmanager
def at_work(profile: Profile, *, stays: bool = True) -> Iterator[Work]:
    """From the program's start to its end, without the network."""
    life = Life(profile, signed_in(), remember=stays, ended=lambda: None)
    work = Work(life, Frame(), "0.1.0", Immediate("zoom"), WaysOut(lambda: None, lambda: None), lambda: LATER)
    try:
        yield work
    finally:
        work.let_go()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        asyncio.run(life.close())


@pytest.mark.parametrize(
    ("kept", "command", "then"),
    [
        ("1.0", "view.zoom_in", "1.15"),
        ("1.5", "view.zoom_in", "1.75"),
        ("1.5", "view.zoom_out", "1.3"),
        ("1.5", "view.zoom_reset", "1.0"),
        ("2.0", "view.zoom_in", "2.0"),
        ("1.4999", "view.zoom_in", "1.75"),  # written by a hand
        ("besar", "view.zoom_in", "1.15"),
    ],
)
def test_a_step_begins_at_what_is_kept(profile: Profile, kept: str, command: str, then: str) -> None:
    profile.remember(zoom=kept)
    with at_work(profile) as work:
        work.commands.run(command)
    assert profile.known.zoom == then
    assert Profile("default").known.zoom == then


def test_two_steps_are_two_steps(profile: Profile) -> None:
    with at_work(profile) as work:
        work.commands.run("view.zoom_in")
    with at_work(profile) as work:
        work.commands.run("view.zoom_in")
    assert profile.known.zoom == "1.3"


def toast_of(frame: Frame) -> Toast:
    found = frame.findChild(Toast)
    assert found is not None
    return found


def offered(toast: Toast) -> Button:
    """The button with words."""
    return next(button for button in toast.findChildren(Button) if button.text())


def test_the_sentence_offers_the_restart(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    bench.commands.run("view.zoom_in")
    toast = toast_of(bench.window)
    assert toast.accessibleName() == "Ukuran 115 % berlaku setelah program dibuka lagi"
    assert offered(toast).isVisible()
    assert offered(toast).text() == "Mulai ulang sekarang"
    assert bench.window.rect().contains(toast.geometry())
    composer = next(box for box in bench.window.findChildren(ComposerBox) if box.isVisible())
    assert toast.mapToGlobal(toast.rect().topRight()).x() < composer.mapToGlobal(QPoint()).x()
    offered(toast).click()
    assert bench.left == ["restart"]


def test_it_is_offered_in_english_too(bench: Workbench) -> None:
    set_language("en")
    bench.commands.run("view.zoom_out")
    assert offered(toast_of(bench.window)).text() == "Restart now"


def test_the_next_sentence_offers_nothing(bench: Workbench) -> None:
    bench.commands.run("view.zoom_in")
    bench.screens.tell("Terkirim.")
    toast = toast_of(bench.window)
    assert not any(button.isVisible() for button in toast.findChildren(Button))
    assert bench.left == []


@pytest.mark.parametrize("stays", [True, False])
def test_who_does_not_stay_signed_in_is_told_of_the_password(profile: Profile, *, stays: bool) -> None:
    with at_work(profile, stays=stays) as work:
        work.commands.run("view.zoom_in")
        assert ("kata sandi" in toast_of(work.frame).accessibleName()) is not stays
