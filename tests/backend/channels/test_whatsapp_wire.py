"""The connector and a simulated Meta over HTTP: what is sent arrives, and every trouble has its truthful outcome."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.channels.base import (
    AccountView,
    Act,
    Download,
    Event,
    MediaFault,
    NotReached,
    Outbound,
    Outcome,
    OutFile,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    WebhookRequest,
)
from backend.files import FileGone
from omnix_protocol.base import Command
from omnix_protocol.content import ActKind, Button, ContactCard, Content, Location, RemoteFile, Template
from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, RecordReaction
from tests.backend.channels.whatsapp_samples import CHANNEL, account
from tests.simulators.graph import errors, faults
from tests.simulators.graph.accounts import Number, Person
from tests.simulators.graph.accounts import Template as Approved
from tests.simulators.graph.errors import GraphError
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator
from tests.support.serving import serving

NUMBER = Number()
BUDI = Person("628111000001", "Budi Santoso")
SARI = Person("628111000002", "Sari Dewi", username="saridewi", hides_number=True)
PDF = b"%PDF-1.7 tagihan"


@dataclass
class Wire:
    """An account, the Meta behind it, and what its webhooks brought."""

    account: AccountView
    simulator: GraphSimulator
    http: httpx.AsyncClient
    hook: str = ""
    events: list[Event] = field(default_factory=list)

    @property
    def told(self) -> list[Command]:
        return [command for _, command in self.events]

    async def take(self, request: Request) -> Response:
        """As the gateway does: a challenge, or a signature, then the bytes."""
        hook = WebhookRequest(request.headers, await request.body(), request.url.query, request.method)
        if (answer := CHANNEL.challenge(self.account, hook)) is not None:
            return Response(answer.body, media_type=answer.media_type)
        if not CHANNEL.verify(self.account, hook):
            return Response(status_code=401)
        self.events.extend(CHANNEL.parse(self.account, CHANNEL.kept(self.account, hook)))
        return Response()

    async def send(self, text: str = "", to: str = BUDI.phone, **more: Any) -> Outcome:
        message = Outbound(message_id=MessageId(new_id()), attempt=1, address=to, text=text, **more)
        return await CHANNEL.send(self.account, message, self.http)

    async def act(self, kind: ActKind, to: str = BUDI.phone, **more: Any) -> Outcome:
        return await CHANNEL.act(self.account, Act(kind=kind, address=to, **more), self.http)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with graph_simulator(NUMBER, seed=3) as simulator, httpx.AsyncClient(timeout=2, trust_env=False) as http:
        ours = account(f"{simulator.world.address}/v25.0", phone_number_id=NUMBER.id, waba_id=NUMBER.waba_id)
        secrets = {
            "access_token": NUMBER.token,
            "app_secret": NUMBER.app.secret,
            "verify_token": NUMBER.app.verify_token,
        }
        line = Wire(dataclasses.replace(ours, secrets=secrets), simulator, http)
        app = Starlette(routes=[Route("/hook", line.take, methods=["GET", "POST"])])
        async with serving(app) as address:
            line.hook = f"{address}/hook"
            simulator.open_window(NUMBER, BUDI)
            yield line


def file(data: bytes = PDF, media_type: str = "application/pdf", name: str = 'tagihan "Mei" é.pdf') -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 5):
            yield data[start : start + 5]

    return OutFile(name=name, media_type=media_type, size=len(data), read=read, link=lambda: "")


@asynccontextmanager
async def fetch(url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Download]:
    async with httpx.AsyncClient(trust_env=False) as http, http.stream("GET", url, headers=dict(headers or {})) as got:
        if got.status_code != 200:
            raise MediaFault(f"It answered {got.status_code}.")
        yield Download(got.aiter_bytes(), got.headers.get("content-type", ""))


# what is sent arrives


async def test_a_text_arrives_and_the_answer_names_it(wire: Wire) -> None:
    outcome = await wire.send("Baik 👋", reply_to="wamid.Q")
    (sent,) = await wire.simulator.sent()
    assert outcome == Sent(sent.id)
    assert (sent.to, sent.text, sent.body["context"]) == (BUDI.phone, "Baik 👋", {"message_id": "wamid.Q"})


async def test_half_of_a_letter_is_sent_as_something_and_raises_nothing(wire: Wire) -> None:
    assert isinstance(await wire.send("rusak \ud83d"), Sent)


async def test_a_file_is_uploaded_whole_and_sent_by_its_id(wire: Wire) -> None:
    assert isinstance(await wire.send("Ini tagihannya", files=(file(),)), Sent)
    (sent,) = await wire.simulator.sent()
    stored = wire.simulator.media.files[sent.body["document"]["id"]]
    assert (stored.data, stored.type) == (PDF, "application/pdf")
    assert sent.body["document"] | {"id": ""} == {
        "id": "",
        "caption": "Ini tagihannya",
        "filename": 'tagihan "Mei" é.pdf',
    }


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/png", "image"),
        ("image/webp", "sticker"),
        ("video/mp4", "video"),
        ("audio/ogg", "audio"),
        ("text/plain", "document"),
    ],
)
async def test_each_kind_of_file(wire: Wire, media_type: str, kind: str) -> None:
    assert isinstance(await wire.send(files=(file(media_type=media_type),)), Sent)
    (sent,) = await wire.simulator.sent()
    assert sent.kind == kind


@pytest.mark.parametrize(
    ("kind", "text", "content"),
    [
        ("location", "", Content(location=Location(latitude=-6.2, longitude=106.8))),
        ("contacts", "", Content(contacts=(ContactCard(name="Sari", phones=("+62811",)),))),
        ("interactive", "Ya?", Content(buttons=(Button(id="y", title="Ya"), Button(id="t", title="Tidak")))),
        ("interactive", "Ya?", Content(buttons=tuple(Button(id=it, title=it) for it in "1234567890"))),
    ],
)
async def test_places_cards_and_choices_are_taken(wire: Wire, kind: str, text: str, content: Content) -> None:
    assert isinstance(await wire.send(text, content=content), Sent)
    (sent,) = await wire.simulator.sent()
    assert sent.kind == kind


async def test_a_template_opens_what_the_window_has_closed(wire: Wire) -> None:
    wire.simulator.answers.of_whatsapp.add_template(NUMBER, Approved("tagihan", "Halo {{1}}, {{2}}"))
    wire.simulator.forward(25)
    filled = Content(template=Template(name="tagihan", language="id", parameters=("Budi", "lunas")))
    assert isinstance(await wire.send(content=filled), Sent)
    short = Content(template=Template(name="tagihan", language="id", parameters=("Budi",)))
    outcome = await wire.send(content=short)
    assert isinstance(outcome, Rejected)
    assert "does not match the expected number" in outcome.failure
    unknown = await wire.send(content=Content(template=Template(name="tiada", language="id")))
    assert isinstance(unknown, Rejected)
    assert not unknown.account_fault


async def test_a_customer_without_a_number_is_reached_by_id(wire: Wire) -> None:
    wire.simulator.open_window(NUMBER, SARI)
    assert isinstance(await wire.send("Halo", to=SARI.bsuid), Sent)
    (sent,) = await wire.simulator.sent()
    assert sent.to == SARI.bsuid


async def test_what_cannot_be_one_message_is_not_asked_for(wire: Wire) -> None:
    assert isinstance(await wire.send("Dengar", files=(file(media_type="audio/ogg"),)), Rejected)
    assert wire.simulator.calls == []


# what else is asked


async def test_a_reaction_is_given_and_taken_back(wire: Wire) -> None:
    assert isinstance(await wire.act(ActKind.REACT, provider_id="wamid.X", emoji="👍"), Sent)
    assert isinstance(await wire.act(ActKind.REACT, provider_id="wamid.X"), Sent)
    given, taken = await wire.simulator.sent(2)
    assert given.body["reaction"] == {"message_id": "wamid.X", "emoji": "👍"}
    assert taken.body["reaction"] == {"message_id": "wamid.X", "emoji": ""}


async def test_a_message_is_marked_as_read(wire: Wire) -> None:
    assert await wire.act(ActKind.SEEN, provider_id="wamid.X") == Sent("wamid.X")
    assert wire.simulator.answers.of_whatsapp.seen == ["wamid.X"]


async def test_a_customer_is_blocked_and_unblocked(wire: Wire) -> None:
    assert isinstance(await wire.act(ActKind.BLOCK), Sent)
    assert wire.simulator.answers.of_whatsapp.blocked[NUMBER.id] == {BUDI.phone}
    assert isinstance(await wire.act(ActKind.UNBLOCK), Sent)
    assert wire.simulator.answers.of_whatsapp.blocked[NUMBER.id] == set()


async def test_who_has_not_written_cannot_be_blocked_and_meta_says_so(wire: Wire) -> None:
    wire.simulator.forward(25)
    outcome = await wire.act(ActKind.BLOCK)
    assert isinstance(outcome, Rejected)
    assert not outcome.account_fault
    assert "has not messaged" in outcome.failure


async def test_what_whatsapp_cannot_do_is_said(wire: Wire) -> None:
    assert isinstance(await wire.act(ActKind.HIDE, provider_id="wamid.X"), Rejected)
    assert wire.simulator.calls == []


# every outcome


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (faults.rate_limited(retry_after=17), 17),
        (faults.rate_limited(errors.PAIR_LIMIT, status=400), 6),
        (faults.rate_limited(errors.APP_LIMIT, status=400), 60),
        (faults.rate_limited(errors.BUSINESS_LIMIT, status=400), 60),
    ],
)
async def test_a_rate_limit_is_waited_for(wire: Wire, fault: faults.Fault, wait: float) -> None:
    wire.simulator.fail("messages", fault)
    assert await wire.send("Halo") == Throttled(wait)
    assert isinstance(await wire.send("Halo"), Sent)


@pytest.mark.parametrize("error", [errors.EXPIRED_TOKEN, errors.REVOKED_TOKEN, errors.PERMISSION])
async def test_a_token_that_is_not_taken_is_the_accounts_fault(wire: Wire, error: GraphError) -> None:
    wire.simulator.revoke(NUMBER, error)
    outcome = await wire.send("Halo")
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert "make a" in outcome.failure
    assert NUMBER.token not in outcome.failure
    with pytest.raises(ProviderFault) as probed:
        await CHANNEL.probe(wire.account, wire.http)
    assert probed.value.lasting
    wire.simulator.renew(NUMBER)
    assert isinstance(await wire.send("Halo"), Sent)


async def test_a_wrong_app_secret_or_number_is_told(wire: Wire) -> None:
    wrong = dataclasses.replace(wire.account, secrets=dict(wire.account.secrets) | {"app_secret": "another"})
    message = Outbound(message_id=MessageId(new_id()), attempt=1, address=BUDI.phone, text="Halo")
    outcome = await CHANNEL.send(wrong, message, wire.http)
    assert isinstance(outcome, Rejected)
    assert "appsecret_proof" in outcome.failure
    elsewhere = dataclasses.replace(wire.account, settings=dict(wire.account.settings) | {"phone_number_id": "7"})
    outcome = await CHANNEL.send(elsewhere, message, wire.http)
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault


@pytest.mark.parametrize("fault", [faults.UNAVAILABLE, faults.BROKEN, faults.GATEWAY, faults.SILENT])
async def test_nobody_knows_what_became_of_a_send_that_broke(wire: Wire, fault: faults.Fault) -> None:
    wire.simulator.fail("messages", fault)
    wire.http.timeout = httpx.Timeout(1)
    assert isinstance(await wire.send("Halo"), Unknown)


async def test_what_was_sent_although_the_answer_broke_is_known_by_its_receipt(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    wire.simulator.answers.of_whatsapp.receipts = ("sent",)
    wire.simulator.fail("messages", faults.DONE_BUT_BROKEN)
    message = Outbound(message_id=MessageId(new_id()), attempt=3, address=BUDI.phone, text="Halo")
    assert isinstance(await CHANNEL.send(wire.account, message, wire.http), Unknown)
    await wire.simulator.settle()
    (sent,) = await wire.simulator.sent()
    assert wire.told == [
        RecordDelivery(
            channel_account_id=wire.account.id,
            message_id=message.message_id,
            provider_id=sent.id,
            state=DeliveryState.SENT,
            attempt=3,
        )
    ]


@pytest.mark.parametrize("fault", [faults.UNAVAILABLE, faults.GATEWAY])
async def test_a_file_that_was_not_uploaded_was_certainly_not_sent(wire: Wire, fault: faults.Fault) -> None:
    wire.simulator.fail("media", fault)
    assert isinstance(await wire.send(files=(file(),)), NotReached)
    assert [call.edge for call in wire.simulator.calls] == ["media"]


@pytest.mark.parametrize("fault", [FileGone, OSError])
async def test_what_our_store_says_of_a_file_is_the_jobs_affair(wire: Wire, fault: type[Exception]) -> None:
    async def read() -> AsyncIterator[bytes]:
        yield b"%PDF"
        raise fault

    gone = OutFile(name="a.pdf", media_type="application/pdf", size=9, read=read, link=lambda: "")
    with pytest.raises(fault):  # gone: it has the sentence; else it is tried again
        await wire.send(files=(gone,))
    assert wire.simulator.calls == []


@pytest.mark.parametrize("size", [1, 99])
async def test_a_file_of_another_length_than_was_noted_is_no_fault_of_the_accounts(wire: Wire, size: int) -> None:
    odd = dataclasses.replace(file(), size=size)
    with pytest.raises(FileGone):
        await wire.send(files=(odd,))


async def test_no_connection_is_no_message(wire: Wire) -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"refused at {request.url}", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http:
        message = Outbound(message_id=MessageId(new_id()), attempt=1, address=BUDI.phone, text="Halo")
        assert await CHANNEL.send(wire.account, message, http) == NotReached(
            "Meta could not be reached (ConnectError)."
        )


@pytest.mark.parametrize("base", ["ftp://x", "https://\x00", "nonsense"])
async def test_an_address_that_is_none_is_the_accounts_fault(wire: Wire, base: str) -> None:
    wrong = dataclasses.replace(wire.account, settings=dict(wire.account.settings) | {"base_url": base})
    message = Outbound(message_id=MessageId(new_id()), attempt=1, address=BUDI.phone, text="Halo")
    outcome = await CHANNEL.send(wrong, message, wire.http)
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault


@pytest.mark.parametrize("token", ["", "  ", "tøken"])
async def test_a_token_that_is_none_is_the_accounts_fault(wire: Wire, token: str) -> None:
    wrong = dataclasses.replace(wire.account, secrets=dict(wire.account.secrets) | {"access_token": token})
    message = Outbound(message_id=MessageId(new_id()), attempt=1, address=BUDI.phone, text="Halo")
    outcome = await CHANNEL.send(wrong, message, wire.http)
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault


async def test_a_closed_window_is_told_afterwards(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    wire.simulator.forward(25)
    assert isinstance(await wire.send("Halo"), Sent)
    await wire.simulator.settle()
    (failed,) = wire.told
    assert isinstance(failed, RecordDelivery)
    assert failed.state is DeliveryState.FAILED
    assert "send an approved template" in failed.failure


# what comes in


async def test_webhooks_come_once_the_account_is_registered(wire: Wire) -> None:
    await CHANNEL.register(wire.account, wire.hook, wire.http)
    assert NUMBER.id in wire.simulator.answers.subscribed
    said = await wire.simulator.whatsapp.text(NUMBER, BUDI, "Halo 👋 /")
    await wire.simulator.whatsapp.reaction(NUMBER, BUDI, "wamid.X", "👍")
    message, reaction = wire.told
    assert isinstance(message, ReceiveMessage)
    assert (message.provider_id, message.text, message.sender.address) == (said["id"], "Halo 👋 /", BUDI.phone)
    assert isinstance(reaction, RecordReaction)


async def test_a_wrong_verify_token_is_told_when_the_account_is_registered(wire: Wire) -> None:
    wire.account = dataclasses.replace(wire.account, secrets=dict(wire.account.secrets) | {"verify_token": ""})
    with pytest.raises(ProviderFault, match="verification failed"):
        await CHANNEL.register(wire.account, wire.hook, wire.http)


async def test_an_account_without_its_business_account_says_what_to_enter(wire: Wire) -> None:
    bare = dataclasses.replace(wire.account, settings=dict(wire.account.settings) | {"waba_id": ""})
    with pytest.raises(ProviderFault, match="waba_id"):
        await CHANNEL.register(bare, wire.hook, wire.http)


async def test_a_repeated_and_a_forged_webhook(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    wire.simulator.hooks.duplicate()
    await wire.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    (first, _), (again, _) = wire.events
    assert first == again
    delivery = wire.simulator.hooks.deliveries[-1]
    forged = {"X-Hub-Signature-256": delivery.headers["X-Hub-Signature-256"]}
    assert await wire.simulator.hooks.forge(NUMBER, delivery.payload | {"forged": True}, forged) == 401
    assert await wire.simulator.hooks.forge(NUMBER, delivery.payload) == 401
    assert len(wire.events) == 2


async def test_an_edit_and_a_deletion_are_later_words_of_the_same_message(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    said = await wire.simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    await wire.simulator.whatsapp.edit(NUMBER, BUDI, said, "Halo!")
    await wire.simulator.whatsapp.revoke(NUMBER, BUDI, said)
    told = [it for it in wire.told if isinstance(it, ReceiveMessage)]
    assert [(it.provider_id, it.text, it.shown_as) for it in told] == [
        (said["id"], "Halo", ""),
        (said["id"], "Halo!", ""),
        (said["id"], "", "deleted"),
    ]
    assert told[0].revision < told[1].revision < told[2].revision


async def test_a_batch_is_read_whole_in_its_order(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    async with wire.simulator.hooks.batch("messages"):
        for number in range(5):
            await wire.simulator.whatsapp.text(NUMBER, BUDI if number % 2 else SARI, f"{number}")
    assert len(wire.simulator.hooks.deliveries) == 1
    told = [it for it in wire.told if isinstance(it, ReceiveMessage)]
    assert [it.text for it in told] == ["0", "1", "2", "3", "4"]
    assert [it.sender.name for it in told[:2]] == [SARI.name, BUDI.name]


async def test_a_file_is_fetched_by_its_id_with_the_token(wire: Wire) -> None:
    assert await wire.simulator.subscribe(NUMBER, wire.hook)
    await wire.simulator.whatsapp.file(NUMBER, BUDI, PDF, "application/pdf", name="surat.pdf")
    (message,) = wire.told
    assert isinstance(message, ReceiveMessage)
    async with CHANNEL.open(wire.account, message.media[0], wire.http, fetch) as got:
        assert b"".join([chunk async for chunk in got.chunks]) == PDF
        assert (got.media_type, got.name) == ("application/pdf", "surat.pdf")


async def test_a_file_that_is_gone_says_so_and_one_behind_an_old_token_may_come_back(wire: Wire) -> None:
    with pytest.raises(MediaFault) as gone:
        async with CHANNEL.open(wire.account, RemoteFile(reference="404"), wire.http, fetch):
            pass
    assert gone.value.lasting
    wire.simulator.revoke(NUMBER)
    with pytest.raises(MediaFault) as refused:
        async with CHANNEL.open(wire.account, RemoteFile(reference="404"), wire.http, fetch):
            pass
    assert not refused.value.lasting
    assert "make a new one" in str(refused.value)


async def test_the_token_is_not_given_to_an_address_that_is_not_safe(wire: Wire) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"url": "http://insecure.example/file", "mime_type": "image/png"})

    safe = dataclasses.replace(wire.account, settings=dict(wire.account.settings) | {"base_url": "https://graph.test"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        with pytest.raises(MediaFault, match="no safe address"):
            async with CHANNEL.open(safe, RemoteFile(reference="7"), http, fetch):
                pass


async def test_a_probe_shows_whose_number_it_is(wire: Wire) -> None:
    assert await CHANNEL.probe(wire.account, wire.http) == "Layanan Contoh, +628005550881, quality GREEN"
