"""Sending to LINE and fetching from it: what became of a message is told truthfully, at most once each."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import (
    AccountView,
    Download,
    MediaFault,
    Named,
    Naming,
    NotReached,
    Outbound,
    Outcome,
    OutFile,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from backend.channels.line import Line
from omnix_protocol.content import Button, Content, Location, RemoteFile
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage
from tests.simulators.line import LineSimulator
from tests.simulators.line_api import MONTHLY_LIMIT, Person, SentMessage, user_id
from tests.simulators.mishaps import Fault, late
from tests.support.serving import serving
from tests.support.waiting import free_port

TOKEN, SECRET = "test-access-token", "test-channel-secret"
CHANNEL = Line()
SITI = Person(user_id(1), "Siti Contoh")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def view(base_url: str, **settings: str) -> AccountView:
    return AccountView(
        TenantId(new_id()),
        ChannelAccountId(new_id()),
        "line",
        settings={"base_url": base_url, "data_url": base_url, **settings},
        secrets={"channel_secret": SECRET, "access_token": TOKEN},
    )


@dataclass
class Scene:
    simulator: LineSimulator
    account: AccountView
    http: httpx.AsyncClient

    async def send(self, message: Outbound) -> Outcome:
        return await CHANNEL.send(self.account, message, self.http)

    @property
    def sent(self) -> list[SentMessage]:
        return self.simulator.bot(TOKEN).sent

    async def heard(self, text: str = "halo") -> Outbound:
        """The customer writes; an answer that knows what came with it."""
        await self.simulator.write(TOKEN, SITI, text)
        ((_, command),) = CHANNEL.parse(self.account, self.simulator.emitted[-1])
        assert isinstance(command, ReceiveMessage)
        return message(
            reply_handle=command.reply_handle, reply_handle_at=NOON, at=NOON + timedelta(seconds=20),
            reply_to=command.provider_id, quote_handle=command.quote_handle,
        )  # fmt: skip


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    simulator = LineSimulator()
    simulator.bot(TOKEN, SECRET).people[SITI.id] = SITI
    async with serving(simulator.app) as address, httpx.AsyncClient(timeout=1) as http:
        yield Scene(simulator, view(address), http)
    await simulator.close()


def message(text: str = "Baik, kami cek dulu ya.", **more: Any) -> Outbound:
    return Outbound(message_id=MessageId(new_id()), attempt=1, address=SITI.id, text=text, **more)


def file(media_type: str, name: str = "a", size: int = 32_000, link: str = "https://omnix.example/f/1") -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        yield b""

    return OutFile(name, media_type, size, read, lambda: link)


async def test_the_first_answer_uses_the_reply_token_and_quotes(scene: Scene) -> None:
    outcome = await scene.send(await scene.heard())
    (sent,) = scene.sent
    assert (outcome, sent.by) == (Sent(sent.id), "reply")
    assert scene.simulator.bot(TOKEN).quote_tokens[sent.message["quoteToken"]]


async def test_a_used_or_old_reply_token_makes_it_a_push(scene: Scene) -> None:
    first = await scene.heard()
    await scene.send(first)
    again = await scene.send(replace(first, message_id=MessageId(new_id())))
    later = await scene.send(replace(await scene.heard(), at=NOON + timedelta(hours=1)))
    assert [it.by for it in scene.sent] == ["reply", "push", "push"]
    assert isinstance(again, Sent)
    assert isinstance(later, Sent)


async def test_an_older_message_is_quoted_and_so_is_one_of_ours(scene: Scene) -> None:
    older, newer = await scene.heard("satu"), await scene.heard("dua")
    ours = await scene.send(replace(newer, quote_handle=older.quote_handle))
    assert isinstance(ours, Sent)
    await scene.send(message(quote_handle=ours.quote_handle))
    await scene.send(message())
    tokens = [it.message.get("quoteToken", "") for it in scene.sent]
    assert tokens == [older.quote_handle, ours.quote_handle, ""]
    quoted = scene.simulator.bot(TOKEN).quote_tokens
    assert [quoted[token] for token in tokens if token] == [older.reply_to, ours.provider_id]


async def test_a_token_that_is_too_long_to_be_kept_quotes_nothing(scene: Scene) -> None:
    event = await scene.simulator.write(TOKEN, SITI, "halo")
    event["message"]["quoteToken"] = "q" * 501
    ((_, command),) = CHANNEL.parse(scene.account, json.dumps({"events": [event]}).encode())
    assert isinstance(command, ReceiveMessage)
    assert (command.quote_handle, command.text) == ("", "halo")


async def test_a_customer_is_named_by_the_profile(scene: Scene) -> None:
    assert await CHANNEL.person(scene.account, SITI.id, scene.http) == Named("Siti Contoh")
    unknown = await CHANNEL.person(scene.account, user_id(404), scene.http)
    assert unknown == Rejected("LINE does not tell who this is.")
    assert isinstance(await CHANNEL.person(scene.account, "../info", scene.http), Rejected)
    scene.simulator.fail(TOKEN, "profile", Fault(429), Fault(200, garbage=True), Fault(401), Fault(silent=True))
    answers = [await CHANNEL.person(scene.account, SITI.id, scene.http) for _ in range(4)]
    assert [type(it) for it in answers] == [Throttled, Unknown, Rejected, Unknown]
    assert isinstance(CHANNEL, Naming)
    assert CHANNEL.capabilities.names_on_request


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(429), Throttled(10.0)),
        (Fault(429, MONTHLY_LIMIT), Rejected(MONTHLY_LIMIT)),
        (Fault(400, "Invalid quote token"), Rejected("Invalid quote token")),
        (
            Fault(403),
            Rejected("Access to this API is not available for your account", account_fault=True),
        ),
        (
            Fault(302),
            Rejected("The Messaging API answers with a redirection (302).", account_fault=True),
        ),
        (Fault(418, garbage=True), Rejected("LINE answered 418.")),
    ],
)
async def test_a_push_that_is_refused_went_nowhere(scene: Scene, fault: Fault, outcome: Outcome) -> None:
    scene.simulator.fail(TOKEN, "push", fault)
    assert await scene.send(message()) == outcome
    assert scene.sent == []


async def test_an_expired_token_is_the_accounts_fault_and_says_what_to_do(scene: Scene) -> None:
    scene.simulator.bot(TOKEN).revoked = True
    outcome = await scene.send(message())
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert "enter a new one" in outcome.failure
    assert TOKEN not in outcome.failure


@pytest.mark.parametrize("token", ["", " \n"])
async def test_an_account_without_a_token_says_so(scene: Scene, token: str) -> None:
    bare = replace(scene.account, secrets={"channel_secret": SECRET, "access_token": token})
    words = "No channel access token is entered for this account."
    assert await CHANNEL.send(bare, message(), scene.http) == Rejected(words, account_fault=True)
    with pytest.raises(ProviderFault, match=words) as told:
        await CHANNEL.probe(bare, scene.http)
    assert told.value.lasting
    with pytest.raises(MediaFault, match=words):
        await read(replace(scene, account=bare), RemoteFile(reference="5"))


async def test_a_token_is_used_without_the_blanks_of_copying(scene: Scene) -> None:
    pasted = replace(scene.account, secrets={"channel_secret": SECRET, "access_token": f" {TOKEN}\n"})
    assert await CHANNEL.probe(pasted, scene.http) == "Demo (@216demo)"


async def test_a_token_that_line_repeats_is_not_told(scene: Scene) -> None:
    scene.simulator.fail(TOKEN, "push", Fault(400, f"bad token {TOKEN}"))
    assert await scene.send(message()) == Rejected("bad token …")


@pytest.mark.parametrize("fault", [Fault(500, after_work=True), Fault(silent=True, after_work=True), Fault(500)])
async def test_a_push_without_an_answer_is_asked_again_and_done_once(scene: Scene, fault: Fault) -> None:
    scene.simulator.fail(TOKEN, "push", fault)
    outcome = await scene.send(message())
    (sent,) = scene.sent
    assert outcome == Sent(sent.id)


async def test_an_agent_who_tries_again_does_not_send_it_twice(scene: Scene) -> None:
    once = message()
    scene.simulator.fail(TOKEN, "push", *[Fault(500, after_work=True)] * 2)
    assert await scene.send(once) == Unknown("LINE answered 500.")
    assert await scene.send(replace(once, attempt=2)) == Sent(scene.sent[0].id)
    assert len(scene.sent) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(500, after_work=True), Unknown("LINE answered 500.")),
        (Fault(silent=True, after_work=True), Unknown("LINE could not be reached (ReadTimeout).")),
        (Fault(200, garbage=True, after_work=True), Unknown("LINE's answer does not name the message.")),
        (Fault(429), Throttled(10.0)),
    ],
)
async def test_a_reply_is_asked_once_and_not_pushed_after_it(scene: Scene, fault: Fault, outcome: Outcome) -> None:
    answer = await scene.heard()
    scene.simulator.fail(TOKEN, "reply", fault)
    assert await scene.send(answer) == outcome
    assert len(scene.sent) == int(fault.after_work)


async def test_a_late_answer_is_waited_for(scene: Scene) -> None:
    scene.simulator.fail(TOKEN, "push", late(0.1))
    assert isinstance(await scene.send(message()), Sent)


async def test_a_provider_that_is_down_was_not_reached_and_the_token_is_not_told() -> None:
    account = view(f"http://127.0.0.1:{free_port()}")
    async with httpx.AsyncClient(timeout=2) as http:
        outcome = await CHANNEL.send(account, message(), http)
        with pytest.raises(ProviderFault) as fault:
            await CHANNEL.probe(account, http)
    assert isinstance(outcome, NotReached)
    assert TOKEN not in f"{outcome} {fault.value} {account}"


@pytest.mark.parametrize("base_url", ["no address", "ftp://example.invalid", "http://"])
async def test_a_wrong_address_is_the_accounts_fault(base_url: str) -> None:
    async with httpx.AsyncClient(timeout=2) as http:
        outcome = await CHANNEL.send(view(base_url), message(), http)
    assert isinstance(outcome, Rejected | NotReached)


async def test_pictures_audio_and_videos_go_out_as_links(scene: Scene) -> None:
    account = view(scene.account.settings["base_url"], video_preview_url="https://omnix.example/preview.png")
    files = (file("image/png"), file("audio/mpeg"), file("video/mp4"))
    outcome = await CHANNEL.send(account, message("Ini ya", files=files), scene.http)
    text, picture, audio, video = (it.message for it in scene.sent)
    assert outcome == Sent(scene.sent[0].id)
    assert (text["text"], picture["originalContentUrl"]) == ("Ini ya", "https://omnix.example/f/1")
    assert audio["duration"] == 2000
    assert video["previewImageUrl"] == "https://omnix.example/preview.png"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (file("video/mp4"), "an administrator must set its address"),
        (file("application/pdf"), "no files of this type"),
        (file("image/png", link="http://10.0.0.1/f"), "https"),
    ],
)
async def test_what_line_cannot_show_is_said_before_it_is_asked(scene: Scene, one: OutFile, words: str) -> None:
    outcome = await scene.send(message(files=(one,)))
    assert isinstance(outcome, Rejected)
    assert words in outcome.failure
    assert scene.sent == []


async def test_a_place_and_buttons_go_out(scene: Scene) -> None:
    buttons = (
        Button(id="menu=1", title="Tagihan bulan ini dan bulan lalu"),
        Button(id="u", title="Situs", url="https://a.example"),
    )
    content = Content(location=Location(latitude=-6.2, longitude=106.8), buttons=buttons)
    assert isinstance(await scene.send(message("", content=content)), Sent)
    (sent,) = scene.sent
    assert (sent.message["type"], sent.message["title"]) == ("location", "-6.2, 106.8")
    first, second = (item["action"] for item in sent.message["quickReply"]["items"])
    assert (first["label"], first["data"]) == ("Tagihan bulan ini da", "menu=1")
    assert second["uri"] == "https://a.example"


async def test_a_message_with_nothing_in_it_is_not_sent(scene: Scene) -> None:
    assert isinstance(await scene.send(message("")), Rejected)


async def test_an_account_is_asked_who_it_is_and_where_it_is_told(scene: Scene) -> None:
    assert await CHANNEL.probe(scene.account, scene.http) == "Demo (@216demo)"
    await CHANNEL.register(scene.account, "https://omnix.example/hooks/line/x", scene.http)
    assert scene.simulator.bot(TOKEN).webhook == "https://omnix.example/hooks/line/x"
    with pytest.raises(ProviderFault) as refused:
        await CHANNEL.register(scene.account, "http://omnix.example/hooks", scene.http)
    assert refused.value.lasting


@pytest.mark.parametrize(
    ("fault", "lasting", "retry_after"),
    [(Fault(401), True, None), (Fault(429), False, 10.0), (Fault(503), False, None), (Fault(silent=True), False, None)],
)
async def test_a_question_that_fails_says_whether_waiting_helps(
    scene: Scene, fault: Fault, lasting: bool, retry_after: float | None
) -> None:
    scene.simulator.fail(TOKEN, "info", fault)
    with pytest.raises(ProviderFault) as raised:
        await CHANNEL.probe(scene.account, scene.http)
    assert (raised.value.lasting, raised.value.retry_after) == (lasting, retry_after)


def outside(url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Download]:
    @asynccontextmanager
    async def fetched() -> AsyncIterator[Download]:
        assert not headers

        async def chunks() -> AsyncIterator[bytes]:
            yield url.encode()

        yield Download(chunks())

    return fetched()


async def read(scene: Scene, remote: RemoteFile) -> tuple[bytes, str]:
    async with CHANNEL.open(scene.account, remote, scene.http, outside) as download:
        return b"".join([chunk async for chunk in download.chunks]), download.media_type


async def test_a_file_is_fetched_once_line_has_it_ready(scene: Scene) -> None:
    await scene.simulator.show(TOKEN, SITI, "video", b"\0video" * 1000, "video/mp4", preparing=1)
    ((_, command),) = CHANNEL.parse(scene.account, scene.simulator.emitted[-1])
    assert isinstance(command, ReceiveMessage)
    (remote,) = command.media
    with pytest.raises(MediaFault) as not_yet:
        await read(scene, remote)
    assert (not_yet.value.lasting, not_yet.value.retry_after) == (False, 5.0)
    assert await read(scene, remote) == (b"\0video" * 1000, "video/mp4")
    await scene.simulator.unsend(TOKEN, SITI, remote.reference)
    with pytest.raises(MediaFault) as gone:
        await read(scene, remote)
    assert gone.value.lasting


@pytest.mark.parametrize(
    ("fault", "lasting"), [(Fault(404), True), (Fault(401), False), (Fault(500), False), (Fault(silent=True), False)]
)
async def test_a_file_that_cannot_be_had_says_why(scene: Scene, fault: Fault, lasting: bool) -> None:
    event = await scene.simulator.show(TOKEN, SITI, "image", b"x", "image/png")
    scene.simulator.fail(TOKEN, "content", fault)
    with pytest.raises(MediaFault) as raised:
        await read(scene, RemoteFile(reference=event["message"]["id"]))
    assert raised.value.lasting is lasting
    assert TOKEN not in str(raised.value)


async def test_a_file_that_lies_elsewhere_is_fetched_without_our_token(scene: Scene) -> None:
    assert (await read(scene, RemoteFile(reference="https://files.example/a.jpg")))[0] == b"https://files.example/a.jpg"
    with pytest.raises(MediaFault) as raised:
        await read(scene, RemoteFile(reference="../info"))
    assert raised.value.lasting


def test_the_fields_that_an_administrator_fills_in_hold_the_secrets() -> None:
    secret = {field.name for field in CHANNEL.settings if field.secret}
    assert secret == {"channel_secret", "access_token"}
    assert json.dumps([field.default for field in CHANNEL.settings if field.secret]) == '["", ""]'
