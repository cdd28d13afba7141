"""Signing in, in two steps, with one clear sentence for whatever goes wrong (S0.1–S0.9)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.ports import OFFLINE
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.windows.sign_in import Prefill, SignInWindow
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import SessionId, TenantId, UserId
from omnix_protocol.people import Role
from omnix_protocol.sign_in import SignedIn, TenantFound
from tests.support.on_screen import said
from tests.support.workbench import Immediate

SOMEBODY = SignedIn(
    session_id=SessionId("s"),
    tenant_id=TenantId("t"),
    tenant_code="nusanet",
    tenant_name="Nusanet Care",
    user_id=UserId("u"),
    user_name="Sinta",
    role=Role.AGENT,
    access_token="a",
    access_expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    refresh_token="r",
)


class ScriptedDoor:
    """Answers as it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.tenant: TenantFound | Refused = TenantFound(code="nusanet", name="Nusanet Care", locale="id")
        self.person: SignedIn | Refused = SOMEBODY
        self.keychain = True
        self.changed: Refused | None = None
        self.mailed: Refused | None = None
        self.reset: Refused | None = None
        self.asked: list[tuple[str, str]] = []

    async def find_tenant(self, server: str, code: str) -> TenantFound | Refused:
        self.asked.append((server, code))
        return self.tenant

    async def sign_in(self, email: str, password: str) -> SignedIn | Refused:
        self.asked.append((email, password))
        return self.person

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> Refused | None:
        self.asked.append((old, new))
        return self.changed

    async def ask_reset_code(self, email: str) -> Refused | None:
        self.asked.append(("code", email))
        return self.mailed

    async def reset_with_code(self, email: str, code: str, password: str) -> Refused | None:
        self.asked.append((code, password))
        return self.reset

    def can_remember(self) -> bool:
        return self.keychain


@pytest.fixture
def door() -> ScriptedDoor:
    return ScriptedDoor()


@pytest.fixture
def window(door: ScriptedDoor, themed: Theme, qtbot: QtBot) -> Iterator[SignInWindow]:
    assert not themed.tokens.dark
    yield from _shown(door, Prefill("https://omnix.example"), qtbot)


def _shown(door: ScriptedDoor, prefill: Prefill, qtbot: QtBot) -> Iterator[SignInWindow]:
    made = SignInWindow(door, prefill, Immediate("test"))
    qtbot.addWidget(made)
    made.show()
    yield made


def type_into(window: SignInWindow, name: str, words: str, *, submit: bool = False) -> None:
    line = window.findChild(QLineEdit, name)
    assert line is not None
    line.clear()
    QTest.keyClicks(line, words)
    if submit:
        QTest.keyClick(line, Qt.Key.Key_Return)


def problem(window: SignInWindow) -> str:
    banner = window.findChild(Banner, "sign_in_problem")
    assert banner is not None
    return banner.text() if banner.isVisible() else ""


def test_two_steps_by_keyboard(window: SignInWindow, door: ScriptedDoor, qtbot: QtBot) -> None:
    type_into(window, "sign_in_tenant", "nusanet", submit=True)
    with qtbot.waitSignal(window.signed_in) as signed:
        type_into(window, "sign_in_email", "sinta@nusanet.example", submit=True)
        type_into(window, "sign_in_password", "kata sandi", submit=True)
    assert door.asked == [("https://omnix.example", "nusanet"), ("sinta@nusanet.example", "kata sandi")]
    assert signed.args == [SOMEBODY, "kata sandi", True]


def test_an_unknown_tenant_is_said_before_any_password(window: SignInWindow, door: ScriptedDoor) -> None:
    door.tenant = refused(Reason.NOT_FOUND)
    type_into(window, "sign_in_tenant", "salah", submit=True)
    assert problem(window) == "Kode tenant ini tidak dikenal. Periksa ejaannya."


def test_without_network_the_server_is_named(window: SignInWindow, door: ScriptedDoor) -> None:
    door.tenant = OFFLINE
    type_into(window, "sign_in_tenant", "nusanet", submit=True)
    assert "https://omnix.example tidak dapat dihubungi" in problem(window)


def test_wrong_credentials_keep_the_email_and_wait_for_another_password(
    window: SignInWindow, door: ScriptedDoor
) -> None:
    type_into(window, "sign_in_tenant", "nusanet", submit=True)
    door.person = refused(Reason.WRONG_CREDENTIALS)
    type_into(window, "sign_in_email", "sinta@nusanet.example")
    type_into(window, "sign_in_password", "salah", submit=True)
    assert problem(window) == "Email atau kata sandi tidak cocok"
    email = window.findChild(QLineEdit, "sign_in_email")
    assert email is not None
    assert email.text() == "sinta@nusanet.example"


def test_a_lock_out_says_how_long_and_lets_nobody_try(window: SignInWindow, door: ScriptedDoor) -> None:
    type_into(window, "sign_in_tenant", "nusanet", submit=True)
    door.person = refused(Reason.LOCKED_OUT, seconds=90)
    type_into(window, "sign_in_email", "sinta@nusanet.example")
    type_into(window, "sign_in_password", "salah", submit=True)
    assert "90 detik" in problem(window)
    enter = window.findChild(QAbstractButton, "sign_in_enter")
    assert enter is not None
    assert not enter.isEnabled()


