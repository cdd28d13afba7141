"""A forgotten password on the sign-in window (S0.7): by keyboard, what is refused, against the real server too."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from omnix_desktop.i18n import set_language
from omnix_desktop.platform.keys import key_for
from omnix_desktop.platform.paths import desk_folder
from omnix_desktop.ports import OFFLINE
from omnix_desktop.session import Lives, Profile
from omnix_desktop.tasks import T, Tasks
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.sign_in import SignedIn, TenantFound
from tests.backend.gateway.test_forgotten import code_in
from tests.desktop.platform.test_keys import NOW, Missing
from tests.desktop.ui.test_sign_in import SOMEBODY, ScriptedDoor, problem, type_into
from tests.support.live_server import CODE, PASSWORD, live_server
from tests.support.mailbox import mailbox, text_of
from tests.support.waiting import until
from tests.support.workbench import Immediate

MAILS = TenantFound(code="nusanet", name="Nusanet Care", locale="id", mails_codes=True)
FRESH = "sandi baru milik saya"
WRONG = "Kode ini salah, kedaluwarsa, sudah dipakai, atau sudah dicoba lima kali. Periksa lagi, atau minta kode baru."


@pytest.fixture
def door() -> ScriptedDoor:
    made = ScriptedDoor()
    made.tenant = MAILS
    return made


@pytest.fixture
def window(door: ScriptedDoor, themed: Theme, qtbot: QtBot) -> SignInWindow:
    assert not themed.tokens.dark
    prefill = Prefill("https://omnix.example", "nusanet", "Nusanet Care", "sinta@nusanet.example")
    made = SignInWindow(door, prefill, Immediate("test"))
    qtbot.addWidget(made)
    made.show()
    return made


def press(window: SignInWindow, name: str) -> None:
    found = window.findChild(QAbstractButton, name)
    assert found is not None, name
    assert found.isVisible(), name
    found.click()


def line(window: SignInWindow, name: str) -> QLineEdit:
    found = window.findChild(QLineEdit, name)
    assert found is not None, name
    return found


def said(window: SignInWindow) -> str:
    return " | ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def coded(window: SignInWindow) -> SignInWindow:
    """As far as the code was asked for."""
    press(window, "sign_in_forgotten")
    press(window, "forgotten_send")
    return window


def test_by_keyboard_from_the_address_to_the_desk(window: SignInWindow, door: ScriptedDoor, qtbot: QtBot) -> None:
    press(window, "sign_in_forgotten")
    assert line(window, "forgotten_email").text() == "sinta@nusanet.example"
    QTest.keyClick(line(window, "forgotten_email"), Qt.Key.Key_Return)
    assert "Jika sinta@nusanet.example terdaftar, kode sedang dikirim ke sana." in said(window)
    with qtbot.waitSignal(window.signed_in) as signed:
        type_into(window, "forgotten_code", "0123 4567", submit=True)
        fill_passwords(window, FRESH)
    assert door.asked[1:] == [
        ("code", "sinta@nusanet.example"),
        ("01234567", FRESH),
        ("sinta@nusanet.example", FRESH),
    ]
    assert signed.args == [SOMEBODY, FRESH, True]


def fill_passwords(window: SignInWindow, words: str) -> None:
    type_into(window, "forgotten_password", words)
    type_into(window, "forgotten_password_again", words, submit=True)


def test_a_server_without_mail_says_who_helps(window: SignInWindow, door: ScriptedDoor) -> None:
    door.tenant = msgspec.structs.replace(MAILS, mails_codes=False)
    press(window, "sign_in_forgotten")
    assert problem(window).startswith("Administrator atau pemimpin tim Anda memberi Anda kata sandi baru")
    assert line(window, "sign_in_password").isVisible()


def test_without_network_nothing_is_promised(window: SignInWindow, door: ScriptedDoor) -> None:
    door.tenant = OFFLINE
    press(window, "sign_in_forgotten")
    assert problem(window) == "Tidak ada koneksi"


def test_too_many_requests_are_said_and_the_address_stays(window: SignInWindow, door: ScriptedDoor) -> None:
    door.mailed = refused(Reason.TOO_MANY_REQUESTS, seconds=840)
    press(window, "sign_in_forgotten")
    press(window, "forgotten_send")
    assert "840 detik" in problem(window)
    assert line(window, "forgotten_email").isVisible()


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh"])
def test_what_is_no_code_is_not_sent(coded: SignInWindow, door: ScriptedDoor, typed: str) -> None:
    type_into(coded, "forgotten_code", typed)
    fill_passwords(coded, FRESH)
    assert "Isi 8 angka dari email itu" in said(coded)
    assert len(door.asked) == 2


def test_a_short_password_is_said_before_the_code_is_tried(coded: SignInWindow, door: ScriptedDoor) -> None:
    type_into(coded, "forgotten_code", "01234567")
    fill_passwords(coded, "pendek")
    assert len(door.asked) == 2


def test_a_wrong_code_is_said_under_its_field_and_the_password_stays(coded: SignInWindow, door: ScriptedDoor) -> None:
    door.reset = refused(Reason.WRONG_CODE)
    type_into(coded, "forgotten_code", "01234567")
    fill_passwords(coded, FRESH)
    assert WRONG in said(coded)
    assert line(coded, "forgotten_code").selectedText() == "01234567"
    press(coded, "forgotten_again")
    assert "Kode sebelumnya tidak berlaku lagi" in problem(coded)
    assert WRONG not in said(coded)
    assert line(coded, "forgotten_code").text() == ""


def test_back_leads_to_signing_in_with_nothing_kept(coded: SignInWindow) -> None:
    press(coded, "forgotten_other")
    press(coded, "forgotten_back")
    assert line(coded, "sign_in_password").isVisible()
    assert line(coded, "sign_in_email").text() == "sinta@nusanet.example"


class SlowDoor(ScriptedDoor):
    """Says nothing before it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.tenant, self.may, self.waiting = MAILS, asyncio.Event(), False

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused:
        await self._wait()
        return await super().find_tenant(server, code)

    async def ask_reset_code(self, email: str) -> Refused | None:
        await self._wait()
        return await super().ask_reset_code(email)

    async def reset_with_code(self, email: str, code: str, password: str) -> Refused | None:
        await self._wait()
        return await super().reset_with_code(email, code, password)

    async def _wait(self) -> None:
        self.waiting = True
        await self.may.wait()
        self.waiting = False
        self.may.clear()


