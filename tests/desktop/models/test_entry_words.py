"""What a message says besides its text is said in words, in both languages."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from omnix_desktop.i18n import set_language, tr
from omnix_desktop.models.entry_words import amendment, body, head, last_line, mark, quote
from omnix_desktop.models.thread_items import entry_item, spoken
from omnix_protocol.content import (
    ActKind,
    Button,
    Call,
    CallState,
    ContactCard,
    Content,
    Location,
    Mail,
    Reaction,
    Source,
)
from omnix_protocol.ids import UserId, new_id
from omnix_protocol.messages import Amendment, DeliveryState, Direction, Message
from tests.support.samples import NOON, interaction, message


def said(**fields: Any) -> Message:
    return message(new_id(), 1, **{"text": "", **fields})


def test_a_place_is_said_with_an_address_that_can_be_opened() -> None:
    place = said(content=Content(location=Location(latitude=-6.2, longitude=106.8, name="Gerai")))
    assert body(place).splitlines() == [
        "Gerai",
        "https://www.openstreetmap.org/?mlat=-6.20000&mlon=106.80000#map=16/-6.20000/106.80000",
    ]


def test_a_row_says_in_words_what_was_no_text() -> None:
    row = interaction(last_shown_as="location")
    assert last_line(row) == "[lokasi]"
    assert last_line(replace(row, last_preview="Di sini")) == "Di sini"
    assert last_line(replace(row, last_shown_as="")) == ""


def test_cards_and_buttons_are_said_in_lines() -> None:
    card = ContactCard(name="Budi", phones=("+62811000",))
    content = Content(contacts=(card,), buttons=(Button(id="1", title="Ya"), Button(id="2", title="Tidak")))
    assert body(said(text="Pilih", content=content)).splitlines() == [
        "Pilih",
        "Budi · +62811000",
        "[ Ya ]",
        "[ Tidak ]",
    ]


@pytest.mark.parametrize(("shown_as", "words"), [("sticker", "[stiker]"), ("thing_of_2027", "[thing of 2027]")])
def test_what_is_no_text_is_named_and_what_is_unknown_keeps_its_name(shown_as: str, words: str) -> None:
    assert body(said(shown_as=shown_as)) == words


def test_a_message_taken_back_says_only_that() -> None:
    gone = said(text="Rahasia", deleted_at=NOON)
    assert body(gone) == tr("entries.deleted")
    assert entry_item(gone).faint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(source=Source(kind="story", text="Promo")), "Membalas cerita: Promo"),
        (Content(private=True), "Balasan pribadi"),
        (Content(mail=Mail(sender="sari@contoh.invalid", cc=("budi@contoh.invalid",))),
         "sari@contoh.invalid · tembusan budi@contoh.invalid"),
        (
            Content(
                call=Call(
                    state=CallState.ENDED, number="+62811", answered_at=NOON, ended_at=NOON + timedelta(seconds=187)
                )
            ),
            "Panggilan · +62811 · 3:07",
        ),
    ],
)  # fmt: skip
def test_the_head_says_where_it_comes_from(content: Content, words: str) -> None:
    assert head(said(content=content)) == words


def test_an_answer_shows_one_line_of_what_it_answers() -> None:
    asked = said(text="Kapan\nteknisi datang?")
    item = entry_item(said(text="Besok", direction=Direction.OUT), asked)
    assert item.quote == quote(asked) == "Pelanggan: Kapan teknisi datang?"
    assert "Kapan teknisi datang?" in spoken(item)


@pytest.mark.parametrize(
    ("state", "tone"),
    [(DeliveryState.ACCEPTED, "muted"), (DeliveryState.FAILED, "bad"), (DeliveryState.UNCERTAIN, "soon")],
)
def test_what_is_asked_of_the_channel_is_seen_until_it_is_made(state: DeliveryState, tone: str) -> None:
    asked = Amendment(kind=ActKind.EDIT, text="Besok", state=state, failure="too old", at=NOON, by=UserId("ayu"))
    words, shade = amendment(said(text="Bsok", amendment=asked))
    assert shade == tone
    assert tr("entries.act_edit") in words
    assert ("too old" in words) is (state is DeliveryState.FAILED)


def test_changed_and_hidden_stand_beside_the_time_and_reactions_are_spoken() -> None:
    shown = said(text="Halo", edited_at=NOON, hidden=True, reactions=(Reaction(emoji="👍", at=NOON),))
    assert mark(shown) == "disembunyikan · diubah"
    assert "👍" in spoken(entry_item(shown))


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        (timedelta(seconds=58), ""),
        (timedelta(minutes=-2), "dikirim {:%H:%M}"),  # its clock is ahead of ours
        (timedelta(minutes=1), "dikirim {:%H:%M}"),
        (timedelta(days=20), "dikirim 10 Feb {:%H:%M}"),
        (timedelta(days=400), "dikirim 26/01/2025 {:%H:%M}"),
    ],
)
def test_what_came_late_says_when_it_was_sent(earlier: timedelta, words: str) -> None:
    at = NOON - earlier
    assert mark(said(text="Halo", provider_at=at)) == words.format(at.astimezone())
    assert entry_item(said(text="Halo", provider_at=at)).at == NOON + timedelta(seconds=1)


def test_english_says_the_same() -> None:
    set_language("en")
    try:
        assert body(said(shown_as="sticker")) == "[sticker]"
        assert head(said(content=Content(private=True))) == "Private reply"
    finally:
        set_language("id")
