"""The caller log and the telephone: listed truthfully, called back and copied by hand and keyboard (F36)."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from omnix_desktop.models.telephone import Dials, TelephoneSettings
from omnix_desktop.ports import OFFLINE, LinkState
from omnix_desktop.ui.dialogs.telephone import TelephoneDialog
from omnix_desktop.ui.panels.calls import CallsPanel
from omnix_desktop.ui.panels.customer import CustomerPanel
from omnix_protocol.reports import CallLog, CallLogAnswer
from tests.support.on_screen import button, said, type_into
from tests.support.scene import Moment
from tests.support.scene_calls import QUEUE, log, ringing, set_line
from tests.support.workbench import Workbench

PAGE = log()


def shown(bench: Workbench, answer: object = PAGE) -> CallsPanel:
    bench.fake.ask.answers[CallLog] = answer
    QTest.keyClick(bench.window, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    bench.settle()
    panel = bench.shell.panels["calls"]
    assert isinstance(panel, CallsPanel)
    return panel


def empty(panel: CallsPanel) -> str:
    found = panel.findChild(QWidget, "calls_empty")
    assert found is not None
    return found.accessibleName() if found.isVisible() else ""


def test_calls_are_listed_and_the_chosen_one_called_back(bench: Workbench, went: list[str]) -> None:
    panel = shown(bench)
    spoken = panel.list.model().index(0, 0).data()
    assert spoken.startswith("Tak terjawab, Rina Kartika, +62 811-2222-0011, ")
    panel.list.selectRow(0)
    button(panel, "calls_back").click()
    assert went == ["tel:+6281122220011"]
    button(panel, "calls_copy").click()
    assert QGuiApplication.clipboard().text() == "+6281122220011"


def test_a_recording_is_heard_in_the_browser_where_there_is_one(bench: Workbench, went: list[str]) -> None:
    panel = shown(bench)
    panel.list.selectRow(0)
    assert not button(panel, "calls_listen").isVisible()
    panel.list.selectRow(2)
    button(panel, "calls_listen").click()
    assert went == ["https://rekaman.nusantara.invalid/1.mp3"]


def test_return_opens_the_conversation(bench: Workbench) -> None:
    panel = shown(bench)
    panel.list.selectRow(1)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    opened = bench.desk.selection.opened
    assert opened is not None
    assert opened.conversation_id == PAGE.rows[1].conversation_id


def test_the_filter_asks_the_server_and_says_what_is_empty(bench: Workbench) -> None:
    panel = shown(bench)
    bench.fake.ask.answers[CallLog] = CallLogAnswer()
    panel.tabs.setCurrentIndex(1)
    asked = bench.fake.ask.asked[-1]
    assert isinstance(asked, CallLog)
    assert [state.value for state in asked.states] == ["missed", "dropped"]
    assert empty(panel) == "Tidak ada panggilan tak terjawab"
    panel.tabs.setCurrentIndex(2)
    assert bench.fake.ask.asked[-1] == CallLog(mine=True)
    assert empty(panel) == "Belum ada panggilan Anda"


def test_earlier_calls_come_below(bench: Workbench) -> None:
    panel = shown(bench, CallLogAnswer(rows=PAGE.rows[:4], more=True))
    bench.fake.ask.answers[CallLog] = CallLogAnswer(rows=PAGE.rows[4:])
    button(panel, "calls_older").click()
    assert panel.list.model().rowCount() == 6
    assert not button(panel, "calls_older").isVisible()


def test_what_could_not_be_fetched_is_said_and_tried_again(bench: Workbench) -> None:
    panel = shown(bench, OFFLINE)
    assert empty(panel) == "Panggilan tidak bisa diambil"
    assert "Tidak ada koneksi" in said(panel)
    bench.fake.ask.answers[CallLog] = PAGE
    button(bench.window, "calls_again").click()
    assert panel.list.model().rowCount() == 6
    assert empty(panel) == ""


def test_offline_what_is_here_stays_and_says_so(bench: Workbench) -> None:
    panel = shown(bench)
    bench.fake.link.become(LinkState.OFFLINE)
    assert panel.list.isVisible()
    assert any(words.startswith("Tanpa koneksi") for words in said(panel))
    bench.fake.link.become(LinkState.ONLINE)
    assert not any(words.startswith("Tanpa koneksi") for words in said(panel))


def test_offline_from_the_start_it_says_that_it_needs_the_connection(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    panel = shown(bench)
    assert empty(panel) == "Daftar panggilan perlu koneksi"
    assert not bench.fake.ask.asked


def test_a_call_that_begins_is_fetched(bench: Workbench, qtbot: object) -> None:
    assert qtbot
    shown(bench)
    moment: Moment = set_line(bench.engine)
    before = len(bench.fake.ask.asked)
    moment.put([ringing(1)], f"queue:{QUEUE}")
    bench.until(lambda: len(bench.fake.ask.asked) == before + 1)


# the customer's numbers


def profile(bench: Workbench) -> CustomerPanel:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    made = bench.shell.panels["customer"]
    assert isinstance(made, CustomerPanel)
    return made


def test_a_customers_number_is_called_by_return_and_by_its_shortcut(bench: Workbench, went: list[str]) -> None:
    panel = profile(bench)
    customer = bench.desk.customer.customer
    assert customer is not None
    link = button(panel, f"number_{customer.phones[0]}")
    assert link.accessibleName() == "Telepon +62 812-0000-0000"
    assert link.focusPolicy() is Qt.FocusPolicy.StrongFocus
    QTest.keyClick(link, Qt.Key.Key_Return)
    bench.commands.run("customer.call")
    assert went == [f"tel:{customer.phones[0]}"] * 2


def test_switched_off_numbers_are_text_that_can_be_copied(bench: Workbench, went: list[str]) -> None:
    panel = profile(bench)
    bench.desk.telephone.choose(TelephoneSettings(dials=Dials.OFF))
    (line,) = panel.profile.phones.lines
    assert isinstance(line, QLabel)
    line.customContextMenuRequested.emit(line.rect().center())
    menu = panel.profile.phones.menu
    assert menu is not None
    assert [one.text() for one in menu.actions()] == ["Salin nomor"]
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == "+6281200000000"
    bench.commands.run("customer.call")
    assert went == []


def test_without_a_program_for_it_that_is_said(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    profile(bench)
    told: list[str] = []
    monkeypatch.setattr(bench.screens, "launch", lambda _address: False)
    monkeypatch.setattr(bench.screens, "tell", lambda words, _tone="": told.append(words))
    bench.commands.run("customer.call")
    assert told == ["Tidak ada program di komputer ini yang membuka tel:+6281200000000"]


# the settings


def test_another_way_of_calling_is_chosen_and_kept(bench: Workbench, went: list[str]) -> None:
    dialog = TelephoneDialog(bench.place, bench.window)
    dialog.open()
    box = dialog.findChild(QComboBox, "telephone_dials")
    assert box is not None
    box.setCurrentIndex(1)
    dialog.submit()
    assert "Tulis nama sentral, misalnya pbx.contoh.co.id." in said(dialog)
    type_into(dialog, "telephone_domain", "pbx.nusantara.invalid")
    assert "Sebuah nomor menjadi sip:+6281100000001@pbx.nusantara.invalid" in said(dialog)
    type_into(dialog, "telephone_extension", "1o1")
    dialog.submit()
    assert dialog.isVisible()
    type_into(dialog, "telephone_extension", "101")
    dialog.submit()
    assert not dialog.isVisible()
    bench.settle()
    assert bench.desk.telephone.settings == TelephoneSettings(Dials.SIP, "pbx.nusantara.invalid", "101")
    assert b"pbx.nusantara.invalid" in (bench.desk.kept.remembered("telephone") or b"")
    profile(bench)
    bench.commands.run("customer.call")
    assert went == ["sip:+6281200000000@pbx.nusantara.invalid"]


def test_a_hidden_number_cannot_be_called(bench: Workbench) -> None:
    hidden = replace(PAGE.rows[0], call=replace(PAGE.rows[0].call, number=""), customer_name="")
    panel = shown(bench, CallLogAnswer(rows=(hidden,)))
    panel.list.selectRow(0)
    assert not button(panel, "calls_back").isEnabled()
    assert not button(panel, "calls_copy").isVisible()
