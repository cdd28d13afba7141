"""A new mail (S3.22): written in a window of its own, kept until it went out, sent once."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.models.new_mail import NewMail
from omnix_desktop.ports import TIMED_OUT, LinkState, Outcome
from omnix_desktop.tasks import T, Tasks
from omnix_desktop.ui.widgets.banners import Banner, Toast
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.windows import WINDOWS
from omnix_desktop.ui.windows.new_mail import NewMailWindow
from omnix_protocol.channels import Capabilities, ChannelAccount
from omnix_protocol.conversations import PickedUp
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId, derived_id
from omnix_protocol.mails import WriteMail
from omnix_protocol.messages import Attachment
from tests.support.desktop_ports import outcome
from tests.support.on_screen import button, find
from tests.support.scene import Moment
from tests.support.scene_mails import set_mailboxes
from tests.support.workbench import Immediate, Workbench

ABLE = Capabilities(text_max=200, subject=True, attachments=True, attachment_max_bytes=1000)


def mailbox(bench: Workbench, *names: str) -> list[ChannelAccount]:
    """These mailboxes are served by the user's group."""
    accounts = set_mailboxes(bench.engine, *names, able=ABLE)
    bench.until(lambda: len(bench.desk.new_mail.mailboxes()) == len(names))
    bench.commands.refresh()
    return accounts


class Slow(Tasks):
    """A mail stays on its way until the test says what became of it."""

    def start(self, work: Coroutine[Any, Any, T], name: str) -> Any:
        self.work = work

    def end(self) -> None:
        Immediate("test").start(self.work, "send")


def window(bench: Workbench, qtbot: QtBot) -> NewMailWindow:
    made = NewMailWindow(bench.place, Immediate("test"))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    return shown(made, qtbot)


def shown(made: NewMailWindow, qtbot: QtBot) -> NewMailWindow:
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def close(made: NewMailWindow) -> None:
    """It is gone afterwards, as in the program."""
    made.close()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(made)


def press(made: QWidget, name: str) -> None:
    button(made, name).click()


def write(made: NewMailWindow, to: str = "siti@contoh.example", text: str = "Mohon konfirmasi.") -> None:
    QTest.keyClicks(made.lines["to"].line, to)
    QTest.keyClick(made.lines["to"].line, Qt.Key.Key_Return)
    QTest.keyClicks(find(made, QLineEdit, "new_mail_subject"), "Tagihan")
    QTest.keyClicks(find(made, QPlainTextEdit, "new_mail_text"), text)


def problem(made: NewMailWindow) -> str:
    banner = find(made, Banner, "new_mail_problem")
    assert isinstance(banner, Banner)
    return banner.text()


def picked(bench: Workbench) -> PickedUp:
    opened = bench.desk.inbox.handling.rows()[1].opened
    return PickedUp(
        interaction_id=opened.interaction_id, conversation_id=opened.conversation_id, customer_id=opened.customer_id
    )


