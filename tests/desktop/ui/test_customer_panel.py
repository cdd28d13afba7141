"""The customer's dock: the unknown says so, edits go through the outbox, nobody's change is overwritten unseen."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.ports import LinkState
from omnix_desktop.ui.dialogs.journey_detail import JourneyDetailDialog
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_desktop.ui.panels.customer.panel import FORM, PROFILE
from omnix_protocol import scopes
from omnix_protocol.customers import Customer, EditCustomer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CustomerId, InteractionId
from omnix_protocol.reports import JourneyPage, JourneyPageAnswer, JourneyRow, ShownField, ShowNik
from tests.support.on_screen import find
from tests.support.scene import Moment
from tests.support.workbench import Workbench


@pytest.fixture
def panel(bench: Workbench) -> CustomerPanel:
    """The first conversation is open."""
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    made = bench.shell.panels["customer"]
    assert isinstance(made, CustomerPanel)
    return made


def known(bench: Workbench) -> Customer:
    customer = bench.desk.customer.customer
    assert customer is not None
    return customer


def changed_elsewhere(bench: Workbench, **fields: object) -> None:
    """A colleague's edit arrives."""
    card = bench.desk.customer.known
    assert card is not None
    newer = replace(card.customer, version=card.customer.version + 1, **fields)
    Moment(bench.engine).put([newer], scopes.customer(CustomerId(newer.id)))
    while bench.desk.customer.known is None or bench.desk.customer.known.customer != newer:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def page_of(panel: CustomerPanel) -> int:
    return panel._stack.currentIndex()


def test_a_field_that_is_not_known_says_so(bench: Workbench, panel: CustomerPanel) -> None:
    rows = bench.desk.inbox.handling.rows()
    without = next(row for row in rows if not _customer(bench, row.customer_id).emails)
    bench.open(without.opened)
    bench.settle()
    values = [one.accessibleName() for one in panel.profile.findChildren(QWidget) if one.accessibleName()]
    assert "Email: Belum diisi" in values


def _customer(bench: Workbench, customer_id: CustomerId) -> Customer:
    bench.open(next(r for r in bench.desk.inbox.handling.rows() if r.customer_id == customer_id).opened)
    return known(bench)


def test_an_edit_goes_through_the_outbox_and_is_shown_as_unsent(bench: Workbench, panel: CustomerPanel) -> None:
    before = known(bench)
    bench.commands.run("customer.edit")
    assert page_of(panel) == FORM
    find(bench.window, QAbstractButton, "customer_edit_phones_more").click()
    second = find(bench.window, QLineEdit, "customer_edit_phones_2")
    second.setText("0813 2222 0002")
    second.editingFinished.emit()
    assert second.text() == "+6281322220002"
    find(bench.window, QAbstractButton, "customer_save").click()
    bench.settle()
    assert page_of(panel) == PROFILE
    command = bench.fake.run.ran[-1]
    assert command == EditCustomer(
        customer_id=CustomerId(before.id), base_version=before.version, phones=(*before.phones, "+6281322220002")
    )
    assert known(bench).phones[-1] == "+6281322220002"
    assert "belum terkirim" in panel.profile._unsent.text()


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(bench: Workbench, panel: CustomerPanel) -> None:
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_emails_1").setText("bukan alamat")
    find(bench.window, QAbstractButton, "customer_save").click()
    assert page_of(panel) == FORM
    assert "bukan alamat email" in panel.form._fields["emails"].error()
    assert not bench.fake.run.ran


def test_a_form_that_was_begun_survives_the_window(bench: Workbench, panel: CustomerPanel) -> None:
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_name").setText("Dewi L. Santoso")
    bench.desk.forms.flush()
    bench.settle()
    first = bench.desk.forms.edit()
    bench.desk.forms._edits.clear()
    again = bench.desk.forms.edit()
    assert again is not None
    assert again is not first
    assert again.open
    assert again.mine.name == "Dewi L. Santoso"
    assert page_of(panel) == FORM


def test_another_customers_form_keeps_what_was_typed(bench: Workbench, panel: CustomerPanel) -> None:
    rows = bench.desk.inbox.handling.rows()
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_name").setText("Salah tempat")
    bench.open(rows[1].opened)
    assert page_of(panel) == PROFILE
    bench.open(rows[0].opened)
    assert page_of(panel) == FORM
    assert find(bench.window, QLineEdit, "customer_edit_name").text() == "Salah tempat"


@pytest.mark.parametrize("mine", [True, False])
def test_the_same_field_changed_elsewhere_asks(bench: Workbench, panel: CustomerPanel, mine: bool) -> None:
    version = known(bench).version
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_name").setText("Nama saya")
    changed_elsewhere(bench, name="Nama mereka", address="Jl. Baru 1")
    save = find(bench.window, QAbstractButton, "customer_save")
    assert not save.isEnabled()
    find(bench.window, QAbstractButton, "customer_conflict_mine" if mine else "customer_conflict_theirs").click()
    assert find(bench.window, QLineEdit, "customer_edit_name").text() == ("Nama saya" if mine else "Nama mereka")
    save.click()
    assert page_of(panel) == PROFILE
    if mine:
        assert bench.fake.run.ran[-1] == EditCustomer(
            customer_id=CustomerId(known(bench).id), base_version=version + 1, name="Nama saya"
        )
    else:
        assert not bench.fake.run.ran