class Awaited(Tasks):
    """Tells when all is done."""

    def __init__(self) -> None:
        super().__init__("test")
        self.begun: list[asyncio.Task[Any]] = []

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = super().start(work, name)
        self.begun.append(task)
        return task

    async def done(self) -> None:
        await asyncio.gather(*self.begun)


def slow_window(door: SlowDoor, tasks: Tasks, qtbot: QtBot) -> SignInWindow:
    made = SignInWindow(door, Prefill("https://omnix.example", "nusanet", "Nusanet Care", "a@b.example"), tasks)
    qtbot.addWidget(made)
    made.show()
    return made


async def known(window: SignInWindow, door: SlowDoor, tasks: Awaited) -> None:
    """The server has said that it mails codes."""
    button = window.findChild(QAbstractButton, "sign_in_forgotten")
    assert button is not None
    door.may.set()
    button.click()
    await tasks.done()


async def test_who_goes_back_while_it_asks_is_not_fetched_forward_again(themed: Theme, qtbot: QtBot) -> None:
    assert not themed.tokens.dark
    door, tasks = SlowDoor(), Awaited()
    window = slow_window(door, tasks, qtbot)
    press(window, "sign_in_forgotten")
    await until(lambda: door.waiting, "whether it mails codes is asked")
    press(window, "sign_in_switch_tenant")
    door.may.set()
    await tasks.done()
    assert line(window, "sign_in_tenant").isVisible()
    await known(window, door, tasks)
    press(window, "forgotten_send")
    await until(lambda: door.waiting, "the code is asked for")
    press(window, "forgotten_back")
    door.may.set()
    await tasks.done()
    assert line(window, "sign_in_password").isVisible()
    await known(window, door, tasks)
    press(window, "forgotten_send")
    await until(lambda: door.waiting, "it may be asked for again at once")
    door.may.set()
    await tasks.done()
    assert line(window, "forgotten_code").isVisible()


async def test_a_password_that_is_being_saved_cannot_be_gone_back_from(themed: Theme, qtbot: QtBot) -> None:
    assert not themed.tokens.dark
    door, tasks = SlowDoor(), Awaited()
    window = slow_window(door, tasks, qtbot)
    await known(window, door, tasks)
    door.may.set()
    press(window, "forgotten_send")
    await tasks.done()
    door.reset = refused(Reason.WRONG_CODE)
    type_into(window, "forgotten_code", "01234567")
    fill_passwords(window, FRESH)
    await until(lambda: door.waiting, "it is being saved")
    back = window.findChild(QAbstractButton, "forgotten_other")
    assert back is not None
    assert not back.isEnabled()
    door.may.set()
    await tasks.done()
    assert back.isEnabled()


def test_the_language_may_change_on_the_way(coded: SignInWindow) -> None:
    set_language("en")
    assert "If sinta@nusanet.example is known, a code is on its way there." in said(coded)
    assert "Code from the mail (8 digits)" in said(coded)


async def test_the_real_server_mails_the_code_and_the_old_files_are_set_aside(
    tmp_path: Path, themed: Theme, qtbot: QtBot
) -> None:
    entered: list[tuple[SignedIn, str]] = []
    async with mailbox() as box, live_server(tmp_path, box.settings()) as server:
        profile = Profile("forgotten", server.url, Missing())
        lives, tasks = Lives(profile), Tasks("test")
        await lives.door.find_tenant(server.url, CODE)
        before = await lives.door.sign_in("ratna@uji.test", PASSWORD)
        assert isinstance(before, SignedIn)
        life = await lives.unlock(before, PASSWORD, remember=False, ended=lambda: None)
        life.local.save_draft("conversation", "reply", "belum terkirim").result()
        await life.close()
        window = SignInWindow(lives.door, Prefill(*lives.prefill()), tasks)
        qtbot.addWidget(window)
        window.signed_in.connect(lambda who, password, _remember: entered.append((who, password)))
        window.show()
        press(window, "sign_in_forgotten")
        await until(lambda: line(window, "forgotten_email").isVisible(), "the server said that it mails codes")
        QTest.keyClick(line(window, "forgotten_email"), Qt.Key.Key_Return)
        code = code_in(text_of(await box.letter()))
        await until(lambda: line(window, "forgotten_code").isVisible(), "the code is asked for")
        type_into(window, "forgotten_code", code)
        fill_passwords(window, FRESH)
        await until(lambda: entered, "signed in with the new password")
        who, password = entered[0]
        assert (who.user_name, password) == ("Ratna", FRESH)
        await (await lives.unlock(who, password, remember=False, ended=lambda: None)).close()
        folder = desk_folder("forgotten", CODE, who.user_id)
        aside = next(folder.glob("old-*"))
        assert (aside / "local.db").exists()
        assert key_for(aside, "any", Missing(), PASSWORD, NOW)  # the old password still opens what was set aside
        assert not list(aside.glob("old-*"))
        await tasks.close()
