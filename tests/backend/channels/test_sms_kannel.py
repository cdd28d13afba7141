"""SMS by Debian's Kannel and its fakesmsc: received, sent and reported as the gateway really does it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from backend.channels.base import (
    AccountView,
    Event,
    NotReached,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    Unreadable,
    WebhookRequest,
)
from backend.channels.sms.channel import Sms
from omnix_protocol.ids import new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery
from omnix_protocol.sms import sms_parts
from tests.support.kannel import HOOK_SECRET, Kannel, kannel
from tests.support.serving import serving
from tests.support.smpp import INVALID_DESTINATION, smsc
from tests.support.sms import kannel_account, outbound
from tests.support.waiting import free_port, until

CHANNEL = Sms()


@dataclass
class Hook:
    """Our webhook's endpoint in small: verified, kept, parsed; what is wrongly signed is counted."""

    url: str = ""
    account: AccountView = field(default_factory=kannel_account)
    events: list[Event] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    forged: int = 0

    async def receive(self, request: Request) -> Response:
        hook = WebhookRequest(request.headers, await request.body(), request.url.query, request.method)
        if not CHANNEL.verify(self.account, hook):
            self.forged += 1
            return PlainTextResponse("unsigned", 401)
        self.raws.append(CHANNEL.kept(self.account, hook))
        self.events += CHANNEL.parse(self.account, self.raws[-1])
        return PlainTextResponse("ok")

    @property
    def messages(self) -> list[ReceiveMessage]:
        return [command for _, command in self.events if isinstance(command, ReceiveMessage)]

    def states(self, message_id: str) -> list[DeliveryState]:
        reports = [command for _, command in self.events if isinstance(command, RecordDelivery)]
        return [report.state for report in reports if report.message_id == message_id]


@dataclass
class Gateway:
    """Kannel, our hook, and the account that sends by it."""

    kannel: Kannel
    hook: Hook
    account: AccountView
    http: httpx.AsyncClient


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    async with serving(Starlette(routes=[Route("/hook", hook.receive, methods=["GET", "POST"])])) as address:
        hook.url = f"{address}/hook"
        yield hook


@pytest.fixture
async def gateway(hook: Hook) -> AsyncIterator[Gateway]:
    with kannel(f"{hook.url}?secret={quote(HOOK_SECRET, safe='').replace('%', '%%')}") as running:
        account = kannel_account(running.sendsms_url, hook_url=hook.url)
        async with httpx.AsyncClient(timeout=10) as http:
            yield Gateway(running, hook, account, http)


async def test_what_customers_write_comes_in_once_each(gateway: Gateway) -> None:
    write = gateway.kannel
    await asyncio.to_thread(write.customer_writes, "628111234567", "Halo & apa kabar, café? 100% + [x]")
    await asyncio.to_thread(write.customer_writes_ucs2, "08111234567", "Terima kasih 😀 漢")
    await asyncio.to_thread(write.customer_writes_part, "BANK", "bagian dua", (9, 2, 2))
    await asyncio.to_thread(write.customer_writes_part, "BANK", "bagian satu, ", (9, 2, 1))
    await until(lambda: len(gateway.hook.messages) >= 3, "three messages came")
    got = {(message.sender.address, message.text) for message in gateway.hook.messages}
    assert got == {
        ("+628111234567", "Halo & apa kabar, café? 100% + [x]"),
        ("+628111234567", "Terima kasih 😀 漢"),
        ("BANK", "bagian satu, bagian dua"),
    }
    assert all(message.provider_at is not None and message.shown_as == "" for message in gateway.hook.messages)
    assert len({message.provider_id for message in gateway.hook.messages}) == 3
    assert not any(HOOK_SECRET.encode() in raw or b"secret" in raw for raw in gateway.hook.raws)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Baik, kami cek dulu ya: [A] ~ 5 €", "text"),
        ("Siap 😀", "ucs-2"),
        ("panjang sekali " * 20, "udh"),
        ("😀 漢字 " * 40, "udh"),
    ],
    ids=["gsm", "emoji", "long", "long-emoji"],
)
async def test_a_reply_reaches_the_handset_and_is_reported(gateway: Gateway, text: str, kind: str) -> None:
    await asyncio.to_thread(gateway.kannel.handset_listens)
    message = outbound(text)
    assert await CHANNEL.send(gateway.account, message, gateway.http) == Sent("")
    await until(lambda: DeliveryState.DELIVERED in gateway.hook.states(message.message_id), "it is reported delivered")
    await until(lambda: len(gateway.hook.states(message.message_id)) >= 2, "the centre's word came too")
    read = await asyncio.to_thread(gateway.kannel.handset_reads, len(sms_parts(text)))
    assert {(part.sender, part.receiver, part.kind) for part in read} == {("12345", "+628111234567", kind)}
    charset = "utf-16-be" if "😀" in text else "utf-8"
    assert b"".join(part.content for part in read).decode(charset) == text
    assert gateway.hook.forged == 0


