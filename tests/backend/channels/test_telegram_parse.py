"""What Telegram tells us becomes what the agent sees; aiogram judges that our samples are Telegram's."""

import dataclasses
import json
from typing import Any

import msgspec
import pytest
from aiogram.types import Update
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels.base import Unreadable, WebhookRequest
from backend.channels.telegram import Telegram, webhook_secret
from omnix_protocol.content import ContactCard, Content, Location
from omnix_protocol.ids import derived_id
from omnix_protocol.messages import ReceiveMessage, RecordReaction
from tests.backend.channels.conftest import TOKEN, telegram_account
from tests.simulators.telegram import Person

CHANNEL = Telegram()
ACCOUNT = telegram_account()
SARI = Person(555, "Sari", "Wulandari", "sariw")
FILE = {"file_id": "f", "file_unique_id": "u"}
PHOTO = [FILE | {"width": 90, "height": 60}]


def update(kind: str = "message", **content: Any) -> dict[str, Any]:
    message = {"message_id": 7, "date": 1_750_000_000, "from": SARI.as_user(), "chat": SARI.as_chat()}
    return {"update_id": 42, kind: message | content}


def received(value: dict[str, Any]) -> ReceiveMessage:
    Update.model_validate(value)
    ((_, command),) = CHANNEL.parse(ACCOUNT, json.dumps(value).encode())
    assert isinstance(command, ReceiveMessage)
    return command


def test_messages_of_two_bots_that_count_alike_are_two() -> None:
    raw = json.dumps(update(text="Halo")).encode()
    other = dataclasses.replace(ACCOUNT, secrets={"token": "777:BB-another"})
    ((one, first),), ((two, second),) = CHANNEL.parse(ACCOUNT, raw), CHANNEL.parse(other, raw)
    assert one != two
    assert isinstance(first, ReceiveMessage)
    assert isinstance(second, ReceiveMessage)
    assert (first.provider_id, second.provider_id) == ("123456:555:7", "777:555:7")
    odd = dataclasses.replace(ACCOUNT, secrets={"token": "rahasia"})  # no part of it ever gets out
    ((_, command),) = CHANNEL.parse(odd, raw)
    assert isinstance(command, ReceiveMessage)
    assert command.provider_id == ":555:7"


def test_a_text_arrives_with_who_wrote_it() -> None:
    command = received(update(text="Halo, internet saya mati 😢"))
    assert (command.text, command.shown_as, command.provider_id) == ("Halo, internet saya mati 😢", "", "123456:555:7")
    assert (command.sender.address, command.sender.name, command.sender.handle) == ("555", "Sari Wulandari", "sariw")
    assert command.provider_at is not None
    assert command.provider_at.year == 2025


def test_a_repeat_is_the_same_command_and_an_edit_is_another_of_the_same_message() -> None:
    raw = json.dumps(update(text="Halo")).encode()
    edited = update("edited_message", text="Halo!", edit_date=1_750_000_060)
    Update.model_validate(edited)
    ((first, one),) = CHANNEL.parse(ACCOUNT, raw)
    ((again, _),) = CHANNEL.parse(ACCOUNT, raw)
    ((edit, other),) = CHANNEL.parse(ACCOUNT, json.dumps(edited).encode())
    assert first == again == derived_id(ACCOUNT.id, "message", "123456:555:7", "0")
    assert edit != first
    assert isinstance(one, ReceiveMessage)
    assert isinstance(other, ReceiveMessage)
    assert (one.provider_id, one.text, other.text) == (other.provider_id, "Halo", "Halo!")


