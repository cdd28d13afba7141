"""The X simulator speaks X: X's own SDK (xdk) signs, calls and reads its API; webhooks have the documented form."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests
from oauthlib.oauth1 import Client as Signer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.mishaps import Fault
from tests.simulators.x import XSimulator
from tests.simulators.x_api import Account
from tests.simulators.x_words import Person
from tests.support.serving import serving

SITI = Person("3001969357", "Siti Contoh", "siti_contoh")


@dataclass
class Doorstep:
    """A webhook written after the documentation, not after our connector."""

    secret: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0
    refusals: int = 0
    passes: bool = True

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._crc), Route("/", self._take, methods=["POST"])])

    def _hash(self, body: bytes) -> str:
        return "sha256=" + base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest()).decode()

    async def _crc(self, request: Request) -> Response:
        token = request.query_params["crc_token"].encode()
        return JSONResponse({"response_token": self._hash(token) if self.passes else "sha256=wrong"})

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if self.refusals:
            self.refusals -= 1
            return Response(status_code=503)
        if request.headers["x-twitter-webhooks-signature"] != self._hash(body):
            self.forged += 1
        self.taken.append(json.loads(body))
        return Response()


@dataclass
class Scene:
    simulator: XSimulator
    account: Account
    door: Doorstep
    address: str
    hook: str

    async def sdk(self, work: Callable[[Any], Any], *, bearer: bool = False) -> Any:
        """In a thread, with OAuth 1.0a or with an app's bearer token."""
        from xdk import Client  # takes seconds: not while tests are collected
        from xdk.oauth1_auth import OAuth1

        keys = self.account.keys
        secrets = (keys.consumer_key, keys.consumer_secret, "oob", keys.access_token, keys.access_token_secret)
        client = (
            Client(base_url=self.address, bearer_token=keys.app_bearer)
            if bearer
            else Client(base_url=self.address, auth=OAuth1(*secrets))
        )
        try:
            return await asyncio.to_thread(work, client)
        finally:
            client.session.close()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    simulator = XSimulator(dice=random.Random(5))
    account = simulator.account("demo")
    door = Doorstep(account.keys.consumer_secret)
    async with serving(simulator.app) as address, serving(door.app()) as hook:
        simulator.base = address
        account.webhook = f"{hook}/"
        yield Scene(simulator, account, door, address, f"{hook}/")
        await simulator.close()


def dm(text: str = "", *media: str) -> dict[str, Any]:
    return {"text": text, "attachments": [{"media_id": one} for one in media]}


async def test_the_sdk_sends_a_message_and_the_webhook_tells_of_both_directions(scene: Scene) -> None:
    await scene.simulator.write(scene.account, SITI, "Halo 🙏")
    await scene.sdk(lambda x: x.direct_messages.create_by_participant_id(SITI.id, dm("Halo, Kak")))
    await scene.simulator.settled()
    (sent,) = await scene.simulator.replies(scene.account, SITI)
    assert (sent.text, sent.to) == ("Halo, Kak", SITI.id)
    senders = [one["direct_message_events"][0]["message_create"]["sender_id"] for one in scene.door.taken]
    assert senders == [SITI.id, scene.account.person.id]
    assert {one["for_user_id"] for one in scene.door.taken} == {scene.account.person.id}
    assert scene.door.taken[0]["users"][SITI.id]["screen_name"] == "siti_contoh"
    assert scene.door.forged == 0


async def test_a_picture_is_uploaded_whole_and_a_video_in_segments(scene: Scene) -> None:
    picture, video = b"\x89PNG picture", bytes(range(256)) * 2_000

    def send(x: Any) -> None:
        whole = {"media": base64.b64encode(picture).decode(), "media_category": "dm_image"}
        first = x.media.upload(whole).data.id
        x.direct_messages.create_by_participant_id(SITI.id, dm("gambar", first))
        begin = {"media_category": "dm_video", "media_type": "video/mp4", "total_bytes": len(video)}
        second = x.media.initialize_upload(begin).data.id
        for number, at in enumerate(range(0, len(video), 200_000)):
            piece = base64.b64encode(video[at : at + 200_000]).decode()
            x.media.append_upload(second, {"media": piece, "segment_index": number})
        assert x.media.finalize_upload(second).data.processing_info.state == "in_progress"
        with pytest.raises(requests.HTTPError):  # not before it is ready
            x.direct_messages.create_by_participant_id(SITI.id, dm("", second))
        states = [x.media.get_upload_status(second, command="STATUS").data.processing_info.state for _ in range(2)]
        assert states == ["in_progress", "succeeded"]
        x.direct_messages.create_by_participant_id(SITI.id, dm("", second))

    await scene.sdk(send)
    assert [one.media for one in scene.account.sent] == [picture, video]


