"""Sending and polling against a Bot API: what became of a message is told truthfully, at most once each."""

import asyncio

import httpx
import pytest
from aiogram.types import Message, Update

from backend.channels.base import (
    AccountView,
    NotReached,
    Outbound,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from backend.channels.telegram import Telegram, webhook_secret
from omnix_protocol.ids import MessageId, new_id
from tests.backend.channels.conftest import TOKEN, Line, telegram_account
from tests.simulators.telegram import Fault, Person
from tests.support.waiting import free_port

CHANNEL = Telegram()
BUDI = Person(901, "Budi")


def message(text: str = "Baik, kami cek dulu ya.", address: str = "901") -> Outbound:
    return Outbound(message_id=MessageId(new_id()), attempt=1, address=address, text=text)


async def test_a_text_is_sent_once_and_named(telegram_line: Line) -> None:
    outcome = await CHANNEL.send(telegram_line.account, message("Halo 👩‍👩‍👧‍👦"), telegram_line.http)
    (sent,) = telegram_line.simulator.bot(TOKEN).sent
    assert outcome == Sent(f"901:{sent['message_id']}")
    assert Message.model_validate(sent).text == "Halo 👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(429, "Too Many Requests: retry after 7", retry_after=7), Throttled(7.0)),
        (Fault(429, "Too Many Requests"), Throttled(5.0)),
        (
            Fault(403, "Forbidden: bot was blocked by the user"),
            Rejected("Forbidden: bot was blocked by the user"),
        ),
        (Fault(400, "Bad Request: chat not found"), Rejected("Bad Request: chat not found")),
        (Fault(401, "Unauthorized"), Rejected("Unauthorized", account_fault=True)),
        (Fault(502, "Bad Gateway", after_work=True), Unknown("Telegram answered 502.")),
        (Fault(silent=True, after_work=True), Unknown("Telegram could not be reached (ReadTimeout).")),
    ],
)
async def test_what_became_of_it(telegram_line: Line, fault: Fault, outcome: object) -> None:
    telegram_line.simulator.fail(TOKEN, "sendMessage", fault)
    async with httpx.AsyncClient(timeout=0.3) as http:
        assert await CHANNEL.send(telegram_line.account, message(), http) == outcome
    assert len(telegram_line.simulator.bot(TOKEN).sent) == int(fault.after_work)


async def test_a_provider_that_is_down_was_not_reached_and_the_token_is_not_told() -> None:
    account = telegram_account(f"http://127.0.0.1:{free_port()}")
    async with httpx.AsyncClient(timeout=2) as http:
        outcome = await CHANNEL.send(account, message(), http)
        with pytest.raises(ProviderFault) as fault:
            await CHANNEL.pull(account, "", http)
    assert isinstance(outcome, NotReached)
    assert TOKEN not in f"{outcome} {fault.value} {account}"


async def test_the_limit_is_telegrams_own_count(telegram_line: Line) -> None:
    family = "👩‍👩‍👧‍👦"  # 11 units of UTF-16
    fits, too_long = family * 372, family * 373
    assert isinstance(await CHANNEL.send(telegram_line.account, message(fits), telegram_line.http), Sent)
    refused = await CHANNEL.send(telegram_line.account, message(too_long), telegram_line.http)
    assert refused == Rejected("The text counts 4103 for Telegram, which takes 4096.")


@pytest.mark.parametrize("base_url", ["no address", "ftp://example.invalid", "http://"])
async def test_a_wrong_address_is_the_accounts_fault(base_url: str) -> None:
    async with httpx.AsyncClient(timeout=2) as http:
        outcome = await CHANNEL.send(telegram_account(base_url), message(), http)
    assert isinstance(outcome, Rejected | NotReached)


async def test_polling_brings_each_update_until_the_cursor_moves(telegram_line: Line) -> None:
    simulator, account, http = telegram_line.simulator, telegram_line.account, telegram_line.http
    await simulator.write(TOKEN, BUDI, "satu")
    await simulator.write(TOKEN, BUDI, "dua")
    first = await CHANNEL.pull(account, "", http)
    again = await CHANNEL.pull(account, "", http)
    assert first == again  # nothing is acknowledged before the cursor is used
    assert [Update.model_validate_json(raw).message.text for raw in first.updates] == ["satu", "dua"]  # type: ignore[union-attr]
    waiting = asyncio.create_task(CHANNEL.pull(account, first.cursor, http))
    await asyncio.sleep(0)
    await simulator.write(TOKEN, BUDI, "tiga")
    assert [b"tiga" in raw for raw in (await waiting).updates] == [True]


async def test_polling_takes_a_forgotten_webhook_away(telegram_line: Line) -> None:
    simulator, account = telegram_line.simulator, telegram_line.account
    await CHANNEL.register(account, "http://127.0.0.1:1/hooks/telegram/x", telegram_line.http)
    assert simulator.bot(TOKEN).webhook_secret == webhook_secret(TOKEN)
    await CHANNEL.pull(account, "", telegram_line.http)
    assert simulator.bot(TOKEN).webhook == ""


@pytest.mark.parametrize(
    ("fault", "lasting", "retry_after"),
    [
        (Fault(401, "Unauthorized"), True, None),
        (Fault(429, "Too Many Requests: retry after 3", retry_after=3), False, 3.0),
        (Fault(500), False, None),
    ],
)
async def test_a_poll_that_fails_says_whether_waiting_helps(
    telegram_line: Line, fault: Fault, lasting: bool, retry_after: float | None
) -> None:
    telegram_line.simulator.fail(TOKEN, "getUpdates", fault)
    with pytest.raises(ProviderFault) as raised:
        await CHANNEL.pull(telegram_line.account, "", telegram_line.http)
    assert (raised.value.lasting, raised.value.retry_after) == (lasting, retry_after)


async def test_a_provider_that_talks_nonsense_is_a_fault(telegram_line: Line) -> None:
    account: AccountView = telegram_line.account

    def nonsense(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"<html>")

    async with httpx.AsyncClient(transport=httpx.MockTransport(nonsense)) as http:
        assert isinstance(await CHANNEL.send(account, message(), http), Unknown)
        with pytest.raises(ProviderFault):
            await CHANNEL.pull(account, "", http)
