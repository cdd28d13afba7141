"""Sending and polling against a Bot API: what became of a message is told truthfully, at most once each."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from aiogram.types import Message, Update

from backend.channels.base import (
    AccountView,
    Act,
    Download,
    MediaFault,
    NotReached,
    Outbound,
    Outcome,
    OutFile,
    Post,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    WebhookRequest,
)
from backend.channels.telegram import Telegram, webhook_secret
from omnix_protocol.content import ActKind, Button, ContactCard, Content, Location, RemoteFile
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
    assert outcome == Sent(f"123456:901:{sent['message_id']}")
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
    async with httpx.AsyncClient(timeout=1) as http:
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
    assert [Update.model_validate_json(raw).message.text for raw in first[0]] == ["satu", "dua"]  # type: ignore[union-attr]
    waiting = asyncio.create_task(CHANNEL.pull(account, first[1], http))
    await asyncio.sleep(0)
    await simulator.write(TOKEN, BUDI, "tiga")
    assert [b"tiga" in raw for raw in (await waiting)[0]] == [True]


async def test_a_pressed_button_stops_waiting_by_polling(telegram_line: Line) -> None:
    simulator, kept = telegram_line.simulator, list[bytes]()

    async def keep(updates: Sequence[bytes], cursor: str | None = None) -> None:
        kept.extend(updates)

    below = {"message_id": 7, "date": 1, "chat": BUDI.as_chat()}
    await simulator.press(TOKEN, BUDI, below, "old")
    simulator.bot(TOKEN).pressed.clear()  # Telegram takes no answer to that one any more
    await simulator.press(TOKEN, BUDI, below, "y")
    post = Post(telegram_line.account, "", telegram_line.http, keep, lambda: None)
    listening = asyncio.create_task(CHANNEL.listen(post))
    async with asyncio.timeout(10), simulator.changed:
        await simulator.changed.wait_for(lambda: list(simulator.bot(TOKEN).pressed.values()) == [True])
    assert len(kept) == 2
    assert not listening.done()
    listening.cancel()
    await asyncio.wait({listening})


def test_a_pressed_button_stops_waiting_by_the_answer_to_its_webhook() -> None:
    account = telegram_account()
    pressed = WebhookRequest({}, b'{"update_id": 1, "callback_query": {"id": "55", "from": {"id": 1}}}')
    answer = CHANNEL.acknowledgement(account, pressed)
    assert answer is not None
    assert json.loads(answer.body) == {"method": "answerCallbackQuery", "callback_query_id": "55"}
    assert answer.media_type == "application/json"
    for body in (b"{}", b"[]", b"{", b'{"update_id": 1, "message": {}}', b'{"callback_query": 5}'):
        assert CHANNEL.acknowledgement(account, WebhookRequest({}, body)) is None


async def test_another_bots_cursor_skips_none_of_this_ones_messages(telegram_line: Line) -> None:
    simulator, account, http = telegram_line.simulator, telegram_line.account, telegram_line.http
    await simulator.write(TOKEN, BUDI, "satu")
    _, mine = await CHANNEL.pull(account, "", http)
    assert mine.startswith(f"{TOKEN.partition(':')[0]}:")
    await simulator.write(TOKEN, BUDI, "dua")
    updates, _ = await CHANNEL.pull(account, "999:999999999", http)
    assert len(updates) == 2
    await CHANNEL.pull(account, "999999999", http)  # of before cursors named their bot
    assert len(simulator.bot(TOKEN).updates) == 2
    updates, _ = await CHANNEL.pull(account, mine, http)
    assert [b"dua" in raw for raw in updates] == [True]


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


def file_of(data: bytes, name: str, media_type: str) -> OutFile:
    async def read() -> AsyncIterator[bytes]:
        yield data

    return OutFile(name, media_type, len(data), read, lambda: "")


@pytest.mark.parametrize(
    ("media_type", "method"),
    [
        ("image/png", "sendPhoto"),
        ("image/gif", "sendAnimation"),
        ("video/mp4", "sendVideo"),
        ("audio/ogg", "sendVoice"),
        ("application/pdf", "sendDocument"),
    ],
)
async def test_a_file_goes_as_what_it_is_with_its_caption(telegram_line: Line, media_type: str, method: str) -> None:
    outbound = dataclasses.replace(message("Ini berkasnya"), files=(file_of(b"bytes", "berkas", media_type),))
    outcome = await CHANNEL.send(telegram_line.account, outbound, telegram_line.http)
    (sent,) = telegram_line.simulator.bot(TOKEN).sent
    assert outcome == Sent(f"123456:901:{sent['message_id']}")
    assert Message.model_validate(sent).caption == "Ini berkasnya"
    ((called, arguments),) = telegram_line.simulator.calls
    assert called == method
    assert ("berkas", b"bytes") in arguments.values()


async def test_a_place_a_card_and_buttons_go_out(telegram_line: Line) -> None:
    place = Content(location=Location(latitude=-6.2, longitude=106.8))
    card = Content(contacts=(ContactCard(name="Budi", phones=("+62811",)),))
    buttons = Content(buttons=(Button(id="y", title="Ya"), Button(id="w", title="Situs", url="https://contoh.invalid")))
    for content, text in ((place, ""), (card, ""), (buttons, "Setuju?")):
        outbound = dataclasses.replace(message(text), content=content)
        assert isinstance(await CHANNEL.send(telegram_line.account, outbound, telegram_line.http), Sent)
    first, second, third = (Message.model_validate(sent) for sent in telegram_line.simulator.bot(TOKEN).sent)
    assert first.location is not None
    assert first.location.latitude == -6.2
    assert second.contact is not None
    assert second.contact.phone_number == "+62811"
    assert third.reply_markup is not None
    assert [[it.text for it in row] for row in third.reply_markup.inline_keyboard] == [["Ya"], ["Situs"]]


PLACE = Location(latitude=-6.2, longitude=106.8)
CARD = ContactCard(name="Budi", phones=("+62811",))


@pytest.mark.parametrize(
    ("text", "content", "files", "words"),
    [
        ("Di sini", Content(location=PLACE), 0, "no text with a place or a card"),
        ("Ini nomornya", Content(contacts=(CARD,)), 0, "no text with a place or a card"),
        ("", Content(contacts=(CARD, CARD)), 0, "one file, place or card"),
        ("", Content(location=PLACE, contacts=(CARD,)), 0, "one file, place or card"),
        ("", Content(location=PLACE), 1, "one file, place or card"),
        ("", Content(), 2, "one file, place or card"),
        ("", Content(contacts=(ContactCard(name="Budi"),)), 0, "without a telephone number"),
        ("", Content(contacts=(ContactCard(phones=("1",), emails=("e" * 200,) * 10, organisation="o" * 200),)), 0,
         "too long"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_in_one_message_is_refused_and_not_lost(
    telegram_line: Line, text: str, content: Content, files: int, words: str
) -> None:
    outbound = dataclasses.replace(message(text), content=content, files=(file_of(b"b", "b", "image/png"),) * files)
    outcome = await CHANNEL.send(telegram_line.account, outbound, telegram_line.http)
    assert isinstance(outcome, Rejected)
    assert words in outcome.failure
    assert telegram_line.simulator.calls == []


async def test_a_card_brings_all_that_it_says(telegram_line: Line) -> None:
    card = ContactCard(name="Budi; Jr", phones=("+62811", "+62812"), emails=("b@a.id",), organisation="PT A")
    outbound = dataclasses.replace(message(""), content=Content(contacts=(card,)))
    await CHANNEL.send(telegram_line.account, outbound, telegram_line.http)
    contact = Message.model_validate(telegram_line.simulator.bot(TOKEN).sent[0]).contact
    assert contact is not None
    assert (contact.first_name, contact.phone_number) == ("Budi; Jr", "+62811")
    assert (contact.vcard or "").split("\r\n") == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Budi\\; Jr", "TEL:+62811", "TEL:+62812", "EMAIL:b@a.id", "ORG:PT A",
        "END:VCARD",
    ]  # fmt: skip


async def test_an_answer_names_the_message_that_it_answers(telegram_line: Line) -> None:
    await CHANNEL.send(
        telegram_line.account, dataclasses.replace(message(), reply_to="123456:901:7"), telegram_line.http
    )
    ((_, arguments),) = telegram_line.simulator.calls
    assert arguments["reply_parameters"]["message_id"] == 7


async def test_what_was_sent_is_edited_taken_back_and_reacted_to(telegram_line: Line) -> None:
    account, http = telegram_line.account, telegram_line.http
    sent = await CHANNEL.send(account, message("Bsok"), http)
    assert isinstance(sent, Sent)

    async def ask(kind: ActKind, **more: Any) -> Outcome:
        return await CHANNEL.act(account, Act(kind, "901", provider_id=sent.provider_id, **more), http)

    assert isinstance(await ask(ActKind.EDIT, text="Besok"), Sent)
    assert telegram_line.simulator.bot(TOKEN).sent[0]["text"] == "Besok"
    assert isinstance(await ask(ActKind.EDIT, text="Besok"), Sent)  # it says that already
    assert isinstance(await ask(ActKind.REACT, emoji="👍"), Sent)
    assert isinstance(await ask(ActKind.DELETE), Sent)
    assert await ask(ActKind.DELETE) == Rejected("Bad Request: message to delete not found")
    telegram_line.simulator.fail(TOKEN, "deleteMessage", Fault(429, "Too Many Requests", retry_after=3))
    assert await ask(ActKind.DELETE) == Throttled(3.0)


async def test_a_message_of_another_bot_of_the_account_is_neither_touched_nor_quoted(telegram_line: Line) -> None:
    account, http, simulator = telegram_line.account, telegram_line.http, telegram_line.simulator
    ours = await CHANNEL.send(account, message(), http)
    assert isinstance(ours, Sent)
    theirs = ours.provider_id.replace("123456:", "999:")
    for kind in (ActKind.DELETE, ActKind.EDIT, ActKind.REACT):
        outcome = await CHANNEL.act(account, Act(kind, "901", provider_id=theirs, text="x"), http)
        assert outcome == Rejected("This is no message of the account's bot.")
    await CHANNEL.send(account, dataclasses.replace(message(), reply_to=theirs), http)
    assert len(simulator.bot(TOKEN).sent) == 2
    assert "reply_parameters" not in simulator.calls[-1][1]


async def test_what_stands_below_a_file_is_edited_as_its_caption(telegram_line: Line) -> None:
    account, http = telegram_line.account, telegram_line.http
    photo = dataclasses.replace(message("Bsok"), files=(file_of(b"p", "p", "image/png"),))
    sent = await CHANNEL.send(account, photo, http)
    assert isinstance(sent, Sent)
    edit = Act(ActKind.EDIT, "901", provider_id=sent.provider_id, text="Besok", caption=True)
    assert isinstance(await CHANNEL.act(account, edit, http), Sent)
    assert telegram_line.simulator.bot(TOKEN).sent[0]["caption"] == "Besok"
    too_long = await CHANNEL.act(account, dataclasses.replace(edit, text="x" * 1025), http)
    assert too_long == Rejected("The text counts 1025 for Telegram, which takes 1024.")
    too_long = await CHANNEL.act(account, dataclasses.replace(edit, text="x" * 4097, caption=False), http)
    assert too_long == Rejected("The text counts 4097 for Telegram, which takes 4096.")


async def test_an_edit_leaves_the_buttons(telegram_line: Line) -> None:
    buttons = (Button(id="y", title="Ya"),)
    asked = dataclasses.replace(message("Setju?"), content=Content(buttons=buttons))
    sent = await CHANNEL.send(telegram_line.account, asked, telegram_line.http)
    assert isinstance(sent, Sent)
    edit = Act(ActKind.EDIT, "901", provider_id=sent.provider_id, text="Setuju?", buttons=buttons)
    assert isinstance(await CHANNEL.act(telegram_line.account, edit, telegram_line.http), Sent)
    (left,) = telegram_line.simulator.bot(TOKEN).sent
    assert (left["text"], len(left["reply_markup"]["inline_keyboard"])) == ("Setuju?", 1)


async def test_a_file_is_had_by_its_reference_and_a_lost_one_is_said_so(telegram_line: Line) -> None:
    held = telegram_line.simulator.hold(b"gambar", "foto.jpg")

    async def had(reference: str) -> bytes:
        remote = RemoteFile(reference=reference, name="foto.jpg")
        async with CHANNEL.open(telegram_line.account, remote, telegram_line.http, never) as download:
            return b"".join([chunk async for chunk in download.chunks])

    assert await had(held["file_id"]) == b"gambar"
    with pytest.raises(MediaFault) as fault:
        await had("gone")
    assert fault.value.lasting
    assert TOKEN not in str(fault.value)


def never(url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Download]:
    raise AssertionError("Telegram's files come from the Bot API itself")


async def test_a_probe_says_who_it_is_and_a_wrong_token_is_lasting(telegram_line: Line) -> None:
    assert await CHANNEL.probe(telegram_line.account, telegram_line.http) == "@demo_bot"
    telegram_line.simulator.fail(TOKEN, "getMe", Fault(401, "Unauthorized"))
    with pytest.raises(ProviderFault) as fault:
        await CHANNEL.probe(telegram_line.account, telegram_line.http)
    assert fault.value.lasting