async def test_a_mention_is_answered_in_its_thread_and_can_be_hidden(scene: Scene) -> None:
    mention = await scene.simulator.mention(scene.account, SITI, "@toko_demo kapan buka?")

    def answer(x: Any) -> str:
        body = {"text": "Besok", "reply": {"in_reply_to_tweet_id": mention.id}}
        post_id = x.posts.create(body).data.id
        assert x.posts.get_by_id(post_id, post_fields=["conversation_id"]).data.conversation_id == mention.id
        with pytest.raises(requests.HTTPError):  # a thread that somebody else began
            x.posts.hide_reply(mention.id, {"hidden": True})
        return str(post_id)

    answer_id = await scene.sdk(answer)
    await scene.simulator.settled()
    again = await scene.simulator.mention(scene.account, SITI, "@toko_demo oke", scene.simulator.posts[answer_id])
    assert again.conversation == mention.id
    told = [one["tweet_create_events"][0] for one in scene.door.taken]
    assert [one["in_reply_to_status_id_str"] for one in told] == [None, mention.id, answer_id]
    assert [one["user"]["id_str"] for one in told] == [SITI.id, scene.account.person.id, SITI.id]

    def moderate(x: Any) -> None:
        own = x.posts.create({"text": "Buka pukul 8"}).data.id
        reply = asyncio.run_coroutine_threadsafe(
            scene.simulator.mention(scene.account, SITI, "@toko_demo spam", scene.simulator.posts[own]), loop
        ).result(10)
        assert x.posts.hide_reply(reply.id, {"hidden": True}).data.hidden is True
        assert scene.simulator.hidden == {reply.id}
        assert x.posts.delete(own).data.deleted is True

    loop = asyncio.get_running_loop()
    await scene.sdk(moderate)


async def test_a_webhook_is_registered_with_a_challenge_and_a_subscription(scene: Scene) -> None:
    scene.account.webhooks.clear()
    created = await scene.sdk(lambda x: x.webhooks.create({"url": scene.hook}), bearer=True)
    await scene.simulator.write(scene.account, SITI, "belum langganan")
    assert scene.door.taken == []
    await scene.sdk(lambda x: x.account_activity.create_subscription(created.data.id, {}))
    await scene.simulator.write(scene.account, SITI, "sudah")
    assert len(scene.door.taken) == 1
    scene.door.passes = False
    await scene.sdk(lambda x: x.webhooks.validate(created.data.id), bearer=True)
    assert scene.account.webhook == ""
    with pytest.raises(requests.HTTPError):
        await scene.sdk(lambda x: x.webhooks.create({"url": f"{scene.hook}?2"}), bearer=True)


async def test_media_of_a_message_is_read_with_a_signature_only(scene: Scene) -> None:
    event = await scene.simulator.show(scene.account, SITI, "photo", b"\xff\xd8photo", "image/jpeg", "lihat")
    data = event["message_create"]["message_data"]
    url, keys = data["attachment"]["media"]["media_url_https"], scene.account.keys
    assert data["text"].endswith(data["entities"]["urls"][0]["url"])
    secrets = (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret)
    _, headers, _ = Signer(*secrets).sign(url)
    async with httpx.AsyncClient() as http:
        assert (await http.get(url)).status_code == 401
        assert (await http.get(url, headers=headers)).content == b"\xff\xd8photo"
        assert (await http.get(url, headers=headers)).status_code == 401  # a nonce is good once
        parts = "/".join(url.rsplit("/", 3)[1:])
        bearer = {"Authorization": f"Bearer {keys.user_bearer}"}
        assert (await http.get(f"{scene.address}/2/dm_conversations/media/{parts}", headers=bearer)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "sent"),
    [
        (Fault(429), 429, 0),
        (Fault(503), 503, 0),
        (Fault(500, after_work=True), 500, 1),
        (Fault(401), 401, 0),
        (Fault(502, garbage=True), 502, 0),
    ],
)
async def test_faults_come_when_asked_for(scene: Scene, fault: Fault, status: int, sent: int) -> None:
    scene.simulator.fail(scene.account, "dm", fault)
    with pytest.raises(requests.HTTPError) as refused:
        await scene.sdk(lambda x: x.direct_messages.create_by_participant_id(SITI.id, dm("halo")))
    answer = refused.value.response
    assert answer is not None
    assert (answer.status_code, len(scene.account.sent)) == (status, sent)
    if not fault.garbage:
        assert answer.headers["content-type"] == "application/problem+json"
    if status == 429:
        assert int(answer.headers["x-rate-limit-reset"]) > 1_700_000_000


async def test_a_user_who_takes_the_rights_away_is_told_and_nothing_works_any_more(scene: Scene) -> None:
    await scene.simulator.revoked(scene.account)
    assert scene.door.taken[0]["user_event"]["revoke"]["source"]["user_id"] == scene.account.person.id
    with pytest.raises(requests.HTTPError, match="401"):
        await scene.sdk(lambda x: x.direct_messages.create_by_participant_id(SITI.id, dm("halo")))


async def test_long_posts_come_cut_and_whole_and_webhooks_until_they_are_taken(scene: Scene) -> None:
    scene.door.refusals = 1
    await scene.simulator.mention(scene.account, SITI, "@toko_demo " + "panjang " * 50)
    await scene.simulator.read(scene.account, SITI, "1")
    post, receipt = scene.door.taken
    assert post["tweet_create_events"][0]["truncated"] is True
    assert post["tweet_create_events"][0]["extended_tweet"]["full_text"].count("panjang") == 50
    assert receipt["direct_message_mark_read_events"][0]["last_read_event_id"] == "1"
