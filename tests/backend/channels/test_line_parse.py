"""LINE's webhooks become commands; what we read in them is what line-bot-sdk reads in the same bytes."""

import json
import random
from typing import Any

import pytest
from linebot.v3.webhook import WebhookParser

from backend.channels.base import AccountView, Unreadable, WebhookRequest
from backend.channels.line import Line
from omnix_protocol.content import Content, Location
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage
from tests.simulators.line import LineSimulator, signature
from tests.simulators.line_api import Person, user_id

TOKEN, SECRET = "test-access-token", "test-channel-secret"
CHANNEL = Line()
SITI = Person(user_id(1), "Siti Contoh")
ACCOUNT = AccountView(
    TenantId(new_id()),
    ChannelAccountId(new_id()),
    "line",
    secrets={"channel_secret": SECRET, "access_token": TOKEN},
)


@pytest.fixture
def simulator() -> LineSimulator:
    simulator = LineSimulator(dice=random.Random(3))
    simulator.bot(TOKEN, SECRET)
    return simulator


def hook(body: bytes, given: str) -> WebhookRequest:
    return WebhookRequest({"x-line-signature": given}, body)


def received(body: bytes) -> list[ReceiveMessage]:
    assert CHANNEL.verify(ACCOUNT, hook(body, signature(SECRET, body)))
    commands = [command for _, command in CHANNEL.parse(ACCOUNT, body)]
    assert all(isinstance(command, ReceiveMessage) for command in commands)
    return commands  # type: ignore[return-value]


def theirs(body: bytes) -> Any:
    """The first event, as line-bot-sdk reads it."""
    return WebhookParser(SECRET).parse(body.decode(), signature(SECRET, body))[0]


async def test_a_text_says_what_the_sdk_reads(simulator: LineSimulator) -> None:
    said = await simulator.write(TOKEN, SITI, "Halo 👩‍👩‍👧‍👦")
    await simulator.write(TOKEN, SITI, "yang ini", quoting=said["message"]["id"])
    first, second = simulator.emitted
    (command,), event = received(first), theirs(first)
    assert (command.text, command.provider_id) == (event.message.text, event.message.id)
    assert command.sender.address == event.source.user_id
    assert command.provider_at is not None
    assert int(command.provider_at.timestamp() * 1000) == event.timestamp
    assert (command.reply_handle, command.quote_handle) == (event.reply_token, event.message.quote_token)
    assert received(second)[0].reply_to == theirs(second).message.quoted_message_id == said["message"]["id"]


@pytest.mark.parametrize(
    ("kind", "shown_as", "media_type"),
    [("image", "photo", "image/jpeg"), ("video", "video", "video/mp4"), ("audio", "audio", "audio/mp4")],
)
async def test_media_is_named_and_fetched_later(
    simulator: LineSimulator, kind: str, shown_as: str, media_type: str
) -> None:
    await simulator.show(TOKEN, SITI, kind, b"...", "image/png")
    (body,) = simulator.emitted
    (command,) = received(body)
    (remote,) = command.media
    assert (command.shown_as, remote.reference, remote.media_type) == (shown_as, theirs(body).message.id, media_type)


async def test_a_file_keeps_its_name_and_size_and_an_outside_one_its_address(simulator: LineSimulator) -> None:
    await simulator.show(TOKEN, SITI, "file", b"12345", "application/pdf", fileName="Tagihan Maret.pdf")
    outside = {"type": "external", "originalContentUrl": "https://files.example/a.jpg", "previewImageUrl": "https://b"}
    await simulator.show(TOKEN, SITI, "image", b"", "image/jpeg", contentProvider=outside)
    file, picture = (received(body)[0].media[0] for body in simulator.emitted)
    assert (file.name, file.size) == ("Tagihan Maret.pdf", 5)
    assert picture.reference == "https://files.example/a.jpg"


async def test_stickers_places_and_buttons_are_shown_as_what_they_are(simulator: LineSimulator) -> None:
    await simulator.stick(TOKEN, SITI, keywords=["halo", "senang"])
    await simulator.be_at(TOKEN, SITI, -6.2, 106.8, title="Toko", address="Jl. Contoh 1")
    await simulator.press(TOKEN, SITI, "menu=2", date="2026-03-01")
    sticker, place, button = (received(body)[0] for body in simulator.emitted)
    assert (sticker.shown_as, sticker.text) == ("sticker", "halo, senang")
    there = Location(latitude=-6.2, longitude=106.8, name="Toko", address="Jl. Contoh 1")
    assert (place.shown_as, place.content) == ("location", Content(location=there))
    assert (button.content, button.text) == (Content(chosen="menu=2"), "2026-03-01")
    assert button.provider_id == theirs(simulator.emitted[2]).webhook_event_id


