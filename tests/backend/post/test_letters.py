"""Letters in two languages: in the tenant's time, and nothing that others wrote becomes markup."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.post.reset_code import WORDS as RESET_WORDS
from backend.post.reset_code import reset_letter
from backend.post.transcript import WORDS, Talk, transcript_letter
from omnix_protocol.content import Content, Location
from omnix_protocol.ids import FileId
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Message
from tests.support.samples import message

EVENING = datetime(2026, 3, 1, 16, 59, tzinfo=UTC)  # a minute before midnight in Jakarta
MORNING = datetime(2026, 3, 1, 17, 1, tzinfo=UTC)


def said(position: int, text: str, at: datetime = EVENING, **more: Any) -> Message:
    return message("conversation", position, text=text, at=at, **more)


def answered(position: int, text: str, state: DeliveryState = DeliveryState.SENT, at: datetime = MORNING) -> Message:
    return said(position, text, at, direction=Direction.OUT, author_name="Ayu", state=state)


def talk(*messages: Message, locale: str = "id", time_zone: str = "Asia/Jakarta") -> Talk:
    return Talk("Nusa Jaya", 42, "Rina", messages, locale, time_zone)


def test_a_transcript_says_who_said_what_when_in_the_tenants_time() -> None:
    letter = transcript_letter(talk(said(1, "Halo"), answered(2, "Selamat pagi")), "rina@contoh.example")
    assert letter.to == "rina@contoh.example"
    assert letter.subject == "Transkrip percakapan Anda dengan Nusa Jaya (nomor 42)"
    first, second = letter.text.index("— Minggu, 1 Maret 2026 —"), letter.text.index("— Senin, 2 Maret 2026 —")
    assert first < letter.text.index("[23.59] Rina:\nHalo") < second < letter.text.index("[00.01] Ayu:\nSelamat pagi")
    assert "WIB (Asia/Jakarta)" in letter.text


def test_a_transcript_in_english_and_another_zone() -> None:
    letter = transcript_letter(talk(said(1, "Hello"), locale="en-GB", time_zone="Asia/Jayapura"), "a@b.example")
    assert letter.subject == "Transcript of your conversation with Nusa Jaya (number 42)"
    assert "Monday, 2 March 2026" in letter.text
    assert "[01:59] Rina:\nHello" in letter.text
    assert letter.language == "en"


def test_what_never_reached_the_customer_is_left_out() -> None:
    kept = answered(2, "sampai", DeliveryState.UNCERTAIN), answered(3, "gagal", DeliveryState.FAILED)
    taken_back = said(4, "salah tulis", deleted_at=MORNING)
    letter = transcript_letter(talk(said(1, "Halo"), *kept, taken_back), "a@b.example")
    assert "sampai" in letter.text
    assert "salah tulis" not in letter.text + letter.html
    assert "gagal" not in letter.text + letter.html


def test_attachments_are_named_and_other_kinds_are_told() -> None:
    file = Attachment(file_id=FileId("f"), name="nota <1>.pdf", media_type="application/pdf", size=1_530_000)
    letter = transcript_letter(talk(said(1, "", attachments=(file,)), said(2, "", shown_as="voice")), "a@b.example")
    assert "[Lampiran: nota <1>.pdf (1,5 MB)]" in letter.text
    assert "nota &lt;1&gt;.pdf" in letter.html
    assert "[pesan suara]" in letter.text
    place = Content(location=Location(latitude=-6.2, longitude=106.8, name="Kantor"))
    letter = transcript_letter(talk(said(1, "", shown_as="location", content=place)), "a@b.example")
    assert "[lokasi]\nKantor (-6.20000, 106.80000)" in letter.text


def test_a_customers_words_stay_words() -> None:
    hostile = "<script>alert(1)</script> & <a href='javascript:x'>klik</a>"
    letter = transcript_letter(talk(said(1, hostile, author_name="<b>Rina</b>\n[23.59] Ayu:")), "a@b.example")
    assert hostile in letter.text
    assert "<script" not in letter.html
    assert "<a " not in letter.html
    assert "<b>" not in letter.html
    assert "[23.59] <b>Rina</b> [23.59] Ayu::" in letter.text  # a name cannot begin a line of its own


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    assert "[16.59] Rina" in transcript_letter(talk(said(1, "Halo"), time_zone="Mars/Olympus"), "a@b.example").text


def test_an_interaction_without_messages_says_so() -> None:
    assert "Belum ada pesan." in transcript_letter(talk(), "a@b.example").text


@pytest.mark.parametrize(("locale", "words"), [("id", "berlaku 15 menit"), ("en", "good for 15 minutes")])
def test_a_code_is_easy_to_read_in_both_languages(locale: str, words: str) -> None:
    letter = reset_letter(to="a@b.example", name="<Ayu>", tenant="Nusa", code="01234567", minutes=15, locale=locale)
    assert "\n    0123 4567\n" in letter.text
    assert ">0123 4567<" in letter.html
    assert words in letter.text
    assert "&lt;Ayu&gt;" in letter.html


def test_both_languages_say_the_same_things() -> None:
    for words in (WORDS, RESET_WORDS):
        assert words["id"].keys() == words["en"].keys()
