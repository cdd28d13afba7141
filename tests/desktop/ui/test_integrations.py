"""Other programs beside the conversation: filled with what is opened, put in order by administrators (F36)."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QUrl
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from omnix_desktop.i18n import set_language
from omnix_desktop.models.integrations import fault_words
from omnix_desktop.ports import LinkState, Outcome
from omnix_desktop.ui.dialogs.integration import IntegrationDialog
from omnix_desktop.ui.dialogs.integrations import IntegrationsDialog
from omnix_desktop.ui.panels.integrations import IntegrationsPanel
from omnix_protocol import scopes
from omnix_protocol.customers import Customer
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CustomerId, IntegrationId
from omnix_protocol.integrations import (
    AddIntegration,
    AddressFault,
    EditIntegration,
    Integration,
    OrderIntegrations,
    RemoveIntegration,
    filled,
)
from omnix_protocol.people import Role
from tests.support.on_screen import button, said
from tests.support.scene import Moment
from tests.support.scene_calls import integrations
from tests.support.workbench import Immediate, Workbench

CRM, BILLS, MAP, MAIL = integrations()


@pytest.fixture
def moment(bench: Workbench) -> Moment:
    made = Moment(bench.engine)
    made.put(integrations(), scopes.TENANT)
    bench.until(lambda: len(bench.desk.integrations.cards) == 4)
    return made


def panel(bench: Workbench) -> IntegrationsPanel:
    bench.screens.show_panel("integrations")
    made = bench.shell.panels["integrations"]
    assert isinstance(made, IntegrationsPanel)
    return made


def customer(bench: Workbench) -> Customer:
    found = bench.desk.customer.customer
    assert found is not None
    return found


@pytest.mark.usefixtures("moment")
def test_a_card_opens_with_the_opened_customer_filled_in(bench: Workbench, went: list[str]) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    shown = panel(bench)
    assert [card.text() for card in shown.cards.values()] == [
        "CRM pusat",
        "Tagihan",
        "Peta gangguan",
        "Surel pelanggan",
    ]
    shown.cards[CRM.id].click()
    phone = customer(bench).phones[0]
    assert went == [f"https://crm.nusantara.invalid/cari?tel=%2B{phone[1:]}"]
    bench.desk.selection.open(bench.desk.inbox.handling.rows()[1].opened)
    assert not shown.cards[CRM.id].isEnabled(), "nobody else's number goes out while the customer is on their way"
    bench.settle()
    shown.cards[CRM.id].click()
    assert went[1:] == [f"https://crm.nusantara.invalid/cari?tel=%2B{customer(bench).phones[0][1:]}"]
    assert went[1] != went[0]


def test_qt_changes_nothing_of_what_was_filled_in() -> None:
    odd = "../a&b=c?#é {customer.id}+%41"
    address = filled(
        "https://crm.nusantara.invalid/{customer.name}?n={customer.name}#{customer.name}", {"customer.name": odd}
    )
    assert QUrl(address).toString(QUrl.ComponentFormattingOption.FullyEncoded) == address


def test_nothing_is_opened_while_something_is_not_known(bench: Workbench, moment: Moment, went: list[str]) -> None:
    shown = panel(bench)
    assert not shown.cards[CRM.id].isEnabled()
    assert shown.cards[CRM.id].accessibleName() == "CRM pusat, Belum diketahui di sini: Telepon pelanggan"
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    known = customer(bench)
    moment.put([replace(known, version=known.version + 1, phones=())], scopes.customer(CustomerId(known.id)))
    bench.until(lambda: not shown.cards[CRM.id].isEnabled())
    assert shown.cards[MAP.id].isEnabled()
    shown.cards[CRM.id].click()
    assert went == []


def test_agents_are_offered_it_beside_the_customer_once_there_is_one(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    assert not button(bench.window, "customer_integrations").isVisible()
    Moment(bench.engine).put([CRM], scopes.TENANT)
    bench.until(lambda: button(bench.window, "customer_integrations").isVisible())
    bench.commands.refresh()
    button(bench.window, "customer_integrations").click()
    assert bench.shell.panels["integrations"].isVisible()
    assert not button(bench.window, "integrations_manage").isVisible(), "for administrators"


def test_what_was_removed_is_gone_from_the_screen(bench: Workbench, moment: Moment) -> None:
    shown = panel(bench)
    moment.put([replace(BILLS, version=2, active=False)], scopes.TENANT)
    bench.until(lambda: BILLS.id not in shown.cards)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "", "crm", "http://crm.invalid/", "https://a:b@crm.invalid/", "https://{customer.name}/",
        "https://crm.invalid/{", "https://crm.invalid/{customer.shoe}",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("themed")
def test_a_bad_address_gets_one_sentence_in_each_language(address: str, language: str) -> None:
    set_language(language)
    words = fault_words(address)
    assert words.endswith((".", "https://"))
    assert not words.startswith("integrations.")
    assert "{{" not in words


@pytest.mark.usefixtures("themed")
def test_every_fault_has_its_sentence() -> None:
    assert fault_words("https://crm.invalid/{customer.shoe}").startswith("Tidak ada isian {customer.shoe}")
    assert len(AddressFault) == 6


# the administrator


@pytest.fixture
def dialog(bench: Workbench, moment: Moment) -> Iterator[IntegrationsDialog]:
    assert [it.name for it in bench.desk.catalogue.integrations()][:1] == ["CRM pusat"], moment
    bench.fake.account.me = replace(bench.fake.account.me, role=Role.ADMINISTRATOR)
    made = IntegrationsDialog(bench.place, bench.window, Immediate("test"))
    made.open()
    yield made
    made.close()


def form(bench: Workbench, name: str, address: str) -> IntegrationDialog:
    made = IntegrationDialog(bench.place, bench.window, None, Immediate("test"))
    made.open()
    for line, words in (("integration_name", name), ("integration_address", address)):
        found = made.findChild(QLineEdit, line)
        assert found is not None
        found.setText(words)
    return made


def test_it_is_moved_up_and_down(bench: Workbench, dialog: IntegrationsDialog) -> None:
    assert not button(dialog, f"integration_up_{CRM.id}").isEnabled()
    button(dialog, f"integration_down_{CRM.id}").click()
    order = bench.fake.run.asked[-1]
    assert isinstance(order, OrderIntegrations)
    assert order.integration_ids == (BILLS.id, CRM.id, MAP.id, MAIL.id)


def test_the_keyboard_stays_on_what_is_moved(bench: Workbench, dialog: IntegrationsDialog, moment: Moment) -> None:
    def moved(name: str, *order: Integration) -> None:
        button(dialog, name).setFocus()
        now = {it.id: it for it in bench.desk.catalogue.integrations()}
        places = [replace(now[it.id], version=now[it.id].version + 1, place=at) for at, it in enumerate(order)]
        moment.put(places, scopes.TENANT)
        bench.until(lambda: [it.id for it in dialog._shown] == [it.id for it in order])
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the cards from before

    def held() -> str:
        focus = dialog.focusWidget()
        return focus.objectName() if isinstance(focus, QAbstractButton) else ""

    moved(f"integration_up_{MAP.id}", CRM, MAP, BILLS, MAIL)
    assert held() == f"integration_up_{MAP.id}"
    moved(f"integration_up_{MAP.id}", MAP, CRM, BILLS, MAIL)
    assert held() == f"integration_down_{MAP.id}", "higher it cannot go"
    button(dialog, f"integration_remove_{MAP.id}").setFocus()
    gone = next(it for it in bench.desk.catalogue.integrations() if it.id == MAP.id)
    moment.put([replace(gone, version=gone.version + 1, active=False)], scopes.TENANT)
    bench.until(lambda: len(dialog._shown) == 3)
    assert held() == "integration_add"


def test_it_asks_before_one_is_removed(
    bench: Workbench, dialog: IntegrationsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []

    async def confirm(_title: str, sentence: str, _primary: str) -> bool:
        questions.append(sentence)
        return len(questions) > 1

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    button(dialog, f"integration_remove_{CRM.id}").click()
    assert not bench.fake.run.asked
    button(dialog, f"integration_remove_{CRM.id}").click()
    assert bench.fake.run.asked == [RemoveIntegration(integration_id=IntegrationId(CRM.id))]
    assert "CRM pusat" in questions[0]


def test_a_refusal_stands_above_the_list(bench: Workbench, dialog: IntegrationsDialog) -> None:
    bench.fake.run.answers[OrderIntegrations] = Outcome(refused=refused(Reason.NOT_ENTITLED))
    button(dialog, f"integration_down_{CRM.id}").click()
    assert dialog.problem.text() == "Anda tidak berhak melakukan ini"


def test_offline_nothing_can_be_changed(bench: Workbench, dialog: IntegrationsDialog) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    assert not button(dialog, f"integration_edit_{CRM.id}").isEnabled()
    assert not button(dialog, "integration_add").isEnabled()


def test_a_bad_address_is_said_at_its_field_and_nothing_is_sent(bench: Workbench) -> None:
    made = form(bench, "CRM", "http://crm.nusantara.invalid/")
    assert "Hanya https yang boleh, dan http ke komputer ini (localhost)." in said(made)
    made.submit()
    assert made.isVisible()
    assert not bench.fake.run.asked
    made.close()


def test_what_it_opens_is_shown_before_it_is_saved(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    made = form(bench, " CRM ", "https://crm.nusantara.invalid/?tel={customer.phone}")
    assert "Membuka: https://crm.nusantara.invalid/?tel=%2B6281200000000" in said(made)
    made.submit()
    added = bench.fake.run.asked[-1]
    assert isinstance(added, AddIntegration)
    assert (added.name, added.address) == ("CRM", "https://crm.nusantara.invalid/?tel={customer.phone}")
    assert not made.isVisible()


@pytest.mark.usefixtures("moment")
def test_an_edit_names_what_was_seen_and_only_what_changed(bench: Workbench) -> None:
    made = IntegrationDialog(bench.place, bench.window, CRM, Immediate("test"))
    made.open()
    line = made.findChild(QLineEdit, "integration_name")
    assert line is not None
    line.setText("CRM lama")
    made.submit()
    assert bench.fake.run.asked == [
        EditIntegration(integration_id=IntegrationId(CRM.id), base_version=1, name="CRM lama")
    ]
