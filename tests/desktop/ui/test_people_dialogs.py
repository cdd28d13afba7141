"""Devices, passwords and limits: who may, what is refused and why, nothing shown as saved that is not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.ports import OFFLINE, LinkState, Outcome
from omnix_desktop.ui.dialogs import DIALOGS
from omnix_desktop.ui.dialogs.change_password import ChangePasswordDialog
from omnix_desktop.ui.dialogs.limits import LimitsDialog
from omnix_desktop.ui.dialogs.reset_password import ResetPasswordDialog
from omnix_desktop.ui.dialogs.sessions import SessionsDialog
from omnix_desktop.ui.windows.wallboard import WallboardWindow
from omnix_protocol import scopes
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import BoardId, SessionId
from omnix_protocol.people import EditRules, Role, Rules, SetPickUpLimit
from omnix_protocol.sign_in import Session
from tests.support.cached_workspace import NOW
from tests.support.on_screen import button, said, type_into
from tests.support.scene import Moment
from tests.support.scene_board import board
from tests.support.workbench import Immediate, Workbench
from tests.support.workspace_catalogue import TENANT, TENANT_ID, USERS, user_id

HERE = Session(id=SessionId("here"), device_name="PC-014", address="10.0.0.14", created_at=NOW, last_seen_at=NOW,
               current=True)  # fmt: skip
THERE = Session(id=SessionId("there"), device_name="LAPTOP-7", address="10.0.0.77", created_at=NOW,
                last_seen_at=NOW - timedelta(hours=3))  # fmt: skip
BOARD = scopes.board(BoardId(TENANT_ID))


def become(bench: Workbench, role: Role) -> None:
    bench.fake.account.me = replace(bench.fake.account.me, role=role)
    bench.commands.refresh()


# devices


def sessions(bench: Workbench, *known: Session) -> SessionsDialog:
    bench.fake.account.known = known
    made = SessionsDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    return made


def test_each_device_stands_with_address_and_when_it_was_seen(bench: Workbench) -> None:
    dialog = sessions(bench, THERE, HERE)
    words = said(dialog)
    assert {"PC-014", "LAPTOP-7"} <= words
    assert "10.0.0.14 · terakhir terlihat sekarang" in words
    assert any(one.startswith("10.0.0.77 · terakhir terlihat 16/03/2026") for one in words)
    names = [one.accessibleName() for one in dialog.findChildren(QWidget)]
    assert any(name.startswith("PC-014") and name.endswith("Perangkat ini") for name in names)
    assert dialog.findChild(QAbstractButton, "session_end_here") is None


def test_another_device_is_signed_out_after_a_question(bench: Workbench, asked: list[str]) -> None:
    dialog = sessions(bench, THERE, HERE)
    button(dialog, "session_end_there").click()
    assert "LAPTOP-7" in asked[0]
    assert bench.fake.account.asked == [("end_session", "there")]
    bench.settle()
    assert "LAPTOP-7" not in said(dialog)


def test_all_others_at_once_never_this_one(bench: Workbench, asked: list[str]) -> None:
    dialog = sessions(bench, HERE, THERE, replace(THERE, id=SessionId("old"), device_name=""))
    button(dialog, "sessions_end_others").click()
    assert asked
    assert {what for _, what in bench.fake.account.asked} == {"there", "old"}


def test_a_device_that_could_not_be_signed_out_stays_with_the_reason(bench: Workbench, asked: list[str]) -> None:
    dialog = sessions(bench, HERE, THERE)
    bench.fake.account.refused = OFFLINE
    button(dialog, "session_end_there").click()
    assert asked
    bench.settle()
    assert dialog.problem.text() == "Tidak ada koneksi"
    assert "LAPTOP-7" in said(dialog)


# one's own password


@pytest.fixture
def password(bench: Workbench) -> Iterator[ChangePasswordDialog]:
    made = ChangePasswordDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    yield made
    made.close()


def fill(dialog: ChangePasswordDialog, old: str, new: str, again: str) -> None:
    for name, words in (("old_password", old), ("new_password", new), ("new_password_again", again)):
        type_into(dialog, name, words)
    dialog.submit()


def test_a_changed_password_closes_the_dialog(bench: Workbench, password: ChangePasswordDialog) -> None:
    fill(password, "yang lama sekali", "yang baru sekali", "yang baru sekali")
    assert bench.fake.account.asked == [("change_password", "yang lama sekali", "yang baru sekali")]
    assert password.result() == QDialog.DialogCode.Accepted


def test_a_wrong_old_password_is_said_at_its_field(bench: Workbench, password: ChangePasswordDialog) -> None:
    bench.fake.account.refused = refused(Reason.WRONG_CREDENTIALS)
    fill(password, "keliru sekali", "yang baru sekali", "yang baru sekali")
    assert "Kata sandi lama tidak cocok" in said(password)
    assert password.isVisible()
    assert password.primary_button.isEnabled()


def test_without_the_rules_nothing_is_sent(bench: Workbench, password: ChangePasswordDialog) -> None:
    fill(password, "", "pendek", "pendek")
    assert {"Isi kata sandi lama", "Terlalu pendek: paling sedikit 10 karakter."} <= said(password)
    fill(password, "yang lama sekali", "yang baru sekali", "yang lain sekali")
    assert "Tidak sama dengan yang di atas. Ketik sekali lagi." in said(password)
    assert not bench.fake.account.asked


def test_without_a_connection_a_password_cannot_be_changed_and_it_is_said_why(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    bench.commands.refresh()
    for name in ("account.change_password", "account.sessions"):
        assert bench.commands.qaction(name).toolTip() == "Tidak ada koneksi"


# somebody else's password


@pytest.fixture
def reset(bench: Workbench) -> Iterator[ResetPasswordDialog]:
    become(bench, Role.TEAM_LEADER)
    made = ResetPasswordDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    yield made
    made.close()


def listed(dialog: ResetPasswordDialog) -> list[str]:
    model = dialog.list.model()
    return [str(model.index(row, 0).data()).partition(",")[0] for row in range(model.rowCount())]


def test_a_team_leader_resets_those_below(reset: ResetPasswordDialog) -> None:
    assert listed(reset) == ["Budi Hartono", "Sari Utami"]  # neither oneself, nor equals, nor above
    assert not reset.primary_button.isEnabled()
    assert reset.primary_button.toolTip() == "Pilih orangnya dahulu"


def test_the_one_time_password_is_shown_once_and_can_be_copied(
    bench: Workbench, reset: ResetPasswordDialog, asked: list[str]
) -> None:
    type_into(reset, "reset_password_search", "sari")
    assert listed(reset) == ["Sari Utami"]
    reset.submit()
    assert asked == ["Sari Utami keluar dari semua perangkat dan kata sandi lamanya tidak berlaku lagi."]
    what, who, given = bench.fake.account.asked[0]
    assert (what, who) == ("reset_password", user_id(1))
    assert len(given) >= 12
    assert given in said(reset)
    button(reset, "given_password_copy").click()
    assert QGuiApplication.clipboard().text() == given
    reset.submit()
    assert reset.result() == QDialog.DialogCode.Accepted
    assert len(bench.fake.account.asked) == 1


def test_two_one_time_passwords_are_never_the_same(
    bench: Workbench, reset: ResetPasswordDialog, asked: list[str]
) -> None:
    bench.fake.account.refused = refused(Reason.TOO_MANY_REQUESTS, seconds=1)
    type_into(reset, "reset_password_search", "sari")
    reset.submit()
    reset.submit()
    assert len(asked) == 2
    assert len({given for _, _, given in bench.fake.account.asked}) == 2


def test_a_refused_reset_shows_no_password(bench: Workbench, reset: ResetPasswordDialog, asked: list[str]) -> None:
    bench.fake.account.refused = refused(Reason.NOT_ENTITLED)
    type_into(reset, "reset_password_search", "budi")
    reset.submit()
    assert asked
    assert reset.problem.text() == "Anda tidak berhak melakukan ini"
    assert bench.fake.account.asked[0][2] not in said(reset)


def test_agents_reset_nobody(bench: Workbench) -> None:
    assert bench.commands.qaction("people.reset_password").toolTip() == "Untuk pemimpin tim"
    assert not bench.commands.qaction("people.reset_password").isEnabled()


# limits


@pytest.fixture
def limits(bench: Workbench) -> Iterator[LimitsDialog]:
    become(bench, Role.SUPERVISOR)
    Moment(bench.engine).begin(BOARD, board())
    made = LimitsDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    bench.settle()
    yield made
    made.close()


def test_everybody_stands_with_state_and_load(bench: Workbench, limits: LimitsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: any(row.load for row in limits.limits.rows()))
    rows = {row.name: (row.state, row.load, row.full) for row in limits.limits.rows()}
    assert rows["Ratna Kusuma"] == ("Siap", "5/8", False)
    assert rows["Sari Utami"] == ("Siap", "8/8", True)
    assert rows["Budi Hartono"] == ("AUX · Sholat", "2/8", False)
    assert ("hold", BOARD) in bench.fake.rest.noted
    limits.close()
    assert ("let_go", BOARD) in bench.fake.rest.noted


def test_only_what_was_changed_is_saved(bench: Workbench, limits: LimitsDialog) -> None:
    assert not limits.primary_button.isEnabled()
    assert limits.primary_button.toolTip() == "Belum ada yang diubah"
    type_into(limits, "limit_tenant", "10")
    type_into(limits, f"limit_{USERS[1].id}", "3")
    limits.submit()
    assert bench.fake.run.asked == [
        EditRules(base_version=TENANT.version, rules=Rules(pick_up_limit=10)),
        SetPickUpLimit(user_id=user_id(1), limit=3),
    ]
    assert limits.limits.said[USERS[1].id] == ("Tersimpan", "good")
    assert not limits.primary_button.isEnabled()


def test_an_emptied_limit_is_the_tenants_again(bench: Workbench, limits: LimitsDialog, qtbot: QtBot) -> None:
    Moment(bench.engine).put([replace(USERS[1], version=2, pick_up_limit=3)], scopes.TENANT)
    line = limits.findChild(QLineEdit, f"limit_{USERS[1].id}")
    assert line is not None
    qtbot.waitUntil(lambda: line.text() == "3")
    type_into(limits, f"limit_{USERS[1].id}", "")
    assert line.placeholderText() == "8"
    limits.submit()
    assert bench.fake.run.asked == [SetPickUpLimit(user_id=user_id(1), limit=None)]


@pytest.mark.parametrize("words", ["tiga", "-1", "201", "1,5"])
def test_what_is_no_limit_cannot_be_saved(bench: Workbench, limits: LimitsDialog, words: str) -> None:
    type_into(limits, f"limit_{USERS[0].id}", words)
    assert "Isi angka 0–200" in said(limits)
    assert not limits.primary_button.isEnabled()
    limits.submit()
    assert not bench.fake.run.asked


def test_a_refused_limit_stays_typed_with_the_reason_and_may_be_saved_again(
    bench: Workbench, limits: LimitsDialog, qtbot: QtBot
) -> None:
    type_into(limits, "limit_tenant", "10")
    Moment(bench.engine).put([replace(TENANT, version=2, rules=Rules(pick_up_limit=9))], scopes.TENANT)
    qtbot.waitUntil(lambda: limits.limits.tenant_limit == 9)
    bench.fake.run.answers[EditRules] = Outcome(refused=refused(Reason.VERSION_CONFLICT, version=2))
    limits.submit()
    assert "Sudah diubah orang lain. Lihat yang terbaru lalu coba lagi" in said(limits)
    assert limits.limits.text("") == "10"
    del bench.fake.run.answers[EditRules]
    limits.submit()
    bases = [command.base_version for command in bench.fake.run.asked if isinstance(command, EditRules)]
    assert bases == [1, 2]


def test_what_is_typed_survives_the_search_and_new_figures(bench: Workbench, limits: LimitsDialog) -> None:
    type_into(limits, f"limit_{USERS[0].id}", "6")
    type_into(limits, "limits_search", "sari")
    assert list(limits._views) == [USERS[1].id]
    type_into(limits, "limits_search", "")
    Moment(bench.engine).put([replace(board(), version=2)], BOARD)
    bench.settle()
    line = limits.findChild(QLineEdit, f"limit_{USERS[0].id}")
    assert line is not None
    assert line.text() == "6"
    assert limits.primary_button.isEnabled()


def test_without_a_connection_nothing_is_saved_and_no_old_load_is_shown(bench: Workbench, limits: LimitsDialog) -> None:
    type_into(limits, f"limit_{USERS[0].id}", "6")
    bench.fake.link.become(LinkState.OFFLINE)
    assert not limits.primary_button.isEnabled()
    assert limits.problem.text() == "Tidak ada koneksi. Batas tidak dapat disimpan sekarang."
    assert {row.load for row in limits.limits.rows()} == {""}
    bench.fake.link.become(LinkState.ONLINE)
    assert limits.primary_button.isEnabled()
    assert not limits.problem.isVisible()


def test_agents_change_no_limits(bench: Workbench) -> None:
    assert bench.commands.qaction("people.limits").toolTip() == "Untuk supervisor"
    become(bench, Role.SUPERVISOR)
    assert bench.commands.qaction("people.limits").isEnabled()
    assert {"limits", "reset_password", "sessions", "change_password"} <= DIALOGS.keys()


def test_the_wallboard_leads_to_the_limits(bench: Workbench) -> None:
    become(bench, Role.SUPERVISOR)
    wall = WallboardWindow(bench.place)
    wall.show()
    gauge = button(wall, "wallboard_limits")
    assert gauge.accessibleName() == "Batas penanganan"
    gauge.click()
    opened = wall.findChild(LimitsDialog)
    assert opened is not None
    opened.close()
    bench.fake.link.become(LinkState.OFFLINE)
    assert not gauge.isEnabled()
    assert gauge.toolTip() == "Batas penanganan · Tidak ada koneksi"
    wall.close()
