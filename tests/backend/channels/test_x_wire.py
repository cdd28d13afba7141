"""Asking X: what became of a message is told truthfully, at most once each, and no key is ever told."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from urllib.parse import unquote

import httpx
import pytest
from oauthlib.oauth1 import Client as Signer

from backend.channels.base import (
    Act,
    MediaFault,
    NotReached,
    Outcome,
    OutFile,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    WebhookRequest,
)
from backend.channels.x.oauth import base_string
from backend.channels.x.weight import weight
from omnix_protocol.content import ActKind, Content, RemoteFile
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels.x_scene import CHANNEL, SITI, Scene, fetching, file, message, view
from tests.simulators.mishaps import Fault, late
from tests.simulators.x import XSimulator
from tests.simulators.x_words import Post
from tests.support.serving import serving
from tests.support.waiting import free_port


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    simulator = XSimulator()
    simulator.uploads.check_after = 0
    theirs = simulator.account()
    async with serving(simulator.app) as address, httpx.AsyncClient(timeout=1) as http:
        simulator.base = address
        yield Scene(simulator, theirs, view(theirs, address), http, address)
    await simulator.close()


async def public(scene: Scene) -> tuple[Post, dict[str, str]]:
    """A mention, and what an answer to it is given."""
    mention = await scene.simulator.mention(scene.theirs, SITI, "@toko_demo kapan buka?")
    ((_, command),) = CHANNEL.parse(scene.account, scene.simulator.emitted[-1])
    assert isinstance(command, ReceiveMessage)
    return mention, {"thread_key": command.thread_key, "reply_handle": command.reply_handle}


async def test_a_message_is_sent_once_and_named(scene: Scene) -> None:
    outcome = await scene.send(message("Halo 👩‍👩‍👧‍👦"))
    (sent,) = scene.theirs.sent
    assert (outcome, sent.to, sent.text) == (Sent(sent.id), SITI.id, "Halo 👩‍👩‍👧‍👦")


async def test_a_mention_is_answered_below_it_and_later_below_the_newest(scene: Scene) -> None:
    mention, given = await public(scene)
    outcome = await scene.send(message("Besok pukul 8", **given))
    (answer,) = await scene.simulator.answers(scene.theirs, mention)
    assert (outcome, answer.text, answer.conversation) == (Sent(answer.id), "Besok pukul 8", mention.id)
    await scene.send(message("Lihat juga ini", **given, reply_to=answer.id))
    assert scene.theirs.posted[-1].answers == answer
    assert scene.theirs.sent == []


async def test_a_private_answer_to_a_post_is_a_message_and_is_deleted_as_one(scene: Scene) -> None:
    _, given = await public(scene)
    outcome = await scene.send(message("Nomor Anda?", **given, content=Content(private=True)))
    (sent,) = scene.theirs.sent
    assert outcome == Sent(f"dm:{sent.id}")
    assert scene.theirs.posted == []
    asked = Act(ActKind.DELETE, SITI.id, given["thread_key"], f"dm:{sent.id}")
    assert await CHANNEL.act(scene.account, asked, scene.http) == Sent("")
    assert scene.theirs.sent == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(403, "You cannot send messages to this user."), Rejected("You cannot send messages to this user.")),
        (Fault(400, "Bad"), Rejected("Bad")),
        (Fault(302), Rejected("X's API answers with a redirection (302).", account_fault=True)),
        (Fault(418, garbage=True), Rejected("X answered 418.")),
        (Fault(503, after_work=True), Unknown("X answered 503.")),
        (Fault(201, garbage=True, after_work=True), Unknown("X's answer does not name the message.")),
        (Fault(silent=True, after_work=True), Unknown("X could not be reached (ReadTimeout).")),
    ],
)
async def test_what_became_of_it(scene: Scene, fault: Fault, outcome: Outcome) -> None:
    scene.simulator.fail(scene.theirs, "dm", fault)
    assert await scene.send(message()) == outcome
    assert len(scene.theirs.sent) == int(fault.after_work)


async def test_a_full_window_names_its_end(scene: Scene) -> None:
    soon = (("x-rate-limit-reset", str(int(time.time()) + 40)),)
    never = (("x-rate-limit-reset", "?"),)
    scene.simulator.fail(scene.theirs, "dm", Fault(429, headers=soon), Fault(429, headers=never))
    first, second = await scene.send(message()), await scene.send(message())
    assert isinstance(first, Throttled)
    assert 30 < first.retry_after <= 41
    assert second == Throttled(60.0)
    scene.simulator.dms_per_window = 1
    assert isinstance(await scene.send(message()), Sent)
    assert isinstance(await scene.send(message("lagi")), Throttled)


async def test_keys_that_were_taken_away_are_the_accounts_fault_and_not_told(scene: Scene) -> None:
    scene.simulator.revoke(scene.theirs)
    outcome = await scene.send(message())
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert "enter them" in outcome.failure
    with pytest.raises(ProviderFault) as fault:
        await CHANNEL.probe(scene.account, scene.http)
    assert fault.value.lasting
    assert not scene.told(f"{outcome} {fault.value} {scene.account}")


async def test_a_key_that_x_repeats_is_not_told(scene: Scene) -> None:
    secret = scene.account.secrets["access_token_secret"]
    scene.simulator.fail(scene.theirs, "dm", Fault(400, f"bad {secret}"))
    assert await scene.send(message()) == Rejected("bad …")


async def test_somebody_who_takes_no_messages_is_xs_no(scene: Scene) -> None:
    scene.theirs.closed_to.add(SITI.id)
    assert await scene.send(message()) == Rejected("You do not have permission to DM one or more participants.")


async def test_a_late_answer_is_waited_for(scene: Scene) -> None:
    scene.simulator.fail(scene.theirs, "dm", late(0.1))
    assert isinstance(await scene.send(message()), Sent)


async def test_a_provider_that_is_down_was_not_reached() -> None:
    account = view(XSimulator().account(), f"http://127.0.0.1:{free_port()}")
    async with httpx.AsyncClient(timeout=2) as http:
        assert isinstance(await CHANNEL.send(account, message(), http), NotReached)
        with pytest.raises(ProviderFault):
            await CHANNEL.probe(account, http)


@pytest.mark.parametrize("base_url", ["no address", "ftp://example.invalid", "http://", "http://["])
async def test_a_wrong_address_is_the_accounts_fault(base_url: str) -> None:
    async with httpx.AsyncClient(timeout=2) as http:
        outcome = await CHANNEL.send(view(XSimulator().account(), base_url), message(), http)
    assert isinstance(outcome, Rejected | NotReached)


@pytest.mark.parametrize(
    ("one", "category"),
    [
        (file(b"\x89PNG" * 100, "image/png"), "dm_image"),
        (file(b"GIF89a" * 100, "image/gif"), "dm_gif"),
        (file(bytes(range(256)) * 20_000, "video/mp4"), "dm_video"),
    ],
)
async def test_a_file_is_uploaded_before_its_message(scene: Scene, one: OutFile, category: str) -> None:
    outcome = await scene.send(message("Ini ya", files=(one,)))
    (sent,) = scene.theirs.sent
    assert (outcome, sent.text) == (Sent(sent.id), "Ini ya")
    assert sent.media == await one.whole()
    (upload,) = scene.simulator.uploads.kept.values()
    assert upload.category == category


async def test_an_answer_in_public_shows_a_file_too(scene: Scene) -> None:
    mention, given = await public(scene)
    await scene.send(message("", files=(file(b"\x89PNG", "image/png"),), **given))
    assert len(await scene.simulator.answers(scene.theirs, mention)) == 1
    assert [upload.category for upload in scene.simulator.uploads.kept.values()] == ["tweet_image"]


@pytest.mark.parametrize(
    ("call", "fault", "outcome"),
    [
        ("upload", Fault(500), NotReached("X answered 500.")),
        ("upload", Fault(silent=True), NotReached("X could not be reached (ReadTimeout).")),
        ("upload", Fault(429), Throttled),
        ("upload", Fault(400, "Too big."), Rejected("Too big.")),
        ("upload", Fault(200, garbage=True), NotReached("X's answer does not name the upload.")),
        ("upload", Fault(401), Rejected),
    ],
)
async def test_a_message_whose_file_does_not_get_there_has_not_gone_out(
    scene: Scene, call: str, fault: Fault, outcome: Outcome | type
) -> None:
    scene.simulator.fail(scene.theirs, call, fault)
    became = await scene.send(message(files=(file(b"\x89PNG", "image/png"),)))
    assert isinstance(became, outcome) if isinstance(outcome, type) else became == outcome
    assert scene.theirs.sent == []


async def test_a_video_that_x_cannot_use_says_why(scene: Scene) -> None:
    scene.simulator.uploads.breaks_next = True
    outcome = await scene.send(message(files=(file(b"video", "video/mp4"),)))
    assert outcome == Rejected("X cannot use this file: Unsupported video format.")
    audio = await scene.send(message(files=(file(b"ID3", "audio/mpeg"),)))
    assert audio == Rejected("X takes no files of this type (audio/mpeg).")


async def test_what_x_cannot_hold_is_said_before_it_is_asked(scene: Scene) -> None:
    _, given = await public(scene)
    heavy = await scene.send(message("🙏" * 141, **given))
    assert heavy == Rejected("The text weighs 282 for X, which takes 280 in a post.")
    assert isinstance(await scene.send(message("👩‍👩‍👧‍👦" * 140, **given)), Sent)
    assert isinstance(await scene.send(message("a" * 10_001)), Rejected)
    assert isinstance(await scene.send(message("")), Rejected)
    assert isinstance(await scene.send(message(address="siti")), Rejected)
    assert isinstance(await scene.send(message(thread_key=given["thread_key"])), Rejected)
    assert scene.theirs.sent == []


@pytest.mark.parametrize(
    ("text", "heavy"),
    [
        ("halo", 4),
        ("漢字", 4),
        ("🇮🇩🙋🏽👨‍🎤", 6),
        ("cafe\u0301", 4),
        ("https://toko.example/a/very/long/path ya", 26),
    ],
)
def test_letters_weigh_as_x_documents(text: str, heavy: int) -> None:
    assert weight(text) == heavy


async def test_an_answer_below_our_post_can_be_hidden_and_shown_again_and_ours_deleted(scene: Scene) -> None:
    own = await scene.simulator.mention(scene.theirs, scene.theirs.person, "Buka pukul 8")
    spam = await scene.simulator.mention(scene.theirs, SITI, "@toko_demo spam", own)
    thread = f"post:{own.id}"

    async def act(kind: ActKind, post_id: str) -> Outcome:
        return await CHANNEL.act(scene.account, Act(kind, SITI.id, thread, post_id), scene.http)

    assert await act(ActKind.HIDE, spam.id) == Sent("")
    assert scene.simulator.hidden == {spam.id}
    assert await act(ActKind.UNHIDE, spam.id) == Sent("")
    assert scene.simulator.hidden == set()
    assert await act(ActKind.HIDE, own.id) == Rejected("You are not permitted to hide this reply.")
    assert await act(ActKind.DELETE, spam.id) == Rejected("You are not authorized to delete this Tweet.")
    assert await act(ActKind.DELETE, own.id) == Sent("")
    assert own.id not in scene.simulator.posts


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(500, after_work=True), Unknown("X answered 500.")),
        (Fault(silent=True), Unknown("X could not be reached (ReadTimeout).")),
        (Fault(429), Throttled),
        (Fault(200, garbage=True), Unknown("X's answer does not say whether it is done.")),
    ],
)
async def test_what_became_of_an_act(scene: Scene, fault: Fault, outcome: Outcome | type) -> None:
    scene.simulator.fail(scene.theirs, "untweet", fault)
    became = await CHANNEL.act(scene.account, Act(ActKind.DELETE, SITI.id, "mentions", "5"), scene.http)
    assert isinstance(became, outcome) if isinstance(outcome, type) else became == outcome


async def test_messages_are_deleted_and_people_blocked_and_a_message_cannot_be_hidden(scene: Scene) -> None:
    sent = await scene.send(message())
    assert isinstance(sent, Sent)

    async def act(kind: ActKind, message_id: str = "") -> Outcome:
        return await CHANNEL.act(scene.account, Act(kind, SITI.id, "", message_id), scene.http)

    assert isinstance(await act(ActKind.HIDE, sent.provider_id), Rejected)
    assert await act(ActKind.DELETE, sent.provider_id) == Sent("")
    assert scene.theirs.sent == []
    assert isinstance(await act(ActKind.DELETE, "../users/me"), Rejected)
    assert await act(ActKind.BLOCK) == Sent("")
    assert scene.theirs.blocked == {SITI.id}
    assert await act(ActKind.UNBLOCK) == Sent("")
    assert scene.theirs.blocked == set()
    assert isinstance(await act(ActKind.REACT), Rejected)


async def test_pictures_of_messages_are_read_with_a_signature_and_others_without(scene: Scene) -> None:
    await scene.simulator.show(scene.theirs, SITI, "photo", b"\xff\xd8photo", "image/jpeg")
    ((_, command),) = CHANNEL.parse(scene.account, scene.simulator.emitted[-1])
    assert isinstance(command, ReceiveMessage)
    (remote,) = command.media
    fetch = fetching(scene.http)
    async with CHANNEL.open(scene.account, remote, scene.http, fetch) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == b"\xff\xd8photo"
    scene.simulator.revoke(scene.theirs)
    with pytest.raises(MediaFault) as refused:
        async with CHANNEL.open(scene.account, remote, scene.http, fetch):
            pass
    assert not scene.told(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/1.1/ton/data/dm/1/2/a.jpg",
        "http://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg",
        "https://ton.twitter.com:8443/a",
        "https://ton.twitter.com@evil.example/a",
        "https://[",
        "file:///etc/passwd",
    ],
)
async def test_our_signature_goes_to_x_alone(scene: Scene, url: str) -> None:
    with pytest.raises(MediaFault) as refused:
        CHANNEL.open(scene.account, RemoteFile(reference=url), scene.http, fetching(scene.http))
    assert refused.value.lasting


async def test_a_public_picture_is_asked_for_without_a_signature() -> None:
    asked: list[object] = []
    account = view(XSimulator().account())

    def fetch(url: str, *, headers: object = None) -> object:
        asked.append(headers)
        return None

    async with httpx.AsyncClient() as http:
        for url in ("https://pbs.twimg.com/media/a.jpg", "https://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg"):
            CHANNEL.open(account, RemoteFile(reference=url), http, fetch)  # type: ignore[arg-type]
    assert asked[0] is None
    assert "Authorization" in asked[1]  # type: ignore[operator]


def hook_of(scene: Scene, challenges: list[str]) -> Callable[..., Awaitable[None]]:
    """The server's side of a webhook's registration."""

    async def hook(scope: object, receive: object, send: object) -> None:
        query = scope["query_string"].decode()  # type: ignore[index]
        challenges.append(query)
        answer = CHANNEL.challenge(scene.account, WebhookRequest({}, b"", query, "GET"))
        assert answer is not None
        headers = [(b"content-type", answer.media_type.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": answer.body})  # type: ignore[operator]

    return hook


async def test_the_webhook_is_registered_with_a_challenge_and_only_once(scene: Scene) -> None:
    challenges: list[str] = []
    async with serving(hook_of(scene, challenges)) as address:
        for _ in range(2):
            await CHANNEL.register(scene.account, f"{address}/hooks/x/1", scene.http)
        assert [one.url for one in scene.theirs.webhooks.values()] == [f"{address}/hooks/x/1"]
        assert scene.theirs.webhook == f"{address}/hooks/x/1"
        assert len(challenges) == 2
    with pytest.raises(ProviderFault, match="challenge"):
        await CHANNEL.register(scene.account, f"http://127.0.0.1:{free_port()}/", scene.http)


async def test_the_activity_api_is_subscribed_to_for_each_kind_of_event_that_it_has(scene: Scene) -> None:
    account = replace(scene.account, settings={**scene.account.settings, "events_api": "activity"})
    async with serving(hook_of(scene, [])) as address:
        for _ in range(2):  # what is there already stays
            await CHANNEL.register(account, f"{address}/hooks/x/1", scene.http)
        (webhook,) = scene.theirs.webhooks.values()
        told = ["dm.read", "dm.received", "dm.sent", "post.mention.create", "post.reply.create"]
        assert sorted(scene.theirs.activities) == told
        assert (webhook.subscribed, scene.theirs.webhook) == (False, f"{address}/hooks/x/1")
        scene.simulator.fail(scene.theirs, "activity", Fault(403, "Not in your plan"))
        with pytest.raises(ProviderFault, match="plan"):
            await CHANNEL.register(account, f"{address}/hooks/x/1", scene.http)


@pytest.mark.parametrize("wrong", [{"consumer_secret": "salah"}, {"consumer_key": "", "consumer_secret": ""}])
async def test_wrong_keys_of_the_app_are_said_to_be_wrong(scene: Scene, wrong: dict[str, str]) -> None:
    account = replace(scene.account, secrets={**scene.account.secrets, **wrong})
    with pytest.raises(ProviderFault, match="API key and its secret") as told:
        await CHANNEL.register(account, "https://omnix.example/hooks/x/1", scene.http)
    assert told.value.lasting
    assert "salah" not in str(told.value)


async def test_an_account_is_asked_who_it_is(scene: Scene) -> None:
    assert await CHANNEL.probe(scene.account, scene.http) == "Toko demo (@toko_demo)"
    scene.simulator.fail(scene.theirs, "me", Fault(429), Fault(503))
    for lasting, waits in ((False, True), (False, False)):
        with pytest.raises(ProviderFault) as fault:
            await CHANNEL.probe(scene.account, scene.http)
        assert (fault.value.lasting, fault.value.retry_after is not None) == (lasting, waits)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.x.com/2/media/upload?command=STATUS&media_id=5",
        "http://127.0.0.1:8080/2/tweets",
        "https://api.x.com:443/2/users/me?a=&b=%20x%2By&a=%C3%A9",
    ],
)
def test_the_signed_words_are_those_of_oauthlib(url: str) -> None:
    stamp = {"timestamp": "1318622958", "nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgm"}
    signer = Signer("ck", "cs", "at", "ats", **stamp)
    _, headers, _ = signer.sign(url)
    parameters = (
        ("oauth_nonce", stamp["nonce"]),
        ("oauth_timestamp", stamp["timestamp"]),
        ("oauth_version", "1.0"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_consumer_key", "ck"),
        ("oauth_token", "at"),
    )
    signed = unquote(headers["Authorization"].split('oauth_signature="')[1].split('"')[0])
    ours = hmac.digest(b"cs&ats", base_string("GET", url, parameters).encode(), hashlib.sha1)
    assert base64.b64encode(ours).decode() == signed
