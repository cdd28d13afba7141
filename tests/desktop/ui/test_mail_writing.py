"""Writing a mail: whom it goes to, copies, the subject; part of the draft of its conversation and of what is sent."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from omnix_desktop.models.mail_addresses import addresses_in
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.composer import ComposerView
from omnix_protocol import scopes
from omnix_protocol.content import Content, Mail, Topic
from omnix_protocol.messages import SendMessage
from tests.support.scene import Moment
from tests.support.workbench import Workbench


def opened(bench: Workbench, place: int = 0) -> ComposerView:
    """A conversation of mails."""
    row = bench.desk.inbox.handling.rows()[place]
    bench.open(row.opened)
    bench.screens.focus_composer("reply")
    composer = bench.desk.composers.reply(row.conversation_id)
    facts = composer.facts
    assert facts is not None
    assert facts.channel is not None
    able = msgspec.structs.replace(facts.channel.capabilities, subject=True)
    channel = msgspec.structs.replace(facts.channel, version=facts.channel.version + 1, capabilities=able)
    topic = Topic(title="Tagihan ganda")
    talk = msgspec.structs.replace(facts.conversation, version=facts.conversation.version + 1, topic=topic)
    moment = Moment(bench.engine)
    moment.put([channel], "tenant")
    moment.put([talk], scopes.conversation(row.conversation_id))
    bench.settle()
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    view.tell()
    return view


def copies(view: ComposerView) -> None:
    button = view.mail.findChild(QAbstractButton, "mail_copies")
    assert button is not None
    button.click()


def sent(bench: Workbench) -> SendMessage:
    command = bench.fake.run.ran[-1]
    assert isinstance(command, SendMessage)
    return command


def test_an_untouched_head_says_nothing_that_the_server_would_not(bench: Workbench) -> None:
    view = opened(bench)
    assert view.mail.isVisible()
    assert view.mail.subject.text() == "Re: Tagihan ganda"
    QTest.keyClicks(view.editor, "Baik")
    view.submit()
    assert sent(bench).content is None


def test_copies_and_a_subject_go_out_with_the_message_and_are_gone(bench: Workbench) -> None:
    view = opened(bench)
    copies(view)
    QTest.keyClicks(view.mail.cc.line, "andi@kantor.example")
    QTest.keyClick(view.mail.cc.line, Qt.Key.Key_Return)
    QTest.keyClicks(view.mail.cc.line, "budi@kantor.example,")
    QTest.keyClicks(view.mail.bcc.line, "arsip@kantor.example")
    QTest.keyClick(view.mail.bcc.line, Qt.Key.Key_Return)
    view.mail.subject.selectAll()
    QTest.keyClicks(view.mail.subject, "Selesai")
    QTest.keyClicks(view.editor, "Baik")
    view.submit()
    assert sent(bench).content == Content(
        mail=Mail(
            subject="Selesai",
            cc=("andi@kantor.example", "budi@kantor.example"),
            bcc=("arsip@kantor.example",),
        )
    )
    assert view.mail.cc.values() == ()
    view.editor.setFocus()
    view.tell()
    assert view.mail.subject.text() == "Re: Tagihan ganda"


def test_what_is_no_address_is_said_and_not_sent(bench: Workbench) -> None:
    view = opened(bench)
    copies(view)
    QTest.keyClicks(view.editor, "Baik")
    QTest.keyClicks(view.mail.cc.line, "andi@")
    QTest.keyClick(view.mail.cc.line, Qt.Key.Key_Return)
    assert view.mail.cc.values() == ()
    view.submit()
    assert bench.fake.run.ran == []
    why = view.composer.refusal(bench.desk.tick.now())
    assert str(why) == "Ini bukan alamat email: andi@"
    QTest.keyClicks(view.mail.cc.line, "kantor.example")
    QTest.keyClick(view.mail.cc.line, Qt.Key.Key_Return)
    view.submit()
    assert sent(bench).content == Content(mail=Mail(cc=("andi@kantor.example",)))


def test_a_head_stays_with_its_conversation_and_survives(bench: Workbench) -> None:
    view = opened(bench, 0)
    copies(view)
    QTest.keyClicks(view.mail.cc.line, "andi@kantor.example ")
    first = view.composer.conversation_id
    bench.settle()
    other = opened(bench, 1)
    assert other.mail.cc.values() == ()
    again = opened(bench, 0)
    assert again.mail.cc.values() == ("andi@kantor.example",)
    composers = bench.desk.composers
    composers.flush()
    bench.settle()
    kept = type(composers)(bench.desk.source, bench.local, bench.desk.catalogue, bench.desk.root)
    assert kept.reply(first).beside.mail.cc == ("andi@kantor.example",), "after the program was started again"


def test_a_chip_goes_with_its_cross_and_with_backspace(bench: Workbench) -> None:
    view = opened(bench)
    copies(view)
    QTest.keyClicks(view.mail.cc.line, "a@b.example c@d.example ")
    chip = view.mail.cc.findChild(QAbstractButton, "mail_cc_chip")
    assert chip is not None
    chip.click()
    assert view.mail.cc.values() == ("c@d.example",)
    QTest.keyClick(view.mail.cc.line, Qt.Key.Key_Backspace)
    assert view.mail.cc.values() == ()


def test_the_customers_words_are_quoted_on_demand(bench: Workbench) -> None:
    view = opened(bench)
    said = bench.desk.thread.last_said()
    assert said
    QTest.keyClicks(view.editor, "Baik")
    view.mail.quote_wanted.emit()
    first = said.splitlines()[0]
    assert view.editor.toPlainText().startswith(f"Baik\n\n> {first}")
    assert view.composer.text == view.editor.toPlainText()


def test_channels_without_subjects_show_nothing_of_it(bench: Workbench) -> None:
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    view = panel.area.current()
    assert view is not None
    assert not view.mail.isVisible()


@pytest.mark.parametrize(
    ("typed", "found", "wrong"),
    [
        ("a@b.example", ("a@b.example",), ""),
        ("a@b.example; c@d.example", ("a@b.example", "c@d.example"), ""),
        ("<a@b.example>", ("a@b.example",), ""),
        ('Andi S <a@b.example>, "Budi, K." <c@d.example>', ("a@b.example", "c@d.example"), ""),
        ("büdi@bücher.example, 用户@例子.example", ("büdi@bücher.example", "用户@例子.example"), ""),
        ("nobody", (), "nobody"),
        ("budi\u202e@x.example", (), "budi\u202e@x.example"),
        ("a@b.example x@", ("a@b.example",), "x@"),
        ("a@b.example\r\nBcc: x@y.example", ("a@b.example", "x@y.example"), ""),
        ("", (), ""),
    ],
)
def test_addresses_are_read_from_what_is_typed_or_pasted(typed: str, found: tuple[str, ...], wrong: str) -> None:
    assert addresses_in(typed) == (found, wrong)