@pytest.mark.parametrize(
    ("content", "shown_as", "text"),
    [
        ({"photo": PHOTO, "caption": "Lampu merah"}, "photo", "Lampu merah"),
        ({"photo": PHOTO}, "photo", ""),
        ({"voice": FILE | {"duration": 3}}, "voice", ""),
        ({"video": FILE | {"width": 1, "height": 1, "duration": 3}}, "video", ""),
        ({"document": FILE | {"file_name": "tagihan.pdf"}}, "document", ""),
        ({"location": {"latitude": -6.2, "longitude": 106.8}}, "location", ""),
        ({"contact": {"first_name": "Budi", "phone_number": "+62811000"}}, "contact", ""),
        ({"dice": {"emoji": "🎲", "value": 4}}, "dice", "🎲 4"),
        (
            {
                "sticker": FILE
                | {
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "👍",
                }
            },
            "sticker",
            "👍",
        ),
        (
            {
                "venue": {
                    "location": {"latitude": 1.0, "longitude": 2.0},
                    "title": "Gerai",
                    "address": "Jl. Melati 1",
                },
                "location": {"latitude": 1.0, "longitude": 2.0},
            },
            "venue",
            "Gerai, Jl. Melati 1",
        ),
        ({"text": "/start"}, "start", ""),
        ({"text": "/start promo"}, "start", "promo"),
        ({"something_of_next_year": {}}, "unsupported", ""),
    ],
)
def test_anything_else_is_shown_as_what_it_is(content: dict[str, Any], shown_as: str, text: str) -> None:
    command = received(update(**content))
    assert (command.shown_as, command.text) == (shown_as, text)


SIZES = [FILE | {"file_id": "small", "width": 9, "height": 6}, FILE | {"file_id": "big", "width": 90, "height": 60}]
PDF = FILE | {"file_name": "tagihan.pdf", "mime_type": "application/pdf"}


@pytest.mark.parametrize(
    ("content", "reference", "name", "media_type"),
    [
        ({"photo": SIZES}, "big", "foto.jpg", "image/jpeg"),
        ({"voice": FILE | {"duration": 3, "mime_type": "audio/ogg"}}, "f", "suara.ogg", "audio/ogg"),
        ({"document": PDF}, "f", "tagihan.pdf", "application/pdf"),
    ],
)
def test_a_file_is_named_and_fetched_later(content: dict[str, Any], reference: str, name: str, media_type: str) -> None:
    (file,) = received(update(**content)).media
    assert (file.reference, file.name, file.media_type) == (reference, name, media_type)


def test_a_place_and_a_card_are_what_they_are() -> None:
    place = {"latitude": 1.5, "longitude": 2.5}
    venue = received(update(venue={"location": place, "title": "Gerai", "address": "Jl. Melati 1"}, location=place))
    assert venue.content == Content(
        location=Location(latitude=1.5, longitude=2.5, name="Gerai", address="Jl. Melati 1")
    )
    card = received(update(contact={"first_name": "Budi", "phone_number": "+62811000"}))
    assert card.content == Content(contacts=(ContactCard(name="Budi", phones=("+62811000",)),))


def test_an_answer_names_what_it_answers() -> None:
    answered = {"message_id": 5, "date": 1_750_000_000, "chat": SARI.as_chat(), "text": "Kapan?"}
    assert received(update(text="Besok", reply_to_message=answered)).reply_to == "123456:555:5"


def test_a_pressed_button_is_a_choice() -> None:
    markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}, {"text": "Tidak", "callback_data": "n"}]]}
    below = {"message_id": 9, "date": 1_750_000_000, "chat": SARI.as_chat(), "text": "Setuju?", "reply_markup": markup}
    query = {"id": "77", "from": SARI.as_user(), "chat_instance": "1", "data": "n", "message": below}
    command = received({"update_id": 42, "callback_query": query})
    assert (command.text, command.reply_to) == ("Tidak", "123456:555:9")
    assert command.content == Content(chosen="n")


