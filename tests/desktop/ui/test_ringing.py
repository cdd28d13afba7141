"""A call that rings: seen at once, in nobody's way, gone by itself; whoever calls comes up by the keyboard (F36)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.models.telephone import TelephoneSettings
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.editor import Editor
from omnix_desktop.ui.widgets.call_card import CallCard
from omnix_protocol import scopes
from omnix_protocol.calls import LiveCall
from omnix_protocol.content import CallState
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import CustomerId
from tests.support.cached_workspace import NOW
from tests.support.scene import Moment
from tests.support.scene_calls import QUEUE, conversation_of, customer_of, ringing, set_line
from tests.support.workbench import Workbench

HERE = scopes.queue(QUEUE)


@pytest.fixture
def line(bench: Workbench) -> Moment:
    return set_line(bench.engine)


def cards(bench: Workbench) -> list[CallCard]:
    stack = bench.window.findChild(QWidget, "ringing")
    assert stack is not None
    return [one for one in stack.findChildren(CallCard) if one.isVisibleTo(bench.window)]


def ring(bench: Workbench, line: Moment, *calls: Interaction) -> None:
    before = len(bench.desk.ringing.calls)
    line.put(calls, HERE)
    bench.until(lambda: len(bench.desk.ringing.calls) == before + len(calls))


def goes_on(bench: Workbench, line: Moment, it: Interaction, **call: object) -> None:
    live = it.live_call
    assert live is not None
    over = call.get("state") in (CallState.MISSED, CallState.ENDED)
    now = None if over else LiveCall(message_id=live.message_id, call=replace(live.call, **call))
    before = bench.desk.ringing.calls
    line.put([replace(it, version=2, live_call=now)], HERE)
    bench.until(lambda: bench.desk.ringing.calls != before)


def test_it_says_who_on_which_line_and_for_how_long(bench: Workbench, qtbot: QtBot, line: Moment) -> None:
    ring(bench, line, ringing(1, name="Joko Susilo"))
    (card,) = cards(bench)
    said = card.accessibleName()
    assert said == (
        "Panggilan masuk, Joko Susilo, +62 813-5555-0001, Voice 1500 · +62 211-5001-23, "
        "Terakhir: 13 Mar · Telegram · Sari Utami"
    )
    assert bench.desk.ringing.calls[0].clock == "00:07"
    bench.clock[0] = NOW + timedelta(seconds=5)
    with qtbot.assertNotEmitted(bench.desk.ringing.changed):
        bench.desk.tick.beat()
    assert "00:12" in {one.text() for one in card.findChildren(QLabel)}
    assert cards(bench) == [card], "the same card goes on counting"


def test_it_takes_no_key_from_whoever_is_typing(bench: Workbench, line: Moment) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    editor = typing(bench)
    QTest.keyClicks(editor, "Baik ")
    ring(bench, line, ringing(1))
    assert QApplication.focusWidget() is editor
    QTest.keyClicks(editor, "Kak")
    assert editor.toPlainText() == "Baik Kak"
    assert not any(one.hasFocus() for one in cards(bench)[0].findChildren(QWidget))


@pytest.mark.parametrize("state", [CallState.MISSED, CallState.ANSWERED])
def test_it_goes_by_itself_when_it_is_over_or_taken_elsewhere(bench: Workbench, line: Moment, state: CallState) -> None:
    it = ringing(1)
    ring(bench, line, it)
    goes_on(bench, line, it, state=state, answered_at=NOW, extension="102")
    assert cards(bench) == []


def test_it_goes_when_a_colleague_takes_the_interaction(bench: Workbench, line: Moment) -> None:
    it = ringing(1)
    ring(bench, line, it)
    line.put([replace(it, version=2, status=Status.HANDLING, owner_id="colleague")], HERE)
    bench.until(lambda: not bench.desk.ringing.calls)


def test_what_my_telephone_takes_stays_until_it_is_over(bench: Workbench, line: Moment) -> None:
    bench.desk.telephone.choose(TelephoneSettings(extension="101"))
    it = ringing(1, name="Joko Susilo")
    ring(bench, line, it)
    goes_on(bench, line, it, state=CallState.ANSWERED, answered_at=NOW, extension="101")
    (card,) = cards(bench)
    assert card.accessibleName().startswith("Anda sedang menelepon, Joko Susilo")
    line.put([replace(it, version=3, live_call=None)], HERE)
    bench.until(lambda: not bench.desk.ringing.calls)


def test_put_away_while_it_rang_it_comes_once_more_when_taken_but_not_once_it_was_opened(
    bench: Workbench, line: Moment
) -> None:
    bench.desk.telephone.choose(TelephoneSettings(extension="101"))
    first, second = ringing(1, seconds=9), ringing(2)
    ring(bench, line, first, second)
    bench.commands.run("calls.dismiss")
    goes_on(bench, line, first, state=CallState.ANSWERED, answered_at=NOW, extension="101")
    assert [call.state for call in bench.desk.ringing.calls] == [CallState.ANSWERED, CallState.RINGING]
    for _ in range(2):
        bench.commands.run("calls.open")
    assert bench.desk.selection.opened is not None
    assert bench.desk.selection.opened.interaction_id == second.id
    turned: list[bool] = []
    bench.desk.ringing.turned.connect(lambda: turned.append(True))
    line.put([replace(second, version=2, live_call=_taken(second))], HERE)
    bench.until(lambda: bool(turned))
    assert bench.desk.ringing.calls == ()


def _taken(it: Interaction) -> LiveCall:
    live = it.live_call
    assert live is not None
    return replace(live, call=replace(live.call, state=CallState.ANSWERED, answered_at=NOW, extension="101"))


def test_several_stand_below_each_other_longest_first_and_the_rest_is_counted(bench: Workbench, line: Moment) -> None:
    ring(bench, line, *(ringing(number, name=f"Nomor {number}", seconds=number) for number in range(1, 6)))
    assert [call.who for call in bench.desk.ringing.calls][:3] == ["Nomor 5", "Nomor 4", "Nomor 3"]
    assert len(cards(bench)) == 3
    more = bench.window.findChild(QWidget, "ringing_more")
    assert more is not None
    assert more.accessibleName() == "2 lagi berdering"
    bench.commands.run("calls.dismiss")
    assert [call.who for call in bench.desk.ringing.calls] == ["Nomor 4", "Nomor 3", "Nomor 2", "Nomor 1"]


def test_put_away_it_stays_away_while_it_rings(bench: Workbench, line: Moment) -> None:
    it = ringing(1)
    ring(bench, line, it)
    close = cards(bench)[0].findChildren(QAbstractButton)
    next(one for one in close if one.objectName().startswith("call_dismiss_")).click()
    assert cards(bench) == []
    line.put([replace(it, version=2, unread=2)], HERE)
    bench.desk.tick.beat()
    assert cards(bench) == []


def test_by_keyboard_the_customer_comes_up_and_the_draft_stays(bench: Workbench, line: Moment) -> None:
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    bench.desk.composers.reply(row.conversation_id).typed("Sebentar ya Kak")
    it = ringing(1, name="Joko Susilo")
    ring(bench, line, it)
    bench.window.activateWindow()
    bench.settle()
    QTest.keyClick(bench.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    opened = bench.desk.selection.opened
    assert opened is not None
    assert (opened.interaction_id, opened.customer_id) == (it.id, it.customer_id)
    assert cards(bench) == []
    assert bench.desk.composers.reply(row.conversation_id).text == "Sebentar ya Kak"
    arrives(bench, line, it)
    assert bench.desk.forms.begun_edit() is None, "whoever has a name needs no form"


def arrives(bench: Workbench, line: Moment, it: Interaction) -> None:
    """What is followed once it is opened."""
    line.begin(scopes.conversation(it.conversation_id), conversation_of(it), it)
    line.begin(scopes.customer(CustomerId(it.customer_id)), *customer_of(it))
    bench.until(lambda: bench.desk.customer.customer is not None)


def test_whoever_has_no_name_yet_comes_up_with_the_form_and_their_number(bench: Workbench, line: Moment) -> None:
    it = ringing(42)
    ring(bench, line, it)
    bench.commands.run("calls.open")
    arrives(bench, line, it)
    edit = bench.desk.forms.begun_edit()
    assert edit is not None
    assert edit.open
    assert edit.mine.phones == ("+6281355550042",)


def typing(bench: Workbench) -> Editor:
    """The keyboard is in the composer of what is opened."""
    bench.screens.focus_composer("reply")
    bench.window.activateWindow()
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    return view.editor


def test_the_keyboard_goes_into_the_form_at_once_or_not_at_all(bench: Workbench, line: Moment) -> None:
    name = bench.window.findChild(QWidget, "customer_edit_name")
    assert name is not None
    for number, late in ((42, True), (43, False)):
        it = ringing(number)
        ring(bench, line, it)
        if not late:
            bench.open(bench.desk.ringing.calls[0].opened)
            arrives(bench, line, it)
            typing(bench)
        bench.commands.run("calls.open")
        if late:
            editor = typing(bench)
            arrives(bench, line, it)
            assert name.isVisible()
            assert QApplication.focusWidget() is editor
        assert name.isAncestorOf(QApplication.focusWidget() or bench.window) is not late


def test_a_form_that_was_left_open_takes_no_key_from_who_walks_by(bench: Workbench, line: Moment) -> None:
    first, second = bench.desk.inbox.handling.rows()[:2]
    bench.open(first.opened)
    bench.until(lambda: bench.desk.customer.customer is not None)
    bench.commands.run("customer.edit")
    name = bench.window.findChild(QWidget, "customer_edit_name")
    assert name is not None
    assert name.isVisible()
    bench.open(second.opened)
    editor = typing(bench)
    bench.open(first.opened)
    bench.settle()
    assert name.isVisible()
    assert not name.isAncestorOf(QApplication.focusWidget() or editor)


def test_a_profile_that_comes_late_opens_no_form_under_the_hands(bench: Workbench, line: Moment) -> None:
    it = ringing(42)
    ring(bench, line, it)
    bench.commands.run("calls.open")
    bench.clock[0] = NOW + timedelta(seconds=10)
    arrives(bench, line, it)
    assert bench.desk.forms.begun_edit() is None


def test_nothing_can_be_opened_while_nothing_rings(bench: Workbench) -> None:
    bench.commands.refresh()
    assert bench.commands.qaction("calls.open").toolTip() == "Tidak ada panggilan yang berdering"