def test_a_field_that_nobody_here_touched_follows(bench: Workbench, panel: CustomerPanel) -> None:
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_name").setText("Nama saya")
    changed_elsewhere(bench, address="Jl. Baru 1")
    edit = bench.desk.forms.edit()
    assert edit is not None
    assert not edit.conflict()
    assert edit.mine.address == "Jl. Baru 1"
    assert edit.mine.name == "Nama saya"
    assert page_of(panel) == FORM


def test_a_refused_edit_can_be_looked_at_and_decided_anew(bench: Workbench, panel: CustomerPanel, qtbot: QtBot) -> None:
    bench.commands.run("customer.edit")
    find(bench.window, QLineEdit, "customer_edit_name").setText("Nama saya")
    find(bench.window, QAbstractButton, "customer_save").click()
    row = next(one for one in bench.local.waiting().result() if isinstance(one.command, EditCustomer))
    changed_elsewhere(bench, name="Nama mereka")
    bench.local.note(row, refused(Reason.VERSION_CONFLICT, version=2)).result()
    qtbot.waitUntil(lambda: known(bench).name == "Nama mereka")
    assert "ditolak" in panel.profile._unsent.text()
    panel.profile._unsent.activated.emit()
    assert page_of(panel) == FORM
    edit = bench.desk.forms.edit()
    assert edit is not None
    assert edit.conflict() == ("name",)
    assert ("discard", row.command_id) in bench.fake.rest.noted


def test_the_nik_is_masked_until_it_is_asked_for(bench: Workbench, panel: CustomerPanel) -> None:
    changed_elsewhere(bench, nik="3273010101900001")
    assert "••••••••••••0001" in panel.profile._nik._value.text()
    bench.fake.ask.answers[ShowNik] = ShownField(value="3273010101900001")
    find(bench.window, QAbstractButton, "customer_nik_reveal").click()
    assert bench.fake.ask.asked[-1] == ShowNik(customer_id=CustomerId(known(bench).id))
    assert panel.profile._nik._value.text() == "3273010101900001"
    bench.open(bench.desk.inbox.handling.rows()[1].opened)
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    assert "•" in panel.profile._nik._value.text()
    bench.fake.link.become(LinkState.OFFLINE)
    assert not find(bench.window, QAbstractButton, "customer_nik_reveal").isEnabled()
    bench.commands.run("customer.edit")
    assert find(bench.window, QLineEdit, "customer_edit_nik").text() == ""
    edit = bench.desk.forms.edit()
    assert edit is not None
    assert edit.mine.nik == "3273010101900001"


def test_the_opened_customer_is_followed_and_the_last_one_let_go(bench: Workbench, panel: CustomerPanel) -> None:
    first = panel._desk.customer.customer_id
    bench.open(bench.desk.inbox.handling.rows()[1].opened)
    noted = bench.fake.rest.noted
    assert first is not None
    assert ("hold", scopes.customer(first)) in noted
    assert ("let_go", scopes.customer(first)) in noted


def test_the_journey_is_the_servers_and_what_is_here_meanwhile(bench: Workbench, panel: CustomerPanel) -> None:
    it = bench.workspace.handled[0]
    past = JourneyRow(
        interaction_id=InteractionId(bench.workspace.ended[0].id), conversation_id=it.conversation_id,
        channel_kind="webchat", channel_name="Situs", group_name="Backroom", at=it.created_at.replace(year=2025),
        status="resolved", cases=1,
        tickets=0, open_cases=0,
    )  # fmt: skip
    assert panel.journey.isVisible()
    count = bench.desk.journey.interactions.rowCount()
    bench.fake.ask.answers[JourneyPage] = JourneyPageAnswer(rows=(past,), total=7)
    panel.journey._ask()
    assert bench.desk.journey.interactions.rowCount() == count + 1
    assert panel.journey.tabs.tabText(0) == "Interaksi"
    assert bench.desk.journey.total == 7
    line = bench.desk.journey.interactions.rows()[-1]
    assert (line.title, line.by) == ("Situs", "Backroom")
    assert "1 kasus" in line.detail


def test_offline_the_journey_shows_what_is_here_and_says_so(bench: Workbench, panel: CustomerPanel) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    assert panel.journey._notice.text() == "Tidak ada koneksi: hanya yang ada di komputer ini."
    assert bench.desk.journey.interactions.rowCount()
    key = bench.desk.journey.interactions.rows()[0].key
    panel.journey.opened.emit(key)
    dialog = bench.window.findChild(JourneyDetailDialog)
    assert dialog is not None
    assert len(dialog.bubbles.rows) > 0
    dialog.accept()


def test_tickets_made_earlier_are_seen(bench: Workbench, panel: CustomerPanel) -> None:
    assert page_of(panel) == PROFILE
    with_ticket = next(row for row in bench.desk.inbox.handling.rows() if "tiket" in str(row.notes))
    bench.open(with_ticket.opened)
    bench.settle()
    line = bench.desk.journey.tickets.rows()[0]
    assert "Kunjungan teknisi" in line.title
    assert "oleh Anda" in line.detail
