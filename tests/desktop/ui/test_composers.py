"""Promise 2 and 3 on the screen: text stays where its first character was typed, and survives."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.cache.queries import composer as drafts
from omnix_desktop.models.reply_composer import ReplyComposer
from omnix_desktop.ui.panels.conversation import ConversationPanel, sheets
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.banners import Toast
from omnix_desktop.ui.widgets.emoji_picker import EmojiPicker
from omnix_protocol import scopes
from omnix_protocol.ids import ConversationId, FileId, UserId
from omnix_protocol.messages import AddMemo, Attachment, Draft, SendMessage
from tests.support import cached_workspace
from tests.support.scene import Moment
from tests.support.workbench import Workbench, workbench


def composer(bench: Workbench) -> ComposerView:
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    return view


def open_row(bench: Workbench, place: int) -> ConversationId:
    row = bench.desk.inbox.handling.rows()[place]
    bench.open(row.opened)
    bench.screens.focus_composer("reply")
    return row.conversation_id


steps = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(0, 4)),
        st.tuples(st.just("type"), st.sampled_from(["a", "bc", " halo", "🙏"])),
        st.tuples(st.just("mode"), st.sampled_from(["reply", "memo"])),
        st.tuples(st.just("send"), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_text_belongs_to_the_conversation_of_its_first_character(
    bench: Workbench, steps: list[tuple[str, object]]
) -> None:
    order = [row.conversation_id for row in bench.desk.inbox.handling.rows()]
    for key in order:  # what an earlier example left
        bench.desk.composers.reply(key).sent()
        bench.desk.composers.memo(key).sent()
    bench.fake.run.ran.clear()
    at: str = open_row(bench, 0)
    mode = "reply"
    expected: dict[tuple[str, str], str] = {}
    decided: list[tuple[str, str, str]] = []
    for what, value in steps:
        if what == "open":
            row = bench.desk.inbox.handling.of_conversation(order[int(str(value))])
            assert row is not None
            bench.open(row.opened)
            at = order[int(str(value))]
            mode = composer(bench).composer.mode.value
        elif what == "mode":
            bench.screens.focus_composer(str(value))
            mode = str(value)
        elif what == "type":
            composer(bench).editor.insertPlainText(str(value))
            expected[at, mode] = expected.get((at, mode), "") + str(value)
        else:
            composer(bench).submit()
            text = expected.pop((at, mode), "")
            if text.strip():
                decided.append((at, mode, text.strip()))
            elif text:
                expected[at, mode] = text
    for (named, kind), text in expected.items():
        key = ConversationId(named)
        kept = bench.desk.composers.reply(key) if kind == "reply" else bench.desk.composers.memo(key)
        assert kept.text == text
    sent = [command for command in bench.fake.run.ran if isinstance(command, SendMessage | AddMemo)]
    kinds = {SendMessage: "reply", AddMemo: "memo"}
    assert [(command.conversation_id, kinds[type(command)], command.text) for command in sent] == decided


def test_a_draft_is_there_again_after_the_program_was_ended(tmp_path: Path, qtbot: QtBot, themed: Theme) -> None:
    workspace = cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)
    with workbench(workspace) as first:
        first.window.show()
        key = open_row(first, 1)
        QTest.keyClicks(composer(first).editor, "Baik, kami cek")
        qtbot.waitUntil(lambda: composer(first).wants_words() == "Draf tersimpan")
        assert drafts.draft(first.desk.source.reader, key, "reply").text == "Baik, kami cek"
    with workbench(workspace) as second:
        assert open_row(second, 1) == key
        assert composer(second).editor.toPlainText() == "Baik, kami cek"
        assert "Baik, kami cek" in [row.preview for row in second.desk.inbox.handling.rows()]


def test_files_of_a_draft_are_there_again_after_the_program_was_ended(
    tmp_path: Path, qtbot: QtBot, themed: Theme
) -> None:
    file = Attachment(file_id=FileId("f"), name="foto.png", media_type="image/png", size=9)
    workspace = cached_workspace.build(tmp_path, messages=60, handled=3, ended=1, unsent=False)
    with workbench(workspace) as first:
        first.window.show()
        open_row(first, 1)
        view = composer(first)
        assert isinstance(view.composer, ReplyComposer)
        view.composer.attach(file)
        qtbot.waitUntil(lambda: view.wants_words() == "Draf tersimpan")
    with workbench(workspace) as second:
        second.window.show()
        open_row(second, 1)
        qtbot.waitUntil(lambda: composer(second).findChildren(QWidget, "attachments")[0].isVisible())
        names = [label.text() for label in composer(second).findChildren(QLabel)]
        assert any("9 B" in name for name in names)


def test_a_file_on_its_way_comes_into_the_composer_it_was_chosen_for(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "KEPT", 1)
    file = Attachment(file_id=FileId("f"), name="foto.png", media_type="image/png", size=9)
    key = open_row(bench, 0)
    chosen = composer(bench).composer
    assert isinstance(chosen, ReplyComposer)
    chosen.upload_began()
    for place in (1, 2, 3):
        open_row(bench, place)
    chosen.upload_ended()
    chosen.attach(file)
    assert open_row(bench, 0) == key
    assert composer(bench).composer.attachments == (file,)


def test_another_text_on_the_other_computer_is_said(bench: Workbench, qtbot: QtBot) -> None:
    key = open_row(bench, 0)
    QTest.keyClicks(composer(bench).editor, "dari kantor")
    qtbot.waitUntil(lambda: composer(bench).wants_words() == "Draf tersimpan")
    other = Draft(id="d", version=1, conversation_id=key, mode="reply", text="dari rumah", at=bench.workspace.now)
    bench.local.share_drafts({(key, "reply"): other}, lambda _key, _text: True, fresh=False).result()
    bench.settle()
    assert composer(bench).editor.toPlainText() == "dari kantor"
    assert composer(bench).wants_words() == "Tersimpan di sini; di komputer Anda yang lain ada teks lain"
    join = bench.window.findChild(QAbstractButton, "draft_join") or pytest.fail("no way to the other text")
    assert join.isVisible()
    Moment(bench.engine).begin(scopes.drafts(UserId(bench.workspace.me.user_id)), other)
    bench.settle()
    join.click()
    qtbot.waitUntil(lambda: composer(bench).wants_words() == "Draf tersimpan")
    assert composer(bench).editor.toPlainText() == "dari kantor\ndari rumah"
    assert not join.isVisible()
    (offer,) = bench.local.share_drafts({(key, "reply"): other}, lambda _key, _text: False, fresh=False).result()
    assert (offer.text, offer.base_version) == ("dari kantor\ndari rumah", other.version)
    composer(bench).editor.undo()
    assert composer(bench).editor.toPlainText() == "dari kantor"


def test_reply_and_memo_are_two_texts(bench: Workbench, qtbot: QtBot) -> None:
    open_row(bench, 0)
    QTest.keyClicks(composer(bench).editor, "untuk pelanggan")
    bench.screens.focus_composer("memo")
    QTest.keyClicks(composer(bench).editor, "untuk rekan")
    assert composer(bench).objectName() == "composer_memo"
    bench.screens.focus_composer("reply")
    assert composer(bench).editor.toPlainText() == "untuk pelanggan"


def test_each_conversation_has_an_undo_history_and_a_cursor_of_its_own(bench: Workbench) -> None:
    first = open_row(bench, 0)
    editor = composer(bench).editor
    QTest.keyClicks(editor, "satu dua")
    QTest.keyClick(editor, Qt.Key.Key_Left)
    open_row(bench, 1)
    editor.undo()
    assert editor.toPlainText() == ""
    QTest.keyClicks(editor, "tiga")
    editor.undo()
    assert editor.toPlainText() == ""
    assert open_row(bench, 0) == first
    assert (editor.toPlainText(), editor.textCursor().position()) == ("satu dua", 7)
    editor.undo()
    assert editor.toPlainText() == ""
    assert bench.desk.composers.reply(first).text == ""


def test_an_emoji_that_is_being_chosen_is_not_put_into_another_conversation(bench: Workbench, qtbot: QtBot) -> None:
    open_row(bench, 0)
    composer(bench).emoji.click()
    (picker,) = bench.window.findChildren(EmojiPicker)
    open_row(bench, 1)
    assert not picker.isVisible()
    assert composer(bench).editor.toPlainText() == ""


def test_a_word_that_is_being_composed_stays_with_its_conversation(bench: Workbench) -> None:
    first = open_row(bench, 0)
    editor = composer(bench).editor
    QTest.keyClicks(editor, "halo ")
    QCoreApplication.sendEvent(editor, QInputMethodEvent("にほ", []))
    open_row(bench, 1)
    assert editor.toPlainText() == ""
    assert bench.desk.composers.reply(first).text == "halo にほ"
    open_row(bench, 0)
    assert editor.toPlainText() == "halo にほ"
    open_row(bench, 1)
    assert bench.desk.composers.reply(first).text == "halo にほ"


def test_return_where_nothing_may_be_sent_says_why_and_keeps_the_text(bench: Workbench) -> None:
    ended = bench.desk.inbox.history.rows()[0]
    bench.open(ended.opened)
    bench.screens.focus_composer("reply")
    view = composer(bench)
    QTest.keyClicks(view.editor, "masih di sini?")
    QTest.keyClick(view.editor, Qt.Key.Key_Return)
    (toast,) = bench.window.findChildren(Toast)
    assert toast.accessibleName() == str(view.composer.refusal(bench.workspace.now))
    assert view.editor.toPlainText() == "masih di sini?"
    assert not bench.fake.run.ran


def test_return_sends_and_shift_return_does_not(bench: Workbench, qtbot: QtBot) -> None:
    key = open_row(bench, 2)
    editor = composer(bench).editor
    QTest.keyClicks(editor, "satu")
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(editor, "dua")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    (command,) = bench.fake.run.ran
    assert isinstance(command, SendMessage)
    assert (command.conversation_id, command.text) == (key, "satu\ndua")
    assert editor.toPlainText() == ""
    qtbot.waitUntil(lambda: bench.desk.thread.items.rows()[-1].state == "queued")
    assert bench.desk.thread.items.rows()[-1].text == "satu\ndua"


def test_a_slash_offers_and_takes_a_quick_reply(bench: Workbench, qtbot: QtBot) -> None:
    open_row(bench, 0)
    view = composer(bench)
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    qtbot.waitUntil(view.editor.hasFocus)
    QTest.keyClicks(view.editor, "Bapak/Ibu ")
    assert not panel.area.menu.isVisible()
    QTest.keyClicks(view.editor, "/sal")
    assert panel.area.menu.isVisible()
    QTest.keyClick(view.editor, Qt.Key.Key_Escape)
    assert view.editor.toPlainText() == "Bapak/Ibu /sal"
    QTest.keyClicks(view.editor, " /sal")
    QTest.keyClick(view.editor, Qt.Key.Key_Return)
    assert view.editor.toPlainText().startswith("Bapak/Ibu /sal Selamat datang, Dewi Lestari")
    assert not bench.fake.run.ran


def test_a_channel_that_takes_no_files_says_so(bench: Workbench) -> None:
    for place, row in enumerate(bench.desk.inbox.handling.rows()):
        open_row(bench, place)
        allowed = row.channel_kind == "webchat"
        assert composer(bench).attach.isEnabled() is allowed
        assert ("tidak menerima lampiran" in composer(bench).attach.toolTip()) is not allowed


def test_a_full_disk_is_said_in_the_agents_words_and_the_text_stays(bench: Workbench) -> None:
    open_row(bench, 0)
    bench.engine.local.submit(lambda connection: connection.execute("PRAGMA max_page_count = 1")).result()
    composer(bench).editor.insert("x" * 200_000)
    composer(bench).composer.flush()
    bench.settle()
    (toast,) = bench.window.findChildren(Toast)
    told = "Disk komputer ini penuh. Kosongkan ruang agar tulisan Anda tersimpan. Teksnya tetap ada di kolom."
    assert toast.accessibleName() == told
    assert len(composer(bench).editor.toPlainText()) == 200_000