def test_a_reaction_comes_and_goes() -> None:
    def told(*emoji: str) -> RecordReaction:
        now = [{"type": "emoji", "emoji": one} for one in emoji]
        reaction = {"chat": SARI.as_chat(), "message_id": 9, "user": SARI.as_user(), "date": 1_750_000_000}
        value = {"update_id": 42, "message_reaction": reaction | {"old_reaction": [], "new_reaction": now}}
        Update.model_validate(value)
        ((_, command),) = CHANNEL.parse(ACCOUNT, json.dumps(value).encode())
        assert isinstance(command, RecordReaction)
        return command

    assert (told("👍").emoji, told("👍").provider_id, told().emoji) == ("👍", "123456:555:9", "")


def test_edits_are_in_the_order_of_their_time() -> None:
    edited = [received(update("edited_message", text="Halo", edit_date=1_750_000_000 + step)) for step in (60, 120)]
    assert received(update(text="Halo")).revision < edited[0].revision < edited[1].revision


@pytest.mark.parametrize(
    "value",
    [
        update(text="Halo semua", chat={"id": -100, "type": "supergroup", "title": "Warga"}),
        update("message", text="Saya bot", **{"from": SARI.as_user() | {"is_bot": True}}),
        {"update_id": 1, "callback_query": {"id": "1"}},
        {"update_id": 1, "something_of_next_year": {"a": 1}},
        update(pinned_message={"message_id": 1, "date": 0, "chat": SARI.as_chat()}),
    ],
)
def test_groups_bots_and_what_nobody_wrote_is_left_alone(value: dict[str, Any]) -> None:
    assert CHANNEL.parse(ACCOUNT, json.dumps(value).encode()) == []


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧‍👦" * 500,
        "مرحبا\u202e قلب",
        "nol\0di tengah",
        "\ud83d setengah",
        "a" * 1_000_000,
        "  ",
    ],
)
def test_any_text_becomes_one_that_everything_can_hold(text: str) -> None:
    ((_, command),) = CHANNEL.parse(ACCOUNT, json.dumps(update(text=text)).encode())
    assert isinstance(command, ReceiveMessage)
    command.text.encode()
    assert "\0" not in command.text
    assert len(command.text) <= 65_536
    if "\u200d" in text or "\u202e" in text:
        assert command.text == text


def test_half_a_letter_in_a_files_id_does_not_take_the_message_with_it() -> None:
    sticker = {"file_id": "berkas\ud83d", "set_name": "a"}
    ((_, command),) = CHANNEL.parse(ACCOUNT, json.dumps(update(text=None, sticker=sticker)).encode())
    assert msgspec.json.decode(msgspec.json.encode(command), type=ReceiveMessage) == command


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"update_id": 1, "message": 7}',
        b'{"message": {}}',
        b"[" * 200_000,
        json.dumps(update(text="Halo")).encode()[:-5],
        b'{"update_id": 1, "message": {"message_id": "x", "chat": {"id": 5}}}',
    ],
)
def test_what_is_not_telegrams_is_said_so_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r".{10,300}\."):
        CHANNEL.parse(ACCOUNT, raw)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.dictionaries(
        st.sampled_from(["text", "caption", "photo", "sticker", "contact", "location", "dice", "from", "chat", "date"]),
        _json,
        max_size=4,
    )
)
def test_no_content_however_odd_does_more_than_be_unreadable(content: dict[str, Any]) -> None:
    try:
        events = CHANNEL.parse(ACCOUNT, json.dumps(update(**content)).encode())
    except Unreadable:
        return
    for _, command in events:
        assert isinstance(command, ReceiveMessage)
        command.text.encode()


def test_only_the_right_secret_verifies() -> None:
    def verified(**headers: str) -> bool:
        return CHANNEL.verify(ACCOUNT, WebhookRequest(headers=headers, body=b"{}"))

    header = "x-telegram-bot-api-secret-token"
    assert verified(**{header: webhook_secret(TOKEN)})
    assert not verified(**{header: webhook_secret(TOKEN)[:-1]})
    assert not verified(**{header: "é"})
    assert not verified()
