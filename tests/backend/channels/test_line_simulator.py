"""The LINE simulator speaks LINE: line-bot-sdk, which nobody here wrote, reads its webhooks and works with its API."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    ImageMessage,
    MessagingApi,
    MessagingApiBlob,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhook import WebhookParser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators.line import LineSimulator
from tests.simulators.line_api import Person, user_id
from tests.simulators.mishaps import Fault
from tests.support.serving import serving

TOKEN, SECRET = "test-access-token", "test-channel-secret"
SITI = Person(user_id(1), "Siti Contoh")
RETRY_KEY = "123e4567-e89b-12d3-a456-426614174000"


@dataclass
class Doorstep:
    """A webhook that reads with line-bot-sdk what it gets."""

    kinds: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    refusals: int = 0

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = (await request.body()).decode()
        if self.refusals:
            self.refusals -= 1
            return Response(status_code=503)
        for event in WebhookParser(SECRET).parse(body, request.headers["x-line-signature"]):
            (self.repeats if event.delivery_context.is_redelivery else self.ids).append(event.webhook_event_id)
            self.kinds.append(event.message.type if event.type == "message" else event.type)
        return Response()


@pytest.fixture
async def line() -> AsyncIterator[tuple[LineSimulator, Doorstep, str]]:
    simulator, door = LineSimulator(dice=random.Random(7)), Doorstep()
    async with serving(simulator.app) as address, serving(door.app()) as hook:
        simulator.bot(TOKEN, SECRET).webhook = f"{hook}/"
        yield simulator, door, address
        await simulator.close()


def client(address: str) -> ApiClient:
    return ApiClient(Configuration(host=address, access_token=TOKEN))


async def test_every_webhook_is_one_of_lines(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, door, _ = line
    said = await simulator.write(TOKEN, SITI, "Halo 🙏")
    await simulator.write(TOKEN, SITI, "yang tadi", quoting=said["message"]["id"])
    for kind, media_type in (("image", "image/png"), ("video", "video/mp4"), ("audio", "audio/mp4"), ("file", "a/b")):
        await simulator.show(TOKEN, SITI, kind, b"...", media_type)
    await simulator.stick(TOKEN, SITI, keywords=["halo"])
    await simulator.be_at(TOKEN, SITI, -6.2, 106.8, title="Toko", address="Jl. Contoh 1")
    await simulator.unsend(TOKEN, SITI, said["message"]["id"])
    await simulator.follow(TOKEN, SITI)
    await simulator.press(TOKEN, SITI, "menu=1", date="2026-01-01")
    await simulator.unfollow(TOKEN, SITI)
    assert await simulator.bring(TOKEN)  # no event at all
    assert door.kinds == [
        "text", "text", "image", "video", "audio", "file", "sticker", "location", "unsend", "follow", "postback",
        "unfollow",
    ]  # fmt: skip


async def test_a_webhook_that_is_not_taken_comes_again_and_says_so(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, door, _ = line
    door.refusals = 1
    event = await simulator.write(TOKEN, SITI, "halo")
    assert (door.ids, door.repeats) == ([], [event["webhookEventId"]])


async def test_dice_decide_what_comes_twice_and_out_of_order(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, door, _ = line
    simulator.courier.duplicated, simulator.courier.reordered = 0.3, 0.3
    events = [(await simulator.write(TOKEN, SITI, f"nomor {n}"))["webhookEventId"] for n in range(30)]
    await simulator.courier.flush()
    assert sorted(door.ids) == sorted(events)
    assert door.ids != events
    assert 0 < len(door.repeats) < 30
    assert simulator.courier.repeats == len(door.repeats)


async def test_a_forged_webhook_is_none(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, _, _ = line
    await simulator.write(TOKEN, SITI, "halo")
    with pytest.raises(InvalidSignatureError):
        WebhookParser("another secret").parse(simulator.emitted[0].decode(), "c2lnbmF0dXJl")


async def test_the_sdk_replies_once_with_a_reply_token(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, _, address = line
    event = await simulator.write(TOKEN, SITI, "halo")
    answer = ReplyMessageRequest(
        replyToken=event["replyToken"],
        messages=[TextMessage(text="Halo, Kak", quoteToken=event["message"]["quoteToken"])],
    )

    def twice() -> None:
        with client(address) as api:
            sent = MessagingApi(api).reply_message(answer)
            assert sent.sent_messages[0].quote_token
            with pytest.raises(ApiException) as refused:
                MessagingApi(api).reply_message(answer)
            assert refused.value.status == 400
            assert b"Invalid reply token" in refused.value.body.encode()

    await asyncio.to_thread(twice)
    (sent,) = await simulator.replies(TOKEN, SITI)
    assert (sent.by, sent.message["text"]) == ("reply", "Halo, Kak")


async def test_a_reply_token_lives_a_short_time() -> None:
    now = 100.0
    simulator = LineSimulator(reply_seconds=60, clock=lambda: now)
    simulator.bot(TOKEN, SECRET)
    event = await simulator.write(TOKEN, SITI, "halo")
    now = 161.0
    body = {"replyToken": event["replyToken"], "messages": [{"type": "text", "text": "a"}]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://line") as http:
        answer = await http.post("/v2/bot/message/reply", json=body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.json()) == (400, {"message": "Invalid reply token"})
    await simulator.close()


async def test_the_sdk_pushes_once_for_a_retry_key(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, _, address = line
    image = ImageMessage(
        originalContentUrl="https://files.example/a.png", previewImageUrl="https://files.example/b.png"
    )
    request = PushMessageRequest(to=SITI.id, messages=[image])

    def twice() -> None:
        with client(address) as api:
            first = MessagingApi(api).push_message_with_http_info(request, RETRY_KEY)
            with pytest.raises(ApiException) as repeat:
                MessagingApi(api).push_message(request, RETRY_KEY)
            assert repeat.value.status == 409
            assert repeat.value.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]

    await asyncio.to_thread(twice)
    assert len(simulator.bot(TOKEN).sent) == 1


async def test_the_sdk_downloads_what_was_sent_once_it_is_ready(line: tuple[LineSimulator, Doorstep, str]) -> None:
    simulator, _, address = line
    event = await simulator.show(TOKEN, SITI, "video", b"\0video", "video/mp4", preparing=1)
    message_id = event["message"]["id"]

    def read() -> tuple[list[str], bytes, str, str]:
        with client(address) as api:
            blob, api_client = MessagingApiBlob(api), MessagingApi(api)
            states = [blob.get_message_content_transcoding_by_message_id(message_id).status for _ in range(2)]
            profile, info = api_client.get_profile(SITI.id), api_client.get_bot_info()
            return states, bytes(blob.get_message_content(message_id)), profile.display_name, info.user_id

    states, data, name, bot = await asyncio.to_thread(read)
    assert states == ["processing", "succeeded"]
    assert (data, name, bot) == (b"\0video", "Siti Contoh", simulator.bot(TOKEN).user_id)


@pytest.mark.parametrize(
    ("fault", "status", "reached"),
    [
        (Fault(429), 429, 0),
        (Fault(500), 500, 0),
        (Fault(500, after_work=True), 500, 1),
        (Fault(401), 401, 0),
    ],
)
async def test_faults_come_when_asked_for(
    line: tuple[LineSimulator, Doorstep, str], fault: Fault, status: int, reached: int
) -> None:
    simulator, _, address = line
    simulator.fail(TOKEN, "push", fault)

    def push() -> None:
        with client(address) as api, pytest.raises(ApiException) as refused:
            MessagingApi(api).push_message(PushMessageRequest(to=SITI.id, messages=[TextMessage(text="halo")]))
        assert refused.value.status == status

    await asyncio.to_thread(push)
    assert len(simulator.bot(TOKEN).sent) == reached
