"""Channel accounts for administrators: state and what to do, add step by step, test, pause, failed ones again."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.ports import OFFLINE, LinkState, Outcome
from omnix_desktop.ui.dialogs import DIALOGS
from omnix_desktop.ui.dialogs.channel_kind import ChannelKindDialog
from omnix_desktop.ui.dialogs.channel_setup import ChannelSetupDialog
from omnix_desktop.ui.dialogs.channels import ChannelsDialog
from omnix_desktop.ui.dialogs.failed_jobs import FailedJobsDialog
from omnix_protocol import scopes
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings
from omnix_protocol.channels import AddChannelAccount, ChannelAccount, EditChannelAccount, FaultKind, ServeChannel
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import ChannelAccountId, JobId, SecretId
from omnix_protocol.people import Role
from omnix_protocol.traffic import (
    AccountTraffic,
    ChannelTraffic,
    ChannelTrafficAnswer,
    FailedJob,
    FailedJobs,
    FailedJobsAnswer,
    RunAgain,
)
from tests.desktop.models.test_channel_form import TELEGRAM
from tests.desktop.ui.test_people_dialogs import become
from tests.support.cached_workspace import NOW
from tests.support.on_screen import button, said, type_into
from tests.support.scene import Moment
from tests.support.workbench import Immediate, Workbench
from tests.support.workspace_catalogue import ACCOUNTS, GROUPS

SITE, BOT = ACCOUNTS
BOT_ID = ChannelAccountId(BOT.id)
TRAFFIC = ChannelTrafficAnswer(
    at=NOW,
    accounts=(
        AccountTraffic(
            channel_account_id=BOT_ID,
            received_day=1204,
            sent_day=980,
            uncertain_day=2,
            given_up=3,
            last_received_at=NOW - timedelta(minutes=4),
        ),
    ),
)
JOB = FailedJob(
    job_id=JobId("job-1"), kind="inbound", channel_account_id=BOT_ID, at=NOW, why="This is not JSON.", size=12,
    known='{"rusak":',
)  # fmt: skip


@pytest.fixture(autouse=True)
def administrator(bench: Workbench) -> None:
    become(bench, Role.ADMINISTRATOR)
    bench.fake.ask.answers[ChannelTraffic] = TRAFFIC
    bench.fake.ask.answers[FailedJobs] = FailedJobsAnswer(rows=(JOB,))


@pytest.fixture
def listed(bench: Workbench) -> ChannelsDialog:
    made = ChannelsDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    return made


def change(bench: Workbench, account: ChannelAccount) -> None:
    Moment(bench.engine).put([account], scopes.TENANT)
    bench.until(lambda: any(facts.account == account for facts in bench.desk.catalogue.accounts()))
    bench.settle()


def setup(bench: Workbench, account: ChannelAccount | None = None) -> ChannelSetupDialog:
    made = ChannelSetupDialog(bench.place, bench.window, TELEGRAM, account, Immediate("test"))
    made.open()
    return made


def fill(dialog: QWidget) -> None:
    type_into(dialog, "channel_field_name", "Bot baru")
    type_into(dialog, "channel_field_token", "900:AA")
    group = dialog.findChild(QComboBox, "channel_field_group")
    assert group is not None
    group.setCurrentIndex(group.findData(GROUPS[1].id))


# who may


def test_only_administrators_manage_channels(bench: Workbench) -> None:
    become(bench, Role.SUPERVISOR)
    action = bench.commands.qaction("channels.manage")
    assert not action.isEnabled()
    assert action.toolTip() == "Untuk administrator"
    become(bench, Role.ADMINISTRATOR)
    assert action.isEnabled()
    assert DIALOGS["channels"] is ChannelsDialog


# the list


def test_each_account_stands_with_state_and_traffic(listed: ChannelsDialog) -> None:
    words = said(listed)
    assert {SITE.name, BOT.name, "Telegram · nusantara_bot"} <= words
    assert any(
        one.startswith("1.204 masuk dalam 24 jam · 980 terkirim · 2 tidak pasti · 3 gagal diproses") for one in words
    )
    spoken = [one.accessibleName() for one in listed.findChildren(QWidget)]
    assert any(name.startswith(f"{BOT.name}, Telegram · nusantara_bot, Berfungsi") for name in spoken)


@pytest.mark.parametrize(
    ("kind", "advice"), [(FaultKind.REFUSED, "periksa token"), (FaultKind.AWAY, "tekan Uji"), (None, "tekan Uji")]
)
def test_a_fault_is_said_with_what_to_do_and_stands_first(
    bench: Workbench, listed: ChannelsDialog, qtbot: QtBot, kind: FaultKind | None, advice: str
) -> None:
    change(bench, replace(BOT, version=2, fault="The token's server is down.", fault_kind=kind))
    qtbot.waitUntil(lambda: "The token's server is down." in said(listed))
    assert any(one.startswith(f"Yang perlu dilakukan: {advice}") for one in said(listed))
    assert listed.accounts.rows()[0].key == BOT.id
    assert listed.accounts.rows()[0].tone == "bad"


def test_a_test_says_what_the_provider_calls_the_account_or_what_is_wrong(
    bench: Workbench, listed: ChannelsDialog
) -> None:
    button(listed, f"channel_test_{BOT.id}").click()
    assert bench.fake.channels.asked == [("probe", BOT.id)]
    assert "Berfungsi: @nusantara_bot" in said(listed)
    bench.fake.channels.probed = Probed(works=False, said="The token is not known.")
    button(listed, f"channel_test_{BOT.id}").click()
    assert "Belum berfungsi: The token is not known." in said(listed)


def test_pausing_asks_first_and_going_on_does_not(
    bench: Workbench, listed: ChannelsDialog, asked: list[str], qtbot: QtBot
) -> None:
    button(listed, f"channel_pause_{BOT.id}").click()
    assert BOT.name in asked[0]
    (command,) = bench.fake.run.asked
    assert command == EditChannelAccount(channel_account_id=BOT_ID, base_version=1, active=False)
    change(bench, replace(BOT, version=2, active=False))
    qtbot.waitUntil(lambda: "Dijeda" in {row.state for row in listed.accounts.rows()})
    button(listed, f"channel_pause_{BOT.id}").click()
    assert len(asked) == 1
    assert bench.fake.run.asked[-1] == EditChannelAccount(channel_account_id=BOT_ID, base_version=2, active=True)


def test_without_a_connection_nothing_can_be_changed(bench: Workbench, listed: ChannelsDialog) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    assert listed.problem.text() == "Tidak ada koneksi. Kanal tidak dapat diubah sekarang."
    assert not button(listed, "channel_add").isEnabled()
    assert not button(listed, f"channel_test_{BOT.id}").isEnabled()
    bench.fake.link.become(LinkState.ONLINE)
    assert button(listed, "channel_add").isEnabled()


# adding


def test_channels_stand_in_their_groups_with_what_they_need(bench: Workbench) -> None:
    chooser = ChannelKindDialog((TELEGRAM,), bench.window)
    taken: list[object] = []
    chooser.taken.connect(taken.append)
    names = [row.spoken() for row in chooser._rows.rows()]
    assert names == ["Percakapan langsung", "Telegram, Perlu: Token bot"]
    chooser.submit()
    assert taken == [TELEGRAM]


def test_what_is_missing_is_said_at_its_field(bench: Workbench) -> None:
    dialog = setup(bench)
    dialog.submit()
    assert {"Isi nama, paling banyak 120 huruf", "Pilih grup yang melayani", "Perlu diisi"} <= said(dialog)
    assert not bench.fake.run.asked
    assert not bench.fake.channels.asked


def test_settings_are_tried_before_they_are_saved(bench: Workbench) -> None:
    dialog = setup(bench)
    fill(dialog)
    button(dialog, "channel_test").click()
    assert bench.fake.channels.asked == [
        ("store_secret", ({"token": "900:AA"}, None)),
        ("probe_settings", ProbeSettings(kind="telegram", settings={"mode": "polling"}, secret_id=SecretId("secret"))),
    ]
    assert "Berfungsi: @nusantara_bot" in said(dialog)
    assert not bench.fake.run.asked


def test_a_new_account_is_added_served_and_its_webhook_shown_to_be_copied(bench: Workbench) -> None:
    dialog = setup(bench)
    fill(dialog)
    dialog.submit()
    adding, serving = bench.fake.run.asked
    assert isinstance(adding, AddChannelAccount)
    assert (adding.kind, adding.name, adding.secret_id) == ("telegram", "Bot baru", "secret")
    assert adding.settings == {"mode": "polling"}
    assert isinstance(serving, ServeChannel)
    assert (serving.channel_account_id, serving.group_id) == (adding.channel_account_id, GROUPS[1].id)
    line = dialog.findChild(QLineEdit, "channel_address")
    assert line is not None
    assert line.isVisible()
    button(dialog, "channel_address_copy").click()
    assert QGuiApplication.clipboard().text() == line.text() == bench.fake.channels.routed.webhook
    dialog.submit()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_an_account_that_is_asked_for_news_needs_no_address(bench: Workbench) -> None:
    bench.fake.channels.routed = ChannelRoute()
    dialog = setup(bench)
    fill(dialog)
    dialog.submit()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_a_refusal_stays_in_place_and_saving_again_makes_no_second_account(bench: Workbench) -> None:
    dialog = setup(bench)
    fill(dialog)
    why = refused(Reason.INVALID_FIELD, field="token", detail="needed")
    bench.fake.run.answers[AddChannelAccount] = Outcome(refused=why)
    dialog.submit()
    assert "Server tidak menerimanya: needed" in said(dialog)
    bench.fake.run.answers[AddChannelAccount] = Outcome(refused=refused(Reason.ALREADY_EXISTS, type="ChannelAccount"))
    type_into(dialog, "channel_field_name", "Bot diperbaiki")
    type_into(dialog, "channel_field_address", "bot_diperbaiki")
    dialog.submit()
    ids = {one.channel_account_id for one in bench.fake.run.asked if isinstance(one, AddChannelAccount)}
    assert len(ids) == 1
    corrected, serving = bench.fake.run.asked[-2:]
    assert isinstance(corrected, EditChannelAccount)
    assert (corrected.channel_account_id, corrected.name) == (*ids, "Bot diperbaiki")
    assert corrected.address == "bot_diperbaiki"
    assert corrected.secret_id == "secret"
    assert isinstance(serving, ServeChannel)


def test_escape_asks_before_it_throws_away_what_was_typed(bench: Workbench, asked: list[str]) -> None:
    untouched = setup(bench)
    untouched.reject()
    assert not asked
    dialog = setup(bench)
    fill(dialog)
    dialog.reject()
    assert asked == ["Yang sudah diisi di sini akan hilang."]
    assert not dialog.isVisible()


# editing


def test_a_stored_secret_is_never_shown_and_kept_where_it_is_left_empty(bench: Workbench) -> None:
    stored = replace(BOT, secret_id=SecretId("old"), settings={"mode": "webhook"})
    change(bench, replace(stored, version=2, fault="odd"))
    dialog = setup(bench, stored)
    token = dialog.findChild(QLineEdit, "channel_field_token")
    assert token is not None
    assert (token.text(), token.placeholderText()) == ("", "•••• tersimpan, ketik untuk mengganti")
    assert token.echoMode() is QLineEdit.EchoMode.Password
    type_into(dialog, "channel_field_name", "Bot lama")
    dialog.submit()
    assert ("store_secret", ({}, None)) not in bench.fake.channels.asked
    (edit,) = bench.fake.run.asked
    # the fault that came meanwhile made a version of its own, and contradicts nothing
    assert edit == EditChannelAccount(
        channel_account_id=BOT_ID, base_version=2, name="Bot lama", settings={"mode": "webhook"}, address=BOT.address
    )


def test_a_typed_secret_replaces_that_one_alone(bench: Workbench) -> None:
    dialog = setup(bench, replace(BOT, secret_id=SecretId("old")))
    type_into(dialog, "channel_field_token", "901:BB")
    dialog.submit()
    assert bench.fake.channels.asked[0] == ("store_secret", ({"token": "901:BB"}, "old"))
    (edit,) = bench.fake.run.asked
    assert isinstance(edit, EditChannelAccount)
    assert edit.secret_id == "secret"


# failed ones


def failed(bench: Workbench, account_id: ChannelAccountId | None = None) -> FailedJobsDialog:
    made = FailedJobsDialog(bench.place, bench.window, account_id, Immediate("test"))
    made.open()
    return made


def test_a_failed_one_says_why_and_what_is_known_of_it(bench: Workbench) -> None:
    dialog = failed(bench, BOT_ID)
    assert bench.fake.ask.asked[-1] == FailedJobs(channel_account_id=BOT_ID)
    words = {one.replace("\u200b", "") for one in said(dialog)}
    assert {"This is not JSON.", '{"rusak":'} <= words
    assert any(one.accessibleName().startswith(f"{BOT.name} · Pesan masuk · ") for one in dialog.findChildren(QLabel))


def test_one_runs_again_at_once_and_all_after_a_question(bench: Workbench, asked: list[str]) -> None:
    dialog = failed(bench, BOT_ID)
    button(dialog, "failed_run_job-1").click()
    assert bench.fake.channels.asked == [("run_again", RunAgain(job_ids=(JobId("job-1"),)))]
    assert not asked
    button(dialog, "failed_run_all").click()
    assert asked
    assert bench.fake.channels.asked[-1] == ("run_again", RunAgain(channel_account_id=BOT_ID))


def test_where_nothing_failed_it_says_so(bench: Workbench) -> None:
    bench.fake.ask.answers[FailedJobs] = FailedJobsAnswer()
    dialog = failed(bench)
    bench.settle()
    assert "Tidak ada yang gagal" in said(dialog)
    assert not button(dialog, "failed_run_all").isEnabled()


def test_older_ones_are_fetched_behind_the_last(bench: Workbench) -> None:
    bench.fake.ask.answers[FailedJobs] = FailedJobsAnswer(rows=(JOB,), more=True)
    dialog = failed(bench)
    bench.fake.ask.answers[FailedJobs] = FailedJobsAnswer(rows=(replace(JOB, job_id=JobId("job-0"), why="Older."),))
    button(dialog, "failed_more").click()
    assert bench.fake.ask.asked[-1] == FailedJobs(before_id=JobId("job-1"))
    bench.settle()
    assert {"This is not JSON.", "Older."} <= said(dialog)


def test_with_a_connection_again_nothing_says_there_is_none(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    bench.fake.ask.answers[FailedJobs] = OFFLINE
    dialog = failed(bench)
    assert "Tidak ada koneksi" in dialog.problem.text()
    bench.fake.ask.answers[FailedJobs] = FailedJobsAnswer(rows=(JOB,))
    bench.fake.link.become(LinkState.BEHIND)
    assert dialog.problem.text() == ""
    bench.settle()
    assert "This is not JSON." in said(dialog)
    button(dialog, "failed_run_job-1").click()
    bench.fake.link.become(LinkState.ONLINE)
    assert dialog.problem.text(), "what was done is still said"