def test_it_is_offered_to_who_serves_a_mailbox(bench: Workbench) -> None:
    button = find(bench.window, QAbstractButton, "interactions_new_mail")
    assert not button.isVisible()
    assert str(ACTIONS["mail.write"].refusal(bench.place)) == "Anda tidak melayani kotak email yang berfungsi"
    mailbox(bench, "cs")
    assert button.isVisible()
    assert ACTIONS["mail.write"].in_palette
    assert (ACTIONS["mail.write"].shortcut, WINDOWS["new_mail"]) == ("Ctrl+N", NewMailWindow)
    QTest.keyClick(bench.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    shown = [top for top in QApplication.topLevelWidgets() if isinstance(top, NewMailWindow) and top.isVisible()]
    assert len(shown) == 1
    bench.screens.close_windows()


def test_what_is_written_goes_out_and_its_conversation_opens(bench: Workbench, qtbot: QtBot) -> None:
    first, second = mailbox(bench, "cs", "penjualan")
    made = window(bench, qtbot)
    boxes = find(made, QComboBox, "new_mail_from")
    assert isinstance(boxes, QComboBox)
    assert boxes.isVisible()
    assert boxes.currentData() == first.id
    boxes.setCurrentIndex(1)
    boxes.activated.emit(1)
    press(made, "new_mail_copies")
    QTest.keyClicks(made.lines["cc"].line, "ani@contoh.example,")
    write(made)
    bench.fake.run.answers[WriteMail] = outcome(picked(bench))
    QTest.keyClick(made, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (command,) = bench.fake.run.asked
    assert isinstance(command, WriteMail)
    assert (command.channel_account_id, command.to, command.cc) == (
        second.id,
        ("siti@contoh.example",),
        ("ani@contoh.example",),
    )
    assert (command.subject, command.text) == ("Tagihan", "Mohon konfirmasi.")
    bench.settle()
    opened = bench.desk.selection.opened
    assert opened is not None
    assert opened.conversation_id == picked(bench).conversation_id
    assert not made.isVisible()
    assert not bench.desk.new_mail.begun


def test_a_mail_leaves_the_mailbox_that_it_was_begun_for_or_none(bench: Workbench, qtbot: QtBot) -> None:
    first, second = mailbox(bench, "cs", "penjualan")
    made = window(bench, qtbot)
    boxes = find(made, QComboBox, "new_mail_from")
    assert isinstance(boxes, QComboBox)
    write(made)
    Moment(bench.engine).put([msgspec.structs.replace(first, version=2, active=False)], "tenant")
    bench.until(lambda: len(bench.desk.new_mail.mailboxes()) == 1)
    assert (boxes.isVisible(), boxes.currentData()) == (True, None)
    assert str(bench.desk.new_mail.attach_refusal(bench.clock[0])).startswith("Kotak email yang dipilih")
    press(made, "new_mail_send")
    assert problem(made).startswith("Kotak email yang dipilih untuk email ini tidak lagi Anda layani")
    assert bench.fake.run.asked == []
    boxes.setCurrentIndex(0)
    boxes.activated.emit(0)
    bench.fake.run.answers[WriteMail] = outcome(picked(bench))
    press(made, "new_mail_send")
    (command,) = bench.fake.run.asked
    assert isinstance(command, WriteMail)
    assert command.channel_account_id == second.id


def test_a_single_mailbox_is_not_asked_for(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    assert not find(window(bench, qtbot), QComboBox, "new_mail_from").isVisible()


@pytest.mark.parametrize(
    ("to", "text", "why"),
    [
        ("", "Halo", "Isi alamat tujuan"),
        ("siti", "Halo", "Ini bukan alamat email: siti"),
        ("siti@contoh.example", "", "Belum ada yang ditulis"),
        ("siti@contoh.example", "x" * 201, "Terlalu panjang, paling banyak 200 karakter"),
    ],
)
def test_what_is_missing_is_said_and_nothing_goes_out(
    bench: Workbench, qtbot: QtBot, to: str, text: str, why: str
) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made, to, text)
    press(made, "new_mail_send")
    assert (problem(made), bench.fake.run.asked) == (why, [])


def test_what_was_refused_stays_and_is_said(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made)
    bench.fake.run.answers[WriteMail] = Outcome(refused=refused(Reason.LIMIT_REACHED, limit=8))
    press(made, "new_mail_send")
    assert problem(made) == "Batas 8 interaksi sudah tercapai"
    assert made.isVisible()
    assert bench.desk.new_mail.values.text == "Mohon konfirmasi."
    bench.fake.link.become(LinkState.OFFLINE)
    press(made, "new_mail_send")
    assert len(bench.fake.run.asked) == 1, "without a connection nothing is asked"


def test_a_mail_whose_answer_was_lost_is_the_same_mail_again(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made)
    bench.fake.run.answers[WriteMail] = Outcome(refused=refused(Reason.UNAVAILABLE))
    press(made, "new_mail_send")
    bench.fake.run.answers[WriteMail] = Outcome(refused=refused(Reason.ALREADY_EXISTS, type="Message"))
    press(made, "new_mail_send")
    first, second = bench.fake.run.asked
    assert isinstance(first, WriteMail)
    assert isinstance(second, WriteMail)
    assert first.message_id == second.message_id
    assert not made.isVisible()
    assert bench.desk.new_mail.values.id != first.message_id, "the next one is another mail"


def retype(made: NewMailWindow, words: str) -> None:
    text = find(made, QPlainTextEdit, "new_mail_text")
    assert isinstance(text, QPlainTextEdit)
    text.selectAll()
    QTest.keyClicks(text, words)


def send(bench: Workbench, made: NewMailWindow, answer: Refused) -> WriteMail:
    bench.fake.run.answers[WriteMail] = Outcome(refused=answer)
    press(made, "new_mail_send")
    command = bench.fake.run.asked[-1]
    assert isinstance(command, WriteMail)
    return command


def test_other_words_than_those_that_went_out_are_not_said_to_be_sent(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made, text="Tagihan Anda 10.000.")
    lost = send(bench, made, TIMED_OUT)
    retype(made, "Tagihan Anda 100.000.")
    second = send(bench, made, refused(Reason.ALREADY_EXISTS, type="Message"))
    assert second.message_id == lost.message_id, "while nobody knows what became of it, it is the same mail"
    assert problem(made).startswith("Email ini sudah pernah terkirim, mungkin dengan isi yang berbeda")
    assert made.isVisible()
    assert bench.desk.new_mail.values.text == "Tagihan Anda 100.000."
    third = send(bench, made, TIMED_OUT)
    assert third.message_id != lost.message_id, "sent again, it is a mail of its own"
    send(bench, made, refused(Reason.ALREADY_EXISTS, type="Message"))
    assert not made.isVisible(), "these words went out"


def test_a_wording_that_was_refused_is_none_that_went_out(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made, text="Satu")
    send(bench, made, refused(Reason.LIMIT_REACHED, limit=8))
    retype(made, "Dua")
    send(bench, made, TIMED_OUT)
    send(bench, made, refused(Reason.LIMIT_REACHED, limit=8))
    send(bench, made, refused(Reason.ALREADY_EXISTS, type="Message"))
    assert not made.isVisible()


def test_what_was_handed_over_is_known_after_the_program_ended(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made)
    send(bench, made, TIMED_OUT)
    desk = bench.desk
    bench.settle()
    left = NewMail(desk.channels, desk.kept, desk.catalogue, desk.root)
    assert left.values.handed
    assert left.values.handed == desk.new_mail.values.handed


def told(bench: Workbench) -> str:
    found = bench.window.findChild(Toast)
    assert found is not None
    return found.accessibleName()


@pytest.mark.parametrize("again", [False, True], ids=["closed", "opened again"])
def test_what_became_of_it_is_told_when_the_window_is_closed(bench: Workbench, qtbot: QtBot, again: bool) -> None:
    mailbox(bench, "cs")
    for answer in (Outcome(refused=refused(Reason.LIMIT_REACHED, limit=8)), outcome(picked(bench))):
        slow = Slow("slow")
        made = shown(NewMailWindow(bench.place, slow), qtbot)
        if not bench.desk.new_mail.begun:
            write(made)
        press(made, "new_mail_send")
        close(made)
        other = window(bench, qtbot) if again else None
        parts = [] if other is None else [find(other, QWidget, f"new_mail_{name}") for name in ("text", "discard")]
        assert not any(part.isEnabled() for part in parts), "it is still on its way"
        bench.fake.run.answers[WriteMail] = answer
        slow.end()
        if answer.refused is not None:
            assert told(bench) == "Batas 8 interaksi sudah tercapai"
            assert bench.desk.new_mail.values.text == "Mohon konfirmasi."
            assert all(part.isEnabled() for part in parts)
        else:
            assert told(bench).startswith("Email untuk siti@contoh.example sedang dikirim")
            assert other is None or not other.isVisible()
        if other is not None:
            other.close()


def test_a_window_that_is_gone_hears_nothing_of_the_draft(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    close(shown(NewMailWindow(bench.place, Immediate("test")), qtbot))
    with qtbot.captureExceptions() as exceptions:
        bench.desk.new_mail.failed.emit("disk penuh")
    assert exceptions == []


def test_a_draft_survives_the_window_and_the_program(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made)
    QTest.keyClick(made, Qt.Key.Key_Escape)
    bench.settle()
    again = window(bench, qtbot)
    assert again.lines["to"].values() == ("siti@contoh.example",)
    text = find(again, QPlainTextEdit, "new_mail_text")
    assert isinstance(text, QPlainTextEdit)
    assert text.toPlainText() == "Mohon konfirmasi."
    desk = bench.desk
    left = NewMail(desk.channels, desk.kept, desk.catalogue, desk.root)  # of the next life of the program
    assert left.values == desk.new_mail.values


def test_files_go_along_and_are_checked_before(bench: Workbench, qtbot: QtBot, tmp_path: Path) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made, text="")
    made.files._tasks = Immediate("test")
    (tmp_path / "rincian.pdf").write_bytes(b"%PDF")
    (tmp_path / "besar.pdf").write_bytes(b"x" * 2000)
    file = Attachment(file_id=FileId(derived_id("file")), name="rincian.pdf", media_type="application/pdf", size=4)
    bench.fake.transfers.answer = file
    made.files.add_paths([str(tmp_path / "rincian.pdf"), str(tmp_path / "besar.pdf")])
    assert [one.name for one in bench.desk.new_mail.attachments] == ["rincian.pdf"]
    bench.fake.run.answers[WriteMail] = outcome(picked(bench))
    press(made, "new_mail_send")
    (command,) = bench.fake.run.asked
    assert isinstance(command, WriteMail)
    assert (command.text, command.attachments) == ("", (file,))
    assert not bench.desk.new_mail.attachments


def test_throwing_it_away_asks_first(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    write(made)
    for key, left in ((Qt.Key.Key_Escape, True), (Qt.Key.Key_Return, False)):
        press(made, "new_mail_discard")
        asked = next(dialog for dialog in made.findChildren(QDialog) if dialog.isVisible())
        QTest.keyClick(asked if left else find(asked, QAbstractButton, "dialog_primary"), key)
        assert (bench.desk.new_mail.begun, made.isVisible()) == (left, left)
    assert msgspec.structs.astuple(bench.desk.new_mail.values)[1:] == ("", (), (), (), "", "", (), ())


def test_a_files_name_is_shown_whole_where_there_is_room(bench: Workbench, qtbot: QtBot) -> None:
    mailbox(bench, "cs")
    made = window(bench, qtbot)
    for number, name in enumerate(("bukti-pemasangan.pdf", "sangat-" * 30 + "panjang.pdf")):
        file = Attachment(file_id=FileId(str(number)), name=name, media_type="application/pdf", size=9)
        bench.desk.new_mail.attach(file)
    bench.settle()
    shown = [label.text() for label in made.files.findChildren(ElidedLabel)]
    assert shown[0] == "bukti-pemasangan.pdf"
    assert shown[1].endswith("…")
    assert made.files.width() <= made.width()