async def test_no_more_is_sent_than_one_text_may_take(gateway: Gateway) -> None:
    """Kannel itself cuts off what is over its max-messages and says nothing."""
    outcome = await CHANNEL.send(gateway.account, outbound("x" * 1531), gateway.http)
    assert outcome == Rejected("The text takes 11 short messages; 10 are the most.")


async def test_a_wrong_password_is_the_accounts_fault(gateway: Gateway) -> None:
    wrong = kannel_account(gateway.kannel.sendsms_url, username="nobody")
    assert await CHANNEL.send(wrong, outbound(), gateway.http) == Rejected(
        "Authorization failed for sendsms", account_fault=True
    )
    with pytest.raises(ProviderFault, match="Authorization failed"):
        await CHANNEL.probe(wrong, gateway.http)
    assert await CHANNEL.probe(gateway.account, gateway.http) == "12345"


async def test_a_failure_that_the_centre_tells_comes_as_a_report(hook: Hook) -> None:
    async with smsc() as centre, httpx.AsyncClient(timeout=10) as http:
        with kannel(f"{hook.url}?secret=x", smpp_port=centre.port) as running:
            await until(lambda: centre.binds, "Kannel is bound")
            account = kannel_account(running.sendsms_url, hook_url=hook.url)
            await centre.answer(INVALID_DESTINATION)
            refused, taken = outbound(), outbound("Halo 😀")
            assert await CHANNEL.send(account, refused, http) == Sent("")
            await until(lambda: hook.states(refused.message_id) == [DeliveryState.FAILED], "the refusal is reported")
            assert await CHANNEL.send(account, taken, http) == Sent("")
            await until(lambda: DeliveryState.SENT in hook.states(taken.message_id), "the centre has the other")
            assert [one.text for one in await centre.got(2)] == [refused.text, taken.text]
            await centre.acknowledged(centre.reports(centre.submitted[1].id, "UNDELIV", "021"))
            await until(lambda: DeliveryState.FAILED in hook.states(taken.message_id), "the receipt is reported")
    (report,) = [it for _, it in hook.events if isinstance(it, RecordDelivery) and it.message_id == refused.message_id]
    assert report.failure.startswith("The network rejected it.")


async def test_a_gateway_that_is_down_was_not_reached() -> None:
    account = kannel_account(f"http://127.0.0.1:{free_port()}/cgi-bin/sendsms")
    async with httpx.AsyncClient(timeout=2) as http:
        assert isinstance(await CHANNEL.send(account, outbound(), http), NotReached)
        with pytest.raises(ProviderFault):
            await CHANNEL.probe(account, http)


@pytest.mark.parametrize(
    ("status", "words", "outcome"),
    [
        (202, "0: Accepted for delivery", Sent("")),
        (202, "3: Queued for later delivery", Sent("")),
        (403, "Not routable. Do not try again.", Rejected("Not routable. Do not try again.")),
        (503, "Temporal failure, try again later.", Throttled(10.0)),
        (400, "Sender missing and no global set, rejected", Rejected("Sender missing and no global set, rejected")),
        (404, "Not found", Rejected("This is no sendsms address of Kannel (404).", account_fault=True)),
        (500, "Sending failed.", Unknown("Kannel answered 500.")),
    ],
)
async def test_what_kannel_answers(status: int, words: str, outcome: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=words)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        assert await CHANNEL.send(kannel_account(), outbound(), http) == outcome