def test_nothing_is_asked_while_something_is_missing(window: SignInWindow, door: ScriptedDoor) -> None:
    type_into(window, "sign_in_tenant", "", submit=True)
    type_into(window, "sign_in_server", "omnix", submit=True)
    assert not door.asked


def test_without_a_keychain_it_is_said_and_nothing_is_remembered(
    door: ScriptedDoor, themed: Theme, qtbot: QtBot
) -> None:
    door.keychain = False
    known = Prefill("https://omnix.example", "nusanet", "Nusanet Care", "sinta@nusanet.example")
    window = next(_shown(door, known, qtbot))
    box = window.findChild(QCheckBox, "sign_in_remember")
    assert box is not None
    assert not box.isEnabled()
    assert not box.isChecked()
    assert any("tidak punya keychain" in str(one.property("text")) for one in window.findChildren(QWidget))


def test_a_known_tenant_goes_straight_to_the_second_step_and_can_be_switched(
    door: ScriptedDoor, themed: Theme, qtbot: QtBot
) -> None:
    known = Prefill("https://omnix.example", "nusanet", "Nusanet Care", "sinta@nusanet.example")
    window = next(_shown(door, known, qtbot))
    password = window.findChild(QLineEdit, "sign_in_password")
    code = window.findChild(QLineEdit, "sign_in_tenant")
    switch = window.findChild(QAbstractButton, "sign_in_switch_tenant")
    assert password is not None
    assert code is not None
    assert switch is not None
    assert password.isVisible()
    switch.click()
    assert code.isVisible()


def test_a_demonstration_fills_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIX_TENANT", "nusanet")
    monkeypatch.setenv("OMNIX_EMAIL", "sinta@nusanet.example")
    monkeypatch.setenv("OMNIX_PASSWORD", "kata sandi")
    filled = Prefill("https://omnix.example").with_environment()
    assert filled == Prefill("https://omnix.example", "nusanet", "", "sinta@nusanet.example", "kata sandi")


@pytest.fixture
def given(window: SignInWindow, door: ScriptedDoor) -> SignInWindow:
    """Somebody signed in with a one-time password."""
    door.person = msgspec.structs.replace(SOMEBODY, must_change_password=True)
    type_into(window, "sign_in_tenant", "nusanet", submit=True)
    type_into(window, "sign_in_email", "sinta@nusanet.example", submit=True)
    type_into(window, "sign_in_password", "sekali-pakai", submit=True)
    door.asked.clear()
    return window


def test_a_one_time_password_is_replaced_before_entering(given: SignInWindow, door: ScriptedDoor, qtbot: QtBot) -> None:
    assert "Buat kata sandi Anda" in said(given)
    assert any(words.startswith("Paling sedikit 10 karakter") for words in said(given))
    with qtbot.waitSignal(given.signed_in) as signed:
        type_into(given, "new_password", "milik saya sendiri", submit=True)
        type_into(given, "new_password_again", "milik saya sendiri", submit=True)
    assert door.asked == [("sekali-pakai", "milik saya sendiri")]
    assert signed.args == [SOMEBODY, "milik saya sendiri", True]


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        ("pendek", "pendek", "Terlalu pendek: paling sedikit 10 karakter."),
        ("sekali-pakai", "sekali-pakai", "Ini kata sandi lama. Pilih yang lain."),
        ("milik saya sendiri", "milik saya sendiro", "Tidak sama dengan yang di atas. Ketik sekali lagi."),
    ],
)
def test_a_password_against_the_rules_is_not_sent(
    given: SignInWindow, door: ScriptedDoor, new: str, again: str, why: str
) -> None:
    type_into(given, "new_password", new)
    type_into(given, "new_password_again", again, submit=True)
    assert why in said(given)
    assert not door.asked


def test_a_one_time_password_that_was_replaced_meanwhile_leads_back(given: SignInWindow, door: ScriptedDoor) -> None:
    door.changed = refused(Reason.WRONG_CREDENTIALS)
    type_into(given, "new_password", "milik saya sendiri")
    type_into(given, "new_password_again", "milik saya sendiri", submit=True)
    assert problem(given).startswith("Kata sandi sekali pakai itu tidak berlaku lagi.")
    password = given.findChild(QLineEdit, "sign_in_password")
    assert password is not None
    assert password.isVisible()
    assert not password.text()


def test_without_network_the_new_password_stays_typed(given: SignInWindow, door: ScriptedDoor) -> None:
    door.changed = OFFLINE
    type_into(given, "new_password", "milik saya sendiri")
    type_into(given, "new_password_again", "milik saya sendiri", submit=True)
    assert "tidak dapat dihubungi" in problem(given)
    new = given.findChild(QLineEdit, "new_password")
    assert new is not None
    assert new.text() == "milik saya sendiri"
