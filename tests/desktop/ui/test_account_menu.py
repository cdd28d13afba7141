"""The account's menu: who is signed in, ready or away with a reason, truthful without a connection."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.i18n import set_language
from omnix_desktop.ports import LinkState, Outcome
from omnix_desktop.ui.shell.account_menu import AccountMenu
from omnix_desktop.ui.shell.rail import PersonButton
from omnix_protocol import scopes
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import AuxCodeId, UserId, derived_id
from omnix_protocol.people import Presence, PresenceState, Role, SetPresence
from tests.support.scene import Moment
from tests.support.workbench import Workbench
from tests.support.workspace_catalogue import presence

SHOLAT = AuxCodeId(derived_id("aux", "SHOLAT"))


@pytest.fixture
def told(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said to the person."""
    words: list[str] = []
    monkeypatch.setattr(bench.screens, "tell", lambda said, _tone="info": words.append(said))
    return words


@pytest.fixture
def menu(bench: Workbench) -> Iterator[AccountMenu]:
    yield opened(bench)
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def opened(bench: Workbench) -> AccountMenu:
    bench.commands.run("account.menu")
    made = bench.shell.rail.findChildren(AccountMenu)
    assert made
    return made[-1]


def entry(menu: AccountMenu, words: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == words)


def person(bench: Workbench) -> PersonButton:
    button = bench.shell.rail.findChild(PersonButton, "rail_account")
    assert button is not None
    return button


def there(bench: Workbench, state: PresenceState, aux: AuxCodeId | None = None, version: int = 2) -> None:
    """The server tells what this person's state is."""
    mine: Presence = replace(presence(), version=version, state=state, aux_code_id=aux)
    Moment(bench.engine).put([mine], scopes.agent(UserId(bench.workspace.me.user_id)))
    bench.settle()


def test_it_says_who_and_where(menu: AccountMenu) -> None:
    names = [part.accessibleName() for part in menu.findChildren(QWidget)]
    assert "Ratna Kusuma, Agen, Nusantara Niaga, Siap" in names


def test_ready_and_each_reason_of_the_tenant_with_the_one_in_force_marked(menu: AccountMenu) -> None:
    states = [action.text() for action in menu.actions() if action.objectName().startswith("state_")]
    assert states == ["Siap", "AUX · Istirahat", "AUX · Rapat", "AUX · Sholat"]
    assert entry(menu, "Siap").isChecked()
    assert not entry(menu, "AUX · Sholat").isChecked()


def test_going_away_with_a_reason_asks_the_server(bench: Workbench, menu: AccountMenu, told: list[str]) -> None:
    entry(menu, "AUX · Sholat").trigger()
    assert bench.fake.run.asked == [SetPresence(state=PresenceState.AUX, aux_code_id=SHOLAT)]
    assert told == ["Status Anda AUX · Sholat."]


def test_being_ready_again_has_its_own_command(bench: Workbench, told: list[str]) -> None:
    bench.commands.run("account.ready")
    assert bench.fake.run.asked == [SetPresence(state=PresenceState.ONLINE)]
    assert told == ["Anda siap menerima interaksi."]


def test_a_refused_state_is_not_shown_as_taken(bench: Workbench, menu: AccountMenu, told: list[str]) -> None:
    bench.fake.run.answers[SetPresence] = Outcome(refused=refused(Reason.UNAVAILABLE))
    entry(menu, "AUX · Rapat").trigger()
    assert told == ["Server sedang sibuk. Coba lagi sebentar"]
    assert bench.desk.availability.words == "Siap"


def test_the_dot_follows_the_servers_word(bench: Workbench, qtbot: QtBot) -> None:
    there(bench, PresenceState.AUX, SHOLAT)
    qtbot.waitUntil(lambda: person(bench).accessibleDescription() == "AUX · Sholat")
    assert bench.desk.availability.tone == "soon"
    there(bench, PresenceState.ONLINE, version=3)
    qtbot.waitUntil(lambda: person(bench).accessibleDescription() == "Siap")
    assert bench.desk.availability.tone == "good"


def test_without_a_connection_the_state_is_offline_and_cannot_be_changed(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    bench.commands.refresh()
    assert (bench.desk.availability.tone, person(bench).accessibleDescription()) == ("faint", "Luring")
    menu = opened(bench)
    for words in ("Siap", "AUX · Istirahat"):
        assert not entry(menu, words).isEnabled()
        assert entry(menu, words).toolTip() == "Tidak ada koneksi"
    assert not entry(menu, "Ganti kata sandi").isEnabled()
    assert entry(menu, "Keluar dari akun").isEnabled()
    menu.close()
    bench.fake.link.become(LinkState.ONLINE)
    assert bench.desk.availability.tone == "good"


def test_what_leads_people_is_shown_to_whom_may(bench: Workbench) -> None:
    def offered(role: Role) -> set[str]:
        bench.fake.account.me = replace(bench.fake.account.me, role=role)
        bench.commands.refresh()
        menu = opened(bench)
        menu.close()
        return {action.text() for action in menu.actions()} & {"Batas penanganan", "Atur ulang kata sandi seseorang"}

    assert offered(Role.AGENT) == set()
    assert offered(Role.TEAM_LEADER) == {"Atur ulang kata sandi seseorang"}
    assert offered(Role.SUPERVISOR) == {"Batas penanganan", "Atur ulang kata sandi seseorang"}


def test_language_and_theme_in_force_are_marked(bench: Workbench, menu: AccountMenu) -> None:
    assert bench.commands.qaction("view.language_id").isChecked()
    assert bench.commands.qaction("view.theme_light").isChecked()
    menu.close()
    set_language("en")
    again = opened(bench)
    assert bench.commands.qaction("view.language_en").isChecked()
    assert entry(again, "Ready").isChecked()
    again.close()