async def test_reports_are_asked_for_at_the_accounts_own_webhook_unless_it_names_another() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("X-Kannel-DLR-Url", "").partition("?")[0])
        return httpx.Response(202)

    known = replace(kannel_account(), hook_url="https://desk.example/hooks/sms/route")
    inside = replace(known, settings=dict(known.settings) | {"hook_url": "http://omnix.internal/hook"})
    unsigned = replace(known, secrets={"password": "x"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        for account in (known, inside, unsigned, kannel_account()):
            await Sms().send(account, outbound(), http)  # by a process that never registered it
    assert asked == ["https://desk.example/hooks/sms/route", "http://omnix.internal/hook", "", ""]


async def test_to_a_name_nobody_can_reply() -> None:
    async with httpx.AsyncClient() as http:
        outcome = await CHANNEL.send(kannel_account(), outbound(address="BANK"), http)
    assert outcome == Rejected("“BANK” is a name, no number: nobody can reply to it.")


@pytest.mark.parametrize(
    "query",
    ["", "secret=", "secret=wrong", "from=628111&text=x", "secret=%ff%00", "x=1&" * 100 + f"secret={HOOK_SECRET}"],
)
def test_who_does_not_know_the_secret_is_refused(query: str) -> None:
    request = WebhookRequest({}, b"", query, "GET")
    assert not CHANNEL.verify(kannel_account(), request)


KNOWN = f"secret={quote(HOOK_SECRET, safe='')}"


@pytest.mark.parametrize(
    ("query", "known"),
    [
        (KNOWN, True),
        (f"{KNOWN}&secret=another", False),  # the last one counts
        (f"secret=another&{KNOWN}", True),
        (f"{KNOWN}{'&x=1' * 49}", True),
        (f"{KNOWN}{'&x=1' * 50}", False),
    ],
)
def test_of_two_secrets_the_last_counts_and_more_than_fifty_parameters_say_nothing(query: str, *, known: bool) -> None:
    assert CHANNEL.verify(kannel_account(), WebhookRequest({}, b"", query, "GET")) is known


def test_what_says_more_than_fifty_things_is_unreadable() -> None:
    message = b"from=628111&text=Halo&id=1"
    assert len(CHANNEL.parse(kannel_account(), message + b"&x=1" * 47)) == 1
    with pytest.raises(Unreadable):
        CHANNEL.parse(kannel_account(), message + b"&x=1" * 48)


@given(st.lists(st.sampled_from(["secret=s3", "%73ecret=s3", "from=1", "text=secret%3Ds", "x", ""]), max_size=6))
def test_the_secret_is_never_kept_and_all_else_is(pieces: list[str]) -> None:
    kept = CHANNEL.kept(kannel_account(), WebhookRequest({}, b"", "&".join(pieces), "GET"))
    assert kept.decode() == "&".join(it for it in pieces if not it.endswith("s3"))


def test_an_account_without_a_secret_takes_nothing() -> None:
    account = AccountView(
        kannel_account().tenant_id, kannel_account().id, "sms", {"mode": "kannel"}, {"hook_secret": ""}
    )
    assert not CHANNEL.verify(account, WebhookRequest({}, b"", "secret=&from=628111&text=x", "GET"))


words = st.text(max_size=30)
parameters = st.fixed_dictionaries(
    {},
    optional={
        "from": words,
        "to": words,
        "text": words | st.binary(max_size=30),
        "id": words,
        "charset": st.sampled_from(["UTF-8", "UTF-16BE", "8-BIT", "zip", "idna", "unicode_escape", ""]) | words,
        "coding": st.sampled_from(["0", "1", "2", "9", "x"]),
        "at": st.integers().map(str) | words,
        "report": st.integers(-1, 200).map(str) | words,
        "message": st.builds(new_id) | words,
        "attempt": st.integers().map(str) | words,
        "why": words,
    },
)


@given(parameters)
def test_odd_parameters_are_read_or_said_to_be_unreadable(given_parameters: dict[str, str | bytes]) -> None:
    raw = urlencode(given_parameters, encoding="utf-8", errors="surrogatepass").encode()
    try:
        events = CHANNEL.parse(kannel_account(), raw)
    except Unreadable:
        return
    for _, command in events:
        assert isinstance(command, ReceiveMessage | RecordDelivery)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_said_to_be_unreadable(raw: bytes) -> None:
    with suppress(Unreadable):
        CHANNEL.parse(kannel_account(), raw)
