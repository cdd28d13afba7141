"""Case and ticket forms: nothing typed is lost or goes to another customer; what became of each is shown."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.models.selection import Opened
from omnix_desktop.models.work_form import CaseForm, TicketForm
from omnix_desktop.ports import LinkState
from omnix_desktop.ui.panels.work import CasePanel, TicketPanel
from omnix_desktop.ui.widgets.cascade_picker import CascadePicker
from omnix_desktop.ui.widgets.fields import ComboBox
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import FileId, InteractionId
from omnix_protocol.messages import Attachment
from omnix_protocol.work import CaseStatus, CreateCase, CreateTicket, Priority
from tests.support import workspace_catalogue as catalogue
from tests.support.on_screen import find
from tests.support.workbench import Workbench


def opened(bench: Workbench, place: int) -> Opened:
    return bench.desk.inbox.handling.rows()[place].opened


@pytest.fixture
def case(bench: Workbench) -> CasePanel:
    """The form of the first conversation is open."""
    bench.open(opened(bench, 0))
    bench.commands.run("work.create_case")
    bench.settle()
    made = bench.shell.panels["case"]
    assert isinstance(made, CasePanel)
    return made


@pytest.fixture
def ticket(bench: Workbench) -> TicketPanel:
    bench.open(opened(bench, 0))
    bench.commands.run("work.create_ticket")
    bench.settle()
    made = bench.shell.panels["ticket"]
    assert isinstance(made, TicketPanel)
    return made


def form_of(panel: CasePanel) -> CaseForm:
    assert panel.form is not None
    return panel.form


def fill_case(bench: Workbench) -> None:
    find(bench.window, QLineEdit, "case_subject").setText("Internet mati")
    find(bench.window, CascadePicker, "case_category_id").set_value(catalogue.leaf(5)[0])
    find(bench.window, QPlainTextEdit, "case_remark").setPlainText("Sejak semalam")


def test_a_case_is_submitted_for_its_interaction_by_the_keyboard(bench: Workbench, case: CasePanel) -> None:
    fill_case(bench)
    find(bench.window, QLineEdit, "case_service_number_line").setText("1322 0000 0000")
    status = find(bench.window, ComboBox, "case_status")
    status.setCurrentIndex(status.findData(CaseStatus.INTERACTION))
    key = form_of(case).values.id
    QTest.keyClick(
        find(bench.window, QPlainTextEdit, "case_remark"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    bench.settle()
    assert bench.fake.run.ran == [
        CreateCase(
            case_id=key,  # type: ignore[arg-type]
            interaction_id=opened(bench, 0).interaction_id,
            subject="Internet mati",
            category_id=catalogue.leaf(5)[0],
            remark="Sejak semalam",
            service_number="132200000000",
            status=CaseStatus.INTERACTION,
        )
    ]
    assert find(bench.window, QLineEdit, "case_subject").text() == ""
    assert form_of(case).made[0].pill == "belum terkirim"


def test_what_is_missing_is_named_and_nothing_is_sent(bench: Workbench, case: CasePanel) -> None:
    find(bench.window, QLineEdit, "case_subject").setText("Internet mati")
    find(bench.window, QAbstractButton, "case_submit").click()
    assert not bench.fake.run.ran
    reason = find(bench.window, QLabel, "case_reason")
    assert reason.text() == "Lengkapi dahulu: Kategori, Keterangan"
    find(bench.window, CascadePicker, "case_category_id").set_value(catalogue.leaf(5)[0])
    assert reason.text() == "Lengkapi dahulu: Keterangan"
    assert case.isVisible()


def test_a_begun_form_never_follows_the_selection(bench: Workbench, case: CasePanel) -> None:
    first = form_of(case)
    fill_case(bench)
    bench.open(opened(bench, 1))
    assert case.form is first
    assert "bukan percakapan yang terbuka" in case._elsewhere.text()
    find(bench.window, QAbstractButton, "case_submit").click()
    command = bench.fake.run.ran[-1]
    assert isinstance(command, CreateCase)
    assert command.interaction_id == first.opened.interaction_id


def test_the_user_may_go_to_the_opened_one_and_come_back(bench: Workbench, case: CasePanel) -> None:
    first = form_of(case)
    fill_case(bench)
    bench.open(opened(bench, 1))
    case._elsewhere.activated.emit()
    assert form_of(case) is not first
    assert find(bench.window, QLineEdit, "case_subject").text() == ""
    bench.open(opened(bench, 0))
    assert form_of(case) is first
    assert find(bench.window, QLineEdit, "case_subject").text() == "Internet mati"


def test_an_untouched_form_follows_the_selection(bench: Workbench, case: CasePanel) -> None:
    bench.open(opened(bench, 1))
    assert form_of(case).opened == opened(bench, 1)
    assert find(bench.window, QLabel, "case_customer").text() == bench.desk.inbox.handling.rows()[1].name


def test_what_was_filled_in_survives_the_program(bench: Workbench, case: CasePanel) -> None:
    fill_case(bench)
    values = form_of(case).values
    bench.desk.forms.flush()
    bench.settle()
    bench.desk.forms._cases.clear()
    again = bench.desk.forms.case(opened(bench, 0))
    assert again.begun
    assert again.values == values


def test_a_form_that_went_out_just_before_the_end_is_blank_again(bench: Workbench, case: CasePanel) -> None:
    fill_case(bench)
    form = form_of(case)
    form.save()
    bench.fake.run.run(form.command())
    bench.settle()
    bench.desk.forms._cases.clear()
    assert not bench.desk.forms.case(opened(bench, 0)).begun


def test_a_refused_case_says_why_and_comes_back_into_the_form(bench: Workbench, case: CasePanel, qtbot: QtBot) -> None:
    fill_case(bench)
    find(bench.window, QAbstractButton, "case_submit").click()
    row = next(one for one in bench.local.waiting().result() if isinstance(one.command, CreateCase))
    bench.local.note(row, refused(Reason.NOT_OWNER, name="Sari Utami")).result()
    qtbot.waitUntil(lambda: any(made.reason for made in form_of(case).made))
    assert next(made.reason for made in form_of(case).made if made.reason) == "Ditangani Sari Utami"
    find(bench.window, QAbstractButton, "made_correct").click()
    assert find(bench.window, QLineEdit, "case_subject").text() == "Internet mati"
    assert form_of(case).values.id != row.subject_id
    assert ("discard", row.command_id) in bench.fake.rest.noted


def test_the_customers_words_go_into_the_remark(bench: Workbench, case: CasePanel) -> None:
    words = form_of(case).customers_words()
    assert words
    find(bench.window, QAbstractButton, "case_insert_words").click()
    assert find(bench.window, QPlainTextEdit, "case_remark").toPlainText() == words


def test_only_leaves_of_the_level_can_be_chosen(bench: Workbench, case: CasePanel, ticket: TicketPanel) -> None:
    assert case.form is not None
    assert ticket.form is not None
    picker = find(bench.window, CascadePicker, "case_category_id")
    picker.set_value(catalogue.leaf(5)[0])
    assert [node.words for node in picker.path()] == list(catalogue.leaf(5)[1])
    lower = find(bench.window, CascadePicker, "ticket_category_id")
    lower.set_value(catalogue.leaf(3)[0])
    assert [node.words for node in lower.path()] == list(catalogue.leaf(3)[1])


def test_a_ticket_needs_its_group_and_is_medium_by_itself(bench: Workbench, ticket: TicketPanel) -> None:
    find(bench.window, QLineEdit, "ticket_subject").setText("Teknisi")
    find(bench.window, CascadePicker, "ticket_category_id").set_value(catalogue.leaf(3)[0])
    find(bench.window, QPlainTextEdit, "ticket_remark").setPlainText("Sabtu pagi")
    ticket.submit()
    assert not bench.fake.run.ran
    group = find(bench.window, ComboBox, "ticket_owner_group_id")
    group.setCurrentIndex(group.findData(catalogue.group_id(1)))
    ticket.submit()
    command = bench.fake.run.ran[-1]
    assert isinstance(command, CreateTicket)
    assert (command.owner_group_id, command.priority) == (catalogue.group_id(1), Priority.MEDIUM)


def test_documents_are_uploaded_only_while_connected(bench: Workbench, ticket: TicketPanel, tmp_path: Path) -> None:
    assert isinstance(ticket.form, TicketForm)
    path = tmp_path / "bukti.pdf"
    path.write_bytes(b"%PDF-")
    bench.fake.transfers.answer = Attachment(
        file_id=FileId("file"), name="bukti.pdf", media_type="application/pdf", size=5
    )
    ticket._documents.add_paths([str(path)])
    assert [file.name for file in ticket.form.values.attachments] == ["bukti.pdf"]
    bench.fake.link.become(LinkState.OFFLINE)
    assert not find(bench.window, QAbstractButton, "ticket_attach").isEnabled()
    assert find(bench.window, QLabel, "ticket_attach_reason").text() == "Dokumen diunggah hanya saat tersambung"
    ticket._documents.add_paths([str(path)])
    assert len(ticket.form.values.attachments) == 1
    find(bench.window, QAbstractButton, "ticket_detach").click()
    assert not ticket.form.values.attachments


def test_the_customer_stands_above_a_ticket(bench: Workbench, ticket: TicketPanel) -> None:
    said = [one.accessibleName() for one in ticket.whose.findChildren(QWidget)]
    assert any(name.startswith("Telepon: +62 812") for name in said)
    assert bench.desk.inbox.handling.rows()[0].name in ticket.whose.accessibleName()


def test_nothing_can_be_written_for_what_somebody_else_handles(bench: Workbench) -> None:
    waiting = bench.workspace.waiting[0]
    bench.open(Opened(waiting.conversation_id, InteractionId(waiting.id), waiting.customer_id))
    bench.settle()
    assert not bench.commands.qaction("work.create_case").isEnabled()
    assert bench.commands.qaction("work.create_case").toolTip() == "Ambil interaksi ini dahulu"
