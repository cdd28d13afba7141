"""Transcripts by mail (F28): who may, to whom it is offered, what is refused, and what the thread says afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.i18n import set_language
from omnix_desktop.models.thread_items import entry_item
from omnix_desktop.ports import LinkState, Outcome
from omnix_desktop.ui.dialogs import DIALOGS
from omnix_desktop.ui.dialogs.mail_transcript import MailTranscriptDialog
from omnix_desktop.ui.theme import theme
from omnix_protocol.errors import Reason, refused
from omnix_protocol.messages import DeliveryState, Transcript
from omnix_protocol.people import Role
from omnix_protocol.transcripts import MAIL_OFF, MailTranscript
from tests.support import cached_workspace
from tests.support.samples import memo
from tests.support.workbench import Immediate, Workbench, workbench

ACTION = "conversation.mail_transcript"


@pytest.fixture
def bench(tmp_path: Path, qapp: object) -> Iterator[Workbench]:
    theme().install(qapp, "light")  # type: ignore[arg-type]  # pytest-qt's QApplication
    set_language("id")
    with workbench(cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)) as made:
        made.window.show()
        made.open(made.desk.inbox.handling.rows()[0].opened)
        made.settle()
        yield made
    set_language("id")


@pytest.fixture
def dialog(bench: Workbench, qtbot: QtBot) -> MailTranscriptDialog:
    made = MailTranscriptDialog(bench.place, bench.window, Immediate("test"))
    qtbot.addWidget(made)
    made.open()
    return made


def address(dialog: MailTranscriptDialog) -> QLineEdit:
    found = dialog.findChild(QLineEdit, "transcript_address")
    assert found is not None
    return found


def type_address(dialog: MailTranscriptDialog, words: str) -> None:
    address(dialog).clear()
    QTest.keyClicks(address(dialog), words)
    QTest.keyClick(address(dialog), Qt.Key.Key_Return)


def said(dialog: MailTranscriptDialog) -> str:
    return " | ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_it_is_in_the_palette_the_header_and_the_dialogs(bench: Workbench) -> None:
    assert ACTIONS[ACTION].in_palette
    assert DIALOGS["mail_transcript"] is MailTranscriptDialog
    button = bench.window.findChild(QAbstractButton, "conversation_transcript")
    assert button is not None
    assert button.isEnabled()
    assert button.accessibleName() == "Kirim transkrip…"


def test_the_customers_own_address_is_offered(bench: Workbench, dialog: MailTranscriptDialog) -> None:
    customer = bench.desk.customer.customer
    assert customer is not None
    assert customer.emails
    assert address(dialog).text() == customer.emails[0]
    assert address(dialog).selectedText() == customer.emails[0]


def test_by_keyboard_it_asks_the_server_about_the_opened_interaction(
    bench: Workbench, dialog: MailTranscriptDialog
) -> None:
    it = bench.desk.conversation.interaction
    assert it is not None
    type_address(dialog, " lain@contoh.example ")
    command = bench.fake.run.asked[-1]
    assert isinstance(command, MailTranscript)
    assert (command.interaction_id, command.to) == (it.id, "lain@contoh.example")
    assert not dialog.isVisible()


@pytest.mark.parametrize("typed", ["", "bukan alamat", "a@b.example, c@d.example"])
def test_what_is_no_address_is_not_sent(bench: Workbench, dialog: MailTranscriptDialog, typed: str) -> None:
    type_address(dialog, typed)
    assert "Isi satu alamat email" in said(dialog)
    assert not any(isinstance(command, MailTranscript) for command in bench.fake.run.asked)


def test_a_refusal_stays_in_the_dialog(bench: Workbench, dialog: MailTranscriptDialog) -> None:
    bench.fake.run.answers[MailTranscript] = Outcome(refused=refused(Reason.NOT_OWNER, name="Sari"))
    type_address(dialog, "a@b.example")
    assert "Ditangani Sari" in said(dialog)
    assert dialog.isVisible()
    assert address(dialog).text() == "a@b.example"


def test_without_connection_it_says_why_not(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    bench.commands.refresh()
    assert ACTIONS[ACTION].refusal(bench.place) is not None


def test_nothing_opened_and_other_peoples_work(bench: Workbench) -> None:
    waiting = bench.desk.conversation.interaction
    assert waiting is not None
    bench.desk.conversation.interaction = replace(waiting, owner_id="somebody", owner_name="Sari")
    assert str(ACTIONS[ACTION].refusal(bench.place)) == "Ditangani Sari"
    bench.fake.account.me = replace(bench.fake.account.me, role=Role.TEAM_LEADER)
    assert ACTIONS[ACTION].refusal(bench.place) is None
    bench.open(None)
    assert ACTIONS[ACTION].refusal(bench.place) is not None


@pytest.mark.parametrize(
    ("state", "failure", "indonesian", "english"),
    [
        (DeliveryState.ACCEPTED, "", "ke a@b.example sedang dikirim", "to a@b.example is being sent"),
        (DeliveryState.SENT, "", "Transkrip ke a@b.example terkirim", "Transcript to a@b.example was sent"),
        (DeliveryState.FAILED, "550 nobody", "tidak terkirim: 550 nobody", "not sent: 550 nobody"),
        (DeliveryState.FAILED, MAIL_OFF, "server ini tidak mengirim surat", "this server sends no mail"),
        (DeliveryState.UNCERTAIN, "timed out", "belum pasti terkirim", "may not have been sent"),
    ],
)  # fmt: skip
def test_the_thread_says_what_became_of_it_in_both_languages(
    bench: Workbench, state: DeliveryState, failure: str, indonesian: str, english: str
) -> None:
    noted = memo("c", 1, text="✉", transcript=Transcript(to="a@b.example", state=state, failure=failure))
    assert indonesian in entry_item(noted).text
    set_language("en")
    assert english in entry_item(noted).text
