"""Mails in the conversation: their subject, and the reader that loads nothing and opens nothing unasked."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QIODevice, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from omnix_desktop.cache.queries.thread import before
from omnix_desktop.models.mail_page import PagePicture
from omnix_desktop.models.telephone import Dials, TelephoneSettings
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.mails import Mails
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.mail_reader import MailReader
from omnix_desktop.ui.widgets.page_view import PageView
from omnix_protocol import scopes
from omnix_protocol.content import Call, CallState, Content, Mail
from omnix_protocol.ids import ConversationId, FileId, MessageId, file_id_of
from omnix_protocol.messages import Direction, Message
from tests.support.on_screen import button
from tests.support.scene import Moment
from tests.support.workbench import Workbench

HTML = (
    '<p>Yth. Nusantara, <b>tagihan</b> saya <a href="https://bank.example/x">https://bank.example</a></p>'
    '<p><img src="cid:part1.2"><img data-remote-src="https://track.example/p.gif"></p>'
)


def png(colour: str = "#3366cc", width: int = 40) -> bytes:
    image = QImage(width, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub knows bytes, the call takes text
    return bytes(buffer.data().data())


async def at_once(work: Callable[..., Any], /, *args: Any) -> Any:
    return work(*args)


def panel(bench: Workbench) -> ConversationPanel:
    found = bench.shell.panels["conversation"]
    assert isinstance(found, ConversationPanel)
    return found


def mails(bench: Workbench) -> Mails:
    made = Mails(bench.commands, panel(bench).links, panel(bench))
    made.apart = at_once
    return made


def opened(bench: Workbench, html: str = HTML) -> tuple[MailReader, Message, Mails]:
    """The newest message of the opened conversation is this mail, and its original is shown."""
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    entries = before(bench.engine.reader(), row.conversation_id, None, 9).entries
    last = [one for one in entries if isinstance(one, Message) and one.direction is Direction.IN][-1]
    mail = Mail(subject="Tagihan ganda", sender="dewi@mail.example", html_id=FileId("page"))
    changed = msgspec.structs.replace(last, version=last.version + 1, text="teksnya", content=Content(mail=mail))
    Moment(bench.engine).put([changed], scopes.conversation(ConversationId(row.conversation_id)))
    bench.settle()
    bench.fake.transfers.held["page", False] = html.encode()
    bench.fake.transfers.held[file_id_of(MessageId(last.id), "part1.2"), False] = png()
    shown = mails(bench)
    item = bench.desk.thread.items.of(last.id)
    assert item is not None
    assert "original" in item.actions
    shown.show_original(last.id)
    assert shown.reader is not None
    return shown.reader, changed, shown


def colour_of(view: PageView, name: str) -> str:
    image = view.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name))
    assert isinstance(image, QImage)
    return image.pixelColor(0, 0).name()


def press(reader: QWidget, name: str) -> None:
    button(reader, name).click()


def test_the_mail_is_shown_with_its_own_pictures_and_asks_nobody_outside(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    assert "tagihan saya" in reader.view.toPlainText()
    assert colour_of(reader.view, "picture:0") == "#3366cc"
    assert colour_of(reader.view, "picture:1") == "#e6e8eb", "a grey stand-in"
    assert bench.fake.outside.asked == []
    assert reader.notice.text().startswith("1 gambar luar diblokir")


def test_the_words_below_a_mail_open_it_and_other_words_do_not(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio, "to_thread", at_once)
    reader, message, _ = opened(bench)
    reader.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    conversation = panel(bench)
    conversation.bubbles.action_clicked.emit(message.id, "call")
    assert bench.window.findChildren(MailReader) == []
    for _ in range(2):
        conversation.bubbles.action_clicked.emit(message.id, "original")
        (shown,) = bench.window.findChildren(MailReader)
        assert "tagihan saya" in shown.view.toPlainText()
        shown.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_pictures_from_outside_are_loaded_for_this_mail_when_asked(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    bench.fake.outside.held["https://track.example/p.gif"] = png("#cc3333")
    reader.load_wanted.emit()
    assert bench.fake.outside.asked == ["https://track.example/p.gif"]
    assert colour_of(reader.view, "picture:1") == "#cc3333"
    assert reader.notice.text() == ""
    again, _, _ = opened(bench)
    assert colour_of(again.view, "picture:1") == "#e6e8eb", "the next one asks anew"


def test_a_picture_that_cannot_be_loaded_is_said(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    reader.load_wanted.emit()
    assert reader.notice.text() == "1 gambar tidak dapat dimuat"


@pytest.mark.parametrize("name", ["https://track.example/a.png", "file:///etc/hostname", "/etc/hostname", "a.css", "x"])
def test_the_page_gives_nothing_that_was_not_handed_to_it(bench: Workbench, name: str) -> None:
    view = PageView(bench.window)
    view.setHtml(f'<link rel="stylesheet" href="{name}"><p><img src="{name}">x</p>')
    view.document().size()
    assert colour_of(view, name) == "#e6e8eb"
    assert view.loadResource(QTextDocument.ResourceType.StyleSheetResource.value, QUrl(name)) == b" "
    assert view.loadResource(QTextDocument.ResourceType.HtmlResource.value, QUrl(name)) == b" "


def test_a_link_opens_only_after_its_real_address_was_shown(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _, _ = opened(bench)
    went: list[str] = []
    asked: list[str] = []
    answers = [False, True]

    async def confirm(_title: str, sentence: str, _primary: str) -> bool:
        asked.append(sentence)
        return answers.pop(0)

    monkeypatch.setattr(bench.screens, "confirm", confirm)

    def launch(address: str) -> bool:
        went.append(address)
        return True

    monkeypatch.setattr(bench.screens, "launch", launch)
    reader.view.anchorClicked.emit(QUrl("https://b\u0430nk.example/x"))  # a Cyrillic letter
    assert went == []
    assert "xn--" in asked[0]
    reader.view.anchorClicked.emit(QUrl("https://bank.example/x"))
    assert went == ["https://bank.example/x"]
    reader.view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert len(asked) == 2, "nothing but the web, mail and the telephone"


@pytest.mark.parametrize(
    ("settings", "written", "address", "told"),
    [
        (TelephoneSettings(), "tel:0812%203456-7890", "tel:+6281234567890", ""),
        (TelephoneSettings(), "TEL:+62-812-3456-7890;ext=5", "tel:+6281234567890", ""),
        (TelephoneSettings(dials=Dials.SIP, domain="pbx.contoh.invalid"), "tel:101", "sip:101@pbx.contoh.invalid", ""),
        (TelephoneSettings(), "tel:*21*0899%23", "", "“*21*0899#” bukan nomor"),
        (TelephoneSettings(dials=Dials.OFF), "tel:101", "", "Menelepon dimatikan di komputer ini"),
    ],
)
def test_a_number_in_a_mail_is_called_like_every_number(
    bench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
    settings: TelephoneSettings,
    written: str,
    address: str,
    told: str,
) -> None:
    reader, _, _ = opened(bench)
    went: list[str] = []
    asked: list[str] = []
    said: list[str] = []

    async def confirm(_title: str, sentence: str, _primary: str) -> bool:
        asked.append(sentence)
        return True

    def launch(address: str) -> bool:
        went.append(address)
        return True

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    monkeypatch.setattr(bench.screens, "launch", launch)
    monkeypatch.setattr(bench.screens, "tell", lambda words, _tone="info": said.append(words))
    bench.desk.telephone.choose(settings)
    reader.view.anchorClicked.emit(QUrl(written))
    assert went == ([address] if address else [])
    assert all(address in sentence for sentence in asked)
    assert len(asked) == len(went), "what cannot be called is not asked"
    assert [words.startswith(told) for words in said] == ([True] if told else [])


def test_a_mail_that_cannot_be_shown_is_said_and_its_text_shown(bench: Workbench) -> None:
    reader, _, _ = opened(bench, "<b>x</b>" * 9000)
    assert reader.view.toPlainText() == "teksnya"
    assert "terlalu besar" in reader.notice.text()


def test_a_mail_that_cannot_be_fetched_is_said_and_its_text_shown(bench: Workbench) -> None:
    _, message, shown = opened(bench)
    bench.fake.transfers.held.clear()
    shown.show_original(message.id)
    assert shown.reader is not None
    assert shown.reader.view.toPlainText() == "teksnya"
    assert shown.reader.notice.text().startswith("Email tidak dapat diambil")


def test_words_are_found_around_the_end_and_what_is_not_there_is_said(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    line = reader.findChild(QLineEdit, "mail_find")
    assert line is not None
    line.setText("nusantara")
    for _ in range(2):
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert reader.view.textCursor().selectedText() == "Nusantara"
    assert reader.isVisible(), "Return in the search is no answer to the reader"
    line.setText("tidak ada ini")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert said(reader) == "Tidak ditemukan"
    reader.view.selectAll()
    assert "tagihan" in reader.view.textCursor().selectedText()


def said(reader: MailReader) -> str:
    label = reader.findChild(Label, "mail_found")
    assert label is not None
    return label.text()


def test_zoom_enlarges_the_letters(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    small = reader.view.document().defaultFont().pixelSize()
    press(reader, "mail_larger")
    press(reader, "mail_larger")
    assert reader.view.document().defaultFont().pixelSize() > small
    assert colour_of(reader.view, "picture:0") == "#3366cc", "its pictures stay"
    for _ in range(20):
        press(reader, "mail_smaller")
    assert reader.zoom == 0.75


def test_the_original_is_saved_where_the_user_says(bench: Workbench, tmp_path: Path) -> None:
    _, _, shown = opened(bench)
    bench.commands.start(shown.save_to(HTML, tmp_path / "surel.html"), "save")
    assert (tmp_path / "surel.html").read_text(encoding="utf-8") == HTML
    bench.commands.start(shown.save_to(HTML, tmp_path / "none" / "surel.html"), "save")  # said, nothing raised


def test_what_comes_after_the_reader_was_closed_is_left(bench: Workbench) -> None:
    reader, _, _ = opened(bench)
    reader.reject()
    reader.put_picture(PagePicture("picture:1", "remote").name, QImage())
    assert not reader.isVisible()


def test_the_subject_stands_in_the_header_and_in_the_inbox(bench: Workbench) -> None:
    row = bench.desk.inbox.handling.rows()[0]
    bench.open(row.opened)
    it = bench.desk.conversation.interaction
    assert it is not None
    changed = msgspec.structs.replace(it, version=it.version + 1, topic="Tagihan ganda bulan Mei")
    Moment(bench.engine).put([changed], scopes.agent(bench.desk.source.user_id))
    bench.settle()
    head = bench.desk.conversation.head
    assert head is not None
    assert head.topic == "Tagihan ganda bulan Mei"
    told = bench.desk.inbox.handling.of(row.key)
    assert told is not None
    assert told.topic == "Tagihan ganda bulan Mei"


def test_a_number_is_called_with_the_systems_program(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, message, _ = opened(bench)
    reader.reject()
    went: list[str] = []

    def launch(address: str) -> bool:
        went.append(address)
        return False

    monkeypatch.setattr(bench.screens, "launch", launch)
    call = Call(state=CallState.MISSED, number="+62 812-0000-0000")
    changed = msgspec.structs.replace(message, version=message.version + 1, content=Content(call=call))
    Moment(bench.engine).put([changed], scopes.conversation(message.conversation_id))
    bench.until(lambda: (item := bench.desk.thread.items.of(message.id)) is not None and item.actions == ("call",))
    panel(bench).bubbles.action_clicked.emit(message.id, "call")
    assert went == ["tel:+6281200000000"]
