"""Where everybody reads what is written: it looks different, begins with whom it is for, and can be private."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from omnix_desktop.cache.queries import composer as drafts
from omnix_desktop.models.attach_words import attach_words
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_desktop.ui.panels.conversation.publicity import Publicity
from omnix_desktop.ui.theme import Theme
from omnix_protocol import scopes
from omnix_protocol.channels import Capabilities, MediaLimit
from omnix_protocol.content import Content
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import SendMessage
from tests.support.scene import Moment
from tests.support.workbench import Workbench

MENTION = "@dewi_lestari "


@pytest.fixture
def comments(bench: Workbench) -> Workbench:
    """The first conversation is a public thread; the keyboard is not in its composer yet."""
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    channel = bench.desk.conversation.channel
    assert channel is not None
    able = replace(channel.capabilities, comments=True, private_reply=True)
    changed = replace(channel, version=channel.version + 1, capabilities=able)
    Moment(bench.engine).put([changed], scopes.TENANT)
    bench.until(lambda: bench.desk.conversation.channel == changed and "publik" in publicity(bench))
    return bench


def view(bench: Workbench) -> ComposerView:
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    found = panel.area.current()
    assert found is not None
    return found


def write(bench: Workbench) -> None:
    """The keyboard is in the composer."""
    bench.screens.focus_composer("reply")
    bench.window.activateWindow()
    bench.until(lambda: view(bench).editor.hasFocus())


def publicity(bench: Workbench) -> str:
    found = view(bench).findChild(Publicity)
    assert found is not None
    return "" if found.isHidden() else found.accessibleName()


def key(bench: Workbench) -> ConversationId:
    found = bench.desk.thread.conversation_id
    assert found is not None
    return found


def send(bench: Workbench, words: str) -> SendMessage:
    QTest.keyClicks(view(bench).editor, words)
    QTest.keyClick(view(bench).editor, Qt.Key.Key_Return)
    sent = bench.fake.run.ran[-1]
    assert isinstance(sent, SendMessage)
    return sent


def turn(bench: Workbench) -> None:
    found = view(bench).findChild(QAbstractButton, "composer_private")
    assert found is not None
    found.click()


def test_a_public_comment_looks_different_and_begins_with_whom_it_is_for(comments: Workbench) -> None:
    assert publicity(comments).startswith("Komentar publik")
    write(comments)
    assert view(comments).editor.toPlainText() == MENTION
    assert view(comments).editor.accessibleName() == "Komentar publik"
    sent = send(comments, "sudah kami cek")
    assert (sent.text, sent.content) == (f"{MENTION}sudah kami cek", None)


def test_the_mention_alone_is_no_draft_and_is_not_sent(comments: Workbench) -> None:
    write(comments)
    QTest.keyClick(view(comments).editor, Qt.Key.Key_Return)
    assert not comments.fake.run.ran
    comments.open(comments.desk.inbox.handling.rows()[1].opened)
    comments.settle()
    first = comments.desk.inbox.handling.rows()[0].conversation_id
    assert drafts.draft(comments.engine.reader(), first, "reply").text == ""
    assert comments.desk.composers.reply(first).text == ""


def test_what_was_typed_and_taken_back_is_no_draft_either(comments: Workbench) -> None:
    write(comments)
    QTest.keyClicks(view(comments).editor, "x")
    comments.desk.composers.flush()
    QTest.keyClick(view(comments).editor, Qt.Key.Key_Backspace)
    comments.open(comments.desk.inbox.handling.rows()[1].opened)
    comments.settle()
    first = comments.desk.inbox.handling.rows()[0].conversation_id
    assert drafts.draft(comments.engine.reader(), first, "reply").text == ""


def test_a_private_reply_is_for_one_message(comments: Workbench) -> None:
    write(comments)
    turn(comments)
    assert publicity(comments).startswith("Balasan pribadi")
    assert view(comments).editor.toPlainText() == "", "nobody is mentioned in private"
    assert send(comments, "nomornya boleh?").content == Content(private=True)
    assert publicity(comments).startswith("Komentar publik")
    assert send(comments, "sudah dibalas").content is None


def test_what_was_written_stays_when_it_becomes_private(comments: Workbench) -> None:
    write(comments)
    QTest.keyClicks(view(comments).editor, "halo")
    turn(comments)
    assert view(comments).editor.toPlainText() == f"{MENTION}halo"
    turn(comments)
    assert publicity(comments).startswith("Komentar publik")


def test_an_ordinary_channel_has_none_of_it(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.screens.focus_composer("reply")
    assert publicity(bench) == ""
    assert view(bench).editor.toPlainText() == ""


def test_the_paperclip_says_what_the_channel_takes(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    assert "Paling besar 21 MB: gambar, PDF" in view(bench).attach.toolTip()


def test_limits_in_words(themed: Theme) -> None:
    assert not themed.tokens.dark
    assert attach_words(Capabilities(text_max=9)) == ""
    assert attach_words(Capabilities(text_max=9, attachments=True)) == "file apa saja"
    limits = (
        MediaLimit(types=("image/*",), max_bytes=5_000_000),
        MediaLimit(types=("video/*", "audio/*"), max_bytes=16_000_000),
    )
    able = Capabilities(text_max=9, attachments=True, attachments_max=10, media_limits=limits)
    assert attach_words(able) == "gambar sampai 5,0 MB · video, audio sampai 16 MB · 10 file dalam satu pesan"