async def test_a_redelivered_event_is_the_same_command(simulator: LineSimulator) -> None:
    event = await simulator.write(TOKEN, SITI, "halo")
    again = json.dumps({"destination": "U", "events": [event | {"deliveryContext": {"isRedelivery": True}}]}).encode()
    assert CHANNEL.parse(ACCOUNT, simulator.emitted[0]) == CHANNEL.parse(ACCOUNT, again)


async def test_what_was_taken_back_is_deleted_and_stays_so(simulator: LineSimulator) -> None:
    said = await simulator.write(TOKEN, SITI, "salah kirim")
    await simulator.unsend(TOKEN, SITI, said["message"]["id"])
    first, second = (received(body)[0] for body in simulator.emitted)
    assert (second.provider_id, second.shown_as, second.text) == (first.provider_id, "deleted", "")
    assert second.revision > first.revision


async def test_nobody_wrote_anything_when_somebody_follows_or_the_address_is_tested(simulator: LineSimulator) -> None:
    await simulator.follow(TOKEN, SITI)
    await simulator.unfollow(TOKEN, SITI)
    await simulator.bring(TOKEN)
    assert [received(body) for body in simulator.emitted] == [[], [], []]


async def test_groups_are_none_of_our_business_and_unknown_kinds_are_shown(simulator: LineSimulator) -> None:
    event = await simulator.say(TOKEN, SITI, "hologram", beam="blue")
    (command,) = received(simulator.emitted[0])
    assert (command.shown_as, command.text) == ("unsupported", "hologram")
    group = event | {"source": {"type": "group", "groupId": "C1", "userId": SITI.id}}
    assert CHANNEL.parse(ACCOUNT, json.dumps({"destination": "U", "events": [group]}).encode()) == []


async def test_what_another_program_of_the_account_answers_calls_nobody(simulator: LineSimulator) -> None:
    event = await simulator.write(TOKEN, SITI, "halo")
    standby = json.dumps({"destination": "U", "events": [event | {"mode": "standby"}]}).encode()
    assert received(simulator.emitted[0])[0].quiet is False
    assert received(standby)[0].quiet is True


@pytest.mark.parametrize("given", ["", "c2lnbmF0dXJl", "ü", "sha256=abc"])
def test_a_forged_signature_is_none(given: str) -> None:
    assert not CHANNEL.verify(ACCOUNT, hook(b'{"destination":"U","events":[]}', given))


def test_an_account_without_a_secret_believes_nobody() -> None:
    bare = AccountView(ACCOUNT.tenant_id, ACCOUNT.id, "line")
    assert not CHANNEL.verify(bare, hook(b"{}", signature("", b"{}")))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"events": 1}',
        b'{"events": [1]}',
        b"[" * 100_000,
        b'{"events":[{"type":"message","source":{"type":"user"},"message":{"id":"1","type":"text"}}]}',
        b'{"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{"type":"text"}}]}',
        b'{"events":[{"type":"message","source":{"type":"user","userId":"U\\ud800"},"message":{"id":"1","type":"text"}}]}',
        b'{"events":[{"type":"unsend","source":{"type":"user","userId":"U1"},"unsend":{}}]}',
        b'{"events":[{"type":"postback","source":{"type":"user","userId":"U1"}}]}',
    ],
)
def test_what_is_no_webhook_of_line_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        CHANNEL.parse(ACCOUNT, raw)


@pytest.mark.parametrize(
    "odd",
    [
        {"text": None},
        {"text": ""},
        {"text": "\ud800\0"},
        {"type": None},
        {"type": "sticker", "keywords": [1, None]},
        {"type": "location", "latitude": "x", "longitude": True},
        {"type": "location", "latitude": 1e400, "longitude": 0},
        {"type": "file", "fileName": "x" * 999, "fileSize": -1},
        {"type": "image", "contentProvider": {"type": "external"}},
        {"quoteToken": "q" * 900, "text": "a"},
        {"quotedMessageId": 5, "text": "a"},
    ],
)
async def test_odd_content_of_a_message_is_still_a_message(simulator: LineSimulator, odd: dict[str, Any]) -> None:
    event = await simulator.write(TOKEN, SITI, "halo")
    strange = event | {"message": event["message"] | odd, "timestamp": 1e300, "replyToken": 7}
    ((_, command),) = CHANNEL.parse(ACCOUNT, json.dumps({"events": [strange]}).encode())
    assert isinstance(command, ReceiveMessage)
    assert command.text or command.shown_as
