"""What is done with one entry: offered by what the channel can, explained where not, asked of the server at once."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from shiboken6 import isValid

from omnix_desktop.cache.queries import composer as drafts
from omnix_desktop.cache.queries.thread import before
from omnix_desktop.models.edit_composer import EditComposer
from omnix_desktop.ports import OFFLINE, LinkState, Outcome
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.panels.conversation.strip import Strip
from omnix_desktop.ui.widgets.banners import Toast
from omnix_protocol import scopes
from omnix_protocol.content import ActKind, Reaction
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import AmendMessage, DeliveryState, Direction, Memo, Message, SendMessage
from tests.support.scene import Moment
from tests.support.workbench import Workbench

ALL = (ActKind.EDIT, ActKind.DELETE, ActKind.REACT)
COMMENTS = (*ALL, ActKind.HIDE, ActKind.UNHIDE)


def panel(bench: Workbench) -> ConversationPanel:
    found = bench.shell.panels["conversation"]
    assert isinstance(found, ConversationPanel)
    return found


def view(bench: Workbench) -> ComposerView:
    found = panel(bench).area.current()
    assert found is not None
    return found


def opened(bench: Workbench, row: int = 0, acts: tuple[ActKind, ...] = ALL, **able: object) -> ConversationId:
    """A conversation on a channel that can do this; its newest messages may still be changed."""
    shown = bench.desk.inbox.handling.rows()[row]
    it = next(one for one in bench.workspace.handled if one.conversation_id == shown.conversation_id)
    facts = bench.desk.catalogue.account(it.channel_account_id)
    assert facts is not None
    assert facts.channel is not None
    able = {"quotes": True, "edit_seconds": None, **able}
    channel = replace(facts.channel, version=facts.channel.version + 1,
                      capabilities=replace(facts.channel.capabilities, acts=acts, **able))  # fmt: skip
    Moment(bench.engine).put([channel], scopes.TENANT)
    bench.open(shown.opened)
    bench.until(lambda: bench.desk.conversation.channel == channel)
    return shown.conversation_id


def entries(bench: Workbench, key: ConversationId) -> list[Message]:
    page = before(bench.engine.reader(), key, None, 30).entries
    return [entry for entry in page if isinstance(entry, Message)]


def ours(bench: Workbench, key: ConversationId) -> Message:
    return next(one for one in reversed(entries(bench, key)) if one.state is DeliveryState.READ)


def theirs(bench: Workbench, key: ConversationId) -> Message:
    return next(one for one in reversed(entries(bench, key)) if one.direction is Direction.IN)


def change(bench: Workbench, message: Message, **fields: object) -> None:
    changed = replace(message, version=message.version + 1, **fields)
    Moment(bench.engine).put([changed], scopes.conversation(message.conversation_id))
    bench.until(lambda: bench.desk.thread.message(message.id) == changed)


def menu(bench: Workbench, key: str) -> dict[str, QAction]:
    """The entries of the menu by what they say."""
    panel(bench).bubbles.context_requested.emit(key, QPoint(50, 50))
    found = panel(bench).menu.menu
    assert found is not None
    shown = {action.text(): action for action in found.actions() if action.text()}
    found.hide()
    return shown


def toast(bench: Workbench) -> str:
    found = bench.window.findChild(Toast)
    assert found is not None
    return found.accessibleName()


def strip(bench: Workbench) -> str:
    found = view(bench).findChild(Strip)
    assert found is not None
    return found.accessibleName() if not found.isHidden() else ""


def test_what_the_channel_can_is_offered_and_the_rest_says_why(bench: Workbench) -> None:
    key = opened(bench)
    offered = menu(bench, ours(bench, key).id)
    assert [words for words, action in offered.items() if action.isEnabled()] == [
        "Balas pesan ini", "Beri reaksi", "Ubah", "Hapus", "Salin teks",
    ]  # fmt: skip
    offered = menu(bench, theirs(bench, key).id)
    assert not offered["Ubah"].isEnabled()
    assert offered["Ubah"].toolTip() == "Hanya pesan kita yang dapat diubah"
    assert "Sembunyikan komentar" not in offered


def test_what_the_channel_cannot_says_so(bench: Workbench) -> None:
    key = opened(bench, acts=(), quotes=False)
    offered = menu(bench, ours(bench, key).id)
    for words in ("Balas pesan ini", "Beri reaksi", "Ubah", "Hapus"):
        assert not offered[words].isEnabled()
        assert "tidak dapat melakukannya dari sini" in offered[words].toolTip()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"deleted_at": "now"}, "Pesan ini sudah ditarik"),
        ({"state": DeliveryState.FAILED}, "Pesan ini belum ada di kanal"),
        ({"at": "long ago"}, "tidak mengizinkannya lagi"),
    ],
)
def test_a_message_that_cannot_be_changed_any_more_says_why(
    bench: Workbench, fields: dict[str, object], why: str
) -> None:
    key = opened(bench, edit_seconds=600)
    message = ours(bench, key)
    moments = {"now": bench.workspace.now, "long ago": bench.workspace.now - timedelta(hours=2)}
    change(bench, message, **{name: moments.get(str(value), value) for name, value in fields.items()})
    edit = menu(bench, message.id)["Ubah"]
    assert not edit.isEnabled()
    assert why in edit.toolTip()


def test_without_a_connection_nothing_is_asked_and_it_says_so(bench: Workbench) -> None:
    key = opened(bench)
    bench.fake.link.become(LinkState.OFFLINE)
    bench.settle()
    offered = menu(bench, ours(bench, key).id)
    assert not offered["Hapus"].isEnabled()
    assert offered["Balas pesan ini"].isEnabled(), "a reply waits in the outbox"


def test_a_memo_can_only_be_copied(bench: Workbench) -> None:
    key = opened(bench)
    page = before(bench.engine.reader(), key, None, 30).entries
    memo = next(entry for entry in page if isinstance(entry, Memo))
    offered = menu(bench, memo.id)
    assert [words for words, action in offered.items() if action.isEnabled()] == ["Salin teks"]
    offered["Salin teks"].trigger()
    assert QGuiApplication.clipboard().text() == memo.text


def test_a_comment_is_hidden_and_shown(bench: Workbench) -> None:
    key = opened(bench, acts=COMMENTS, comments=True)
    comment = theirs(bench, key)
    menu(bench, comment.id)["Sembunyikan komentar"].trigger()
    change(bench, comment, hidden=True)
    menu(bench, comment.id)["Tampilkan komentar"].trigger()
    assert [(one.kind, one.message_id) for one in bench.fake.run.asked if isinstance(one, AmendMessage)] == [
        (ActKind.HIDE, comment.id),
        (ActKind.UNHIDE, comment.id),
    ]


def test_a_reaction_is_given_and_the_same_one_takes_it_back(bench: Workbench) -> None:
    key = opened(bench)
    message = theirs(bench, key)

    def press() -> None:
        inner = menu(bench, message.id)["Beri reaksi"].menu()
        next(action for action in inner.actions() if action.text().startswith("👍")).trigger()  # type: ignore[attr-defined]

    press()
    change(bench, message, reactions=(Reaction(emoji="👍", ours=True, at=bench.workspace.now),))
    press()
    asked = [one.emoji for one in bench.fake.run.asked if isinstance(one, AmendMessage)]
    assert asked == ["👍", ""]


def test_any_other_emoji_comes_from_the_picker(bench: Workbench) -> None:
    key = opened(bench)
    message = theirs(bench, key)
    inner = menu(bench, message.id)["Beri reaksi"].menu()
    inner.actions()[-1].trigger()  # type: ignore[attr-defined]
    picker = panel(bench).menu.picker
    assert picker is not None
    picker.picked.emit("🎉")
    assert [one.emoji for one in bench.fake.run.asked if isinstance(one, AmendMessage)] == ["🎉"]
    picker.close()


def test_deleting_asks_first(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    key = opened(bench)
    message = ours(bench, key)
    answers = [False, True]

    async def confirm(_title: str, _sentence: str, _primary: str) -> bool:
        return answers.pop(0)

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    menu(bench, message.id)["Hapus"].trigger()
    assert not bench.fake.run.asked
    menu(bench, message.id)["Hapus"].trigger()
    assert [one.kind for one in bench.fake.run.asked if isinstance(one, AmendMessage)] == [ActKind.DELETE]


def test_a_message_is_changed_in_the_place_of_the_reply_which_stays(bench: Workbench) -> None:
    key = opened(bench)
    bench.screens.focus_composer("reply")
    view(bench).editor.insertPlainText("balasan yang sedang ditulis")
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    assert view(bench).editor.toPlainText() == message.text
    assert strip(bench).startswith("Mengubah pesan")
    QTest.keyClicks(view(bench).editor, " (diperbaiki)")
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    (asked,) = [one for one in bench.fake.run.asked if isinstance(one, AmendMessage)]
    assert (asked.kind, asked.message_id, asked.text) == (ActKind.EDIT, message.id, f"{message.text} (diperbaiki)")
    assert view(bench).editor.toPlainText() == "balasan yang sedang ditulis"
    assert strip(bench) == ""
    assert not bench.fake.run.ran, "nothing was sent"


def test_escape_gives_the_change_up_and_the_reply_is_back(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[str] = []

    async def confirm(_title: str, sentence: str, _primary: str) -> bool:
        questions.append(sentence)
        return len(questions) > 1

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    key = opened(bench)
    bench.screens.focus_composer("reply")
    view(bench).editor.insertPlainText("balasan")
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    QTest.keyClicks(view(bench).editor, "x")
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Escape)
    assert view(bench).editor.toPlainText() == f"{message.text}x", "it asks first, and the answer was no"
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Escape)
    assert questions == ["Teks yang sudah diubah akan hilang; pesannya tetap seperti semula."] * 2
    bench.settle()
    assert view(bench).editor.toPlainText() == "balasan"
    assert not bench.fake.run.asked
    assert drafts.draft(bench.engine.reader(), key, f"edit {message.id}").text == ""


def test_a_change_that_was_not_begun_is_given_up_without_a_question(bench: Workbench) -> None:
    menu(bench, ours(bench, opened(bench)).id)["Ubah"].trigger()
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Escape)
    assert strip(bench) == ""


def test_a_change_goes_when_its_text_has_left_the_file_and_not_before(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened(bench)
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    QTest.keyClicks(view(bench).editor, "!")
    composer = view(bench).composer
    composer.flush()
    bench.settle()
    slow: Future[None] = Future()
    monkeypatch.setattr(composer, "_drafts", Slow(slow))
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    assert strip(bench) == "", "the server took it"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    told: list[object] = []
    composer.failed.connect(told.append)
    slow.set_exception(OSError("disk"))
    bench.settle()
    assert len(told) == 1
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(composer)


class Slow:
    """The file, when its writer has much to do."""

    def __init__(self, doing: Future[None]) -> None:
        self._doing = doing

    def save_draft(self, *_: object) -> Future[None]:
        return self._doing

    def leave_draft(self, _conversation_id: str) -> None: ...


def test_a_change_that_is_refused_goes_on_standing_there(bench: Workbench) -> None:
    key = opened(bench)
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    QTest.keyClicks(view(bench).editor, "!")
    bench.fake.run.answers[AmendMessage] = Outcome(refused=OFFLINE)
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    assert view(bench).editor.toPlainText() == f"{message.text}!"
    assert "mengubah pesan" in toast(bench)


def test_a_change_stays_with_its_conversation_and_through_the_programs_end(bench: Workbench) -> None:
    key = opened(bench)
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    QTest.keyClicks(view(bench).editor, " lagi")
    bench.open(bench.desk.inbox.handling.rows()[1].opened)
    assert not isinstance(view(bench).composer, EditComposer)
    bench.open(next(row for row in bench.desk.inbox.handling.rows() if row.conversation_id == key).opened)
    assert view(bench).editor.toPlainText() == f"{message.text} lagi"
    bench.desk.composers.flush()
    bench.settle()
    assert drafts.draft(bench.engine.reader(), key, f"edit {message.id}").text == f"{message.text} lagi"


def test_each_change_has_a_sheet_of_its_own_one_after_the_other(bench: Workbench) -> None:
    key = opened(bench)
    first, second = [one for one in entries(bench, key) if one.state is DeliveryState.READ][-2:]
    for message, stands in ((first, first.text), (second, second.text), (first, f"{first.text}!")):
        menu(bench, message.id)["Ubah"].trigger()
        bench.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert view(bench).editor.toPlainText() == stands
        QTest.keyClicks(view(bench).editor, "!")
        assert view(bench).composer.text == f"{stands}!"


def test_other_drafts_of_the_conversation_leave_a_change_alone(bench: Workbench) -> None:
    key = opened(bench)
    message = ours(bench, key)
    menu(bench, message.id)["Ubah"].trigger()
    heard: list[object] = []
    bench.engine.feed.subscribe(heard.append)
    bench.local.save_draft(key, "memo", "catatan", ()).result()
    bench.until(lambda: bench.desk.composers.memo(key).text == "catatan" and bool(heard))
    bench.settle()
    assert view(bench).editor.toPlainText() == message.text


def test_a_quote_is_sent_with_the_reply_and_stays_with_its_conversation(bench: Workbench) -> None:
    key = opened(bench)
    message = theirs(bench, key)
    menu(bench, message.id)["Balas pesan ini"].trigger()
    assert message.text[:20] in strip(bench)
    bench.open(bench.desk.inbox.handling.rows()[1].opened)
    assert strip(bench) == ""
    bench.open(next(row for row in bench.desk.inbox.handling.rows() if row.conversation_id == key).opened)
    assert message.text[:20] in strip(bench)
    bench.screens.focus_composer("reply")
    QTest.keyClicks(view(bench).editor, "baik")
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    (sent,) = [one for one in bench.fake.run.ran if isinstance(one, SendMessage)]
    assert (sent.text, sent.reply_to) == ("baik", message.id)
    assert strip(bench) == ""
    QTest.keyClicks(view(bench).editor, "lagi")
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    assert [one.reply_to for one in bench.fake.run.ran if isinstance(one, SendMessage)] == [message.id, None]


@pytest.mark.parametrize(
    "leave",
    [
        lambda shown: QTest.keyClick(shown.editor, Qt.Key.Key_Escape),
        lambda shown: shown.strip.closed.emit(),
    ],
)
def test_a_quote_can_be_given_up_and_the_text_stays(bench: Workbench, leave: Callable[[ComposerView], object]) -> None:
    key = opened(bench)
    menu(bench, theirs(bench, key).id)["Balas pesan ini"].trigger()
    QTest.keyClicks(view(bench).editor, "baik")
    leave(view(bench))
    assert strip(bench) == ""
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    assert [one.reply_to for one in bench.fake.run.ran if isinstance(one, SendMessage)] == [None]


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)],
)
def test_the_keyboard_opens_the_menu_of_its_row(bench: Workbench, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    opened(bench)
    bubbles = panel(bench).bubbles
    bubbles.setFocus()
    QTest.keyClick(bubbles, Qt.Key.Key_Up)
    asked: list[str] = []
    bubbles.context_requested.connect(lambda which, _point: asked.append(which))
    QTest.keyClick(bubbles, key, modifier)
    assert asked == [bubbles.rows.items[bubbles.current].key]
    shown = panel(bench).menu.menu
    assert shown is not None
    shown.hide()


def test_amending_is_for_the_owner_alone(bench: Workbench) -> None:
    key = opened(bench)
    it = next(one for one in bench.workspace.handled if one.conversation_id == key)
    other = msgspec.structs.replace(it, version=it.version + 1, owner_name="Sari", owner_id="another")
    Moment(bench.engine).put([other], scopes.conversation(key))
    bench.until(lambda: not bench.desk.conversation.mine)
    offered = menu(bench, ours(bench, key).id)
    assert not any(offered[words].isEnabled() for words in ("Beri reaksi", "Ubah", "Hapus"))
