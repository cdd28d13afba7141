"""What the built-in bot answers, what another's bot may ask for, and how both sides know each other."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.base import (
    AccountView,
    NotReached,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    Unreadable,
    WebhookRequest,
)
from backend.channels.bot import Bot, Turn, asking, builtin
from backend.channels.bot.words import actions
from omnix_protocol.bots import BotEnd, BotSay, HandToPerson
from omnix_protocol.ids import ChannelAccountId, ConversationId, CustomerId, InteractionId, TenantId, new_id
from tests.simulators.bot_maker import BotSimulator
from tests.support.serving import serving
from tests.support.waiting import free_port

BOT = Bot()
SETTINGS = {
    "menu": "Cek tagihan = Tagihan ada di aplikasi.\\nSampai tanggal 20.\nGangguan = Kami cek.\nPetugas = @agent",
    "keywords": "jam, buka = Kami buka 08.00-20.00.\nkomplain = @agent",
    "agent_words": "mas, mbak",
}


def turn(text: str = "", event: str = "message", chosen: str = "") -> Turn:
    return Turn(
        id="t-1", event=event, at="2026-03-02T02:00:00+00:00", conversation_id=ConversationId("c"),
        interaction_id=InteractionId("i"), interaction_number=7, customer_id=CustomerId("k"), customer_name="Rina",
        address="+6281234567890", channel_kind="whatsapp", channel_name="Layanan", message_id="m", text=text,
        chosen=chosen,
    )  # fmt: skip


def did(text: str = "", event: str = "message", chosen: str = "", **settings: str) -> tuple[list[str], str]:
    """The kinds of the actions, and what is said first."""
    done = builtin.answer(SETTINGS | settings, turn(text, event, chosen))
    return [action.kind for action in done], done[0].text


@pytest.mark.parametrize(
    "words",
    [
        "Saya mau bicara dengan petugas", "AGEN dong", "minta CS ya", "Talk to an agent please", "a human, please",
        "customer  service", "mbak, tolong", "komplain!", "3", "3.", "petugas",
    ],
)  # fmt: skip
def test_words_that_ask_for_a_person_hand_over(words: str) -> None:
    kinds, said = did(words)
    assert kinds == ["say", "hand_over"]
    assert "petugas" in said.lower()


def test_the_note_says_what_was_asked() -> None:
    note = builtin.answer(SETTINGS, turn("minta CS, tagihan saya salah"))[1].text
    assert "minta CS, tagihan saya salah" in note


@pytest.mark.parametrize("words", ["agenda rapat", "biaya admin", "css", "humanis"])
def test_a_word_inside_another_asks_for_nobody(words: str) -> None:
    assert did(words)[0] == ["say"]


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"text": "1"}, "Tagihan ada di aplikasi.\nSampai tanggal 20."),
        ({"text": "cek  TAGIHAN"}, "Tagihan ada di aplikasi.\nSampai tanggal 20."),
        ({"chosen": "menu:2"}, "Kami cek."),
        ({"text": "Buka sampai jam berapa?"}, "Kami buka 08.00-20.00."),
        ({"text": "Halo", "event": "started"}, "Halo! Ada yang bisa kami bantu?"),
        ({"text": "Halo", "event": "started", "language": "en"}, "Hello! How can we help?"),
        ({"event": "given_back"}, "Halo! Ada yang bisa kami bantu?"),
        ({"text": "xyz", "fallback": "Coba lagi"}, "Coba lagi"),
    ],
)
def test_menu_keywords_and_greeting(told: dict[str, str], answer: str) -> None:
    assert did(**told)[1] == answer


def test_what_is_written_in_lines_is_told_to_the_form() -> None:
    assert [setting.name for setting in BOT.settings if setting.lines] == ["menu", "keywords"]


def test_the_menu_stands_below_the_greeting_and_always_has_a_person() -> None:
    (greeting,) = builtin.answer(SETTINGS, turn("Halo", "started"))
    assert [button.title for button in greeting.buttons] == ["Cek tagihan", "Gangguan", "Petugas"]
    (bare,) = builtin.answer({}, turn("Halo", "started"))
    assert [button.title for button in bare.buttons] == ["Bicara dengan petugas"]
    assert [action.kind for action in builtin.answer({}, turn("1"))] == ["say", "hand_over"]


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=100), st.text(max_size=20))
def test_any_settings_and_any_words_get_an_answer(menu: str, keywords: str, text: str, chosen: str) -> None:
    done = builtin.answer({"menu": menu, "keywords": keywords}, turn(text, chosen=chosen))
    assert all(action.text.strip() for action in done if action.kind == "say")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([{"type": "dance"}], "dance"),
        ([{"type": "say", "text": "Halo"}, {"type": "dance"}], "dance"),
        ([{}], "None"),
        (["say"], "object"),
        ({"type": "say"}, "list"),
        ([{"type": "end"}] * 11, "10"),
        ([{"type": "say"}], "text"),
        ([{"type": "say", "text": " "}], "text"),
        ([{"type": "say", "text": "x", "buttons": [{}]}], "button"),
        ([{"type": "say", "text": "x", "buttons": "y"}], "buttons"),
        ([{"type": "hand_over", "note": 7}], "note"),
    ],
)
def test_what_a_bot_cannot_do_is_refused_in_one_sentence(told: Any, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as found:
        actions(told)
    assert str(found.value).count(".") == 1


def test_a_hand_over_tells_the_context() -> None:
    (one,) = actions([{"type": "hand_over", "note": "Tagihan", "context": {"nomor": "123", "lunas": False}}])
    assert one.text == "Tagihan\nnomor: 123\nlunas: False"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=8), it, max_size=3),
    max_leaves=6,
)
ACTIONS = st.lists(
    st.dictionaries(
        st.sampled_from(("type", "text", "buttons", "note", "context", "title")),
        st.sampled_from(("say", "hand_over", "end")) | JSON,
    ),
    max_size=4,
)


@given(ACTIONS | JSON)
def test_any_actions_are_taken_or_refused(told: Any) -> None:
    body = json.dumps({"id": "e", "interaction": "i", "actions": told}).encode()
    try:
        events = BOT.parse(account("http://bot.example"), body)
    except Unreadable:
        return
    assert all(isinstance(command, (BotSay, BotEnd, HandToPerson)) for _, command in events)


def account(url: str, secret: str = "rahasia-bot", **settings: str) -> AccountView:
    known = {"mode": "webhook", "url": url} | settings
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "bot", known, {"secret": secret})


async def test_a_bot_is_told_signed_and_its_answer_is_read() -> None:
    simulator = BotSimulator("rahasia-bot")
    simulator.replies += [[{"type": "say", "text": "Halo Rina", "buttons": [{"title": "Ya"}]}], [{"type": "dance"}]]
    async with serving(simulator.app) as address, httpx.AsyncClient() as http:
        view = account(f"{address}/bot")
        outcome, told = await BOT.answer(view, turn("Halo"), http)
        assert isinstance(outcome, Sent)
        assert [(one.kind, one.text, one.buttons[0].id) for one in told] == [("say", "Halo Rina", "Ya")]
        (heard,) = simulator.turns
        assert (heard["id"], heard["customer"]["name"], heard["message"]["text"]) == ("t-1", "Rina", "Halo")
        assert heard["interaction"] == {"id": "i", "number": 7}
        outcome, told = await BOT.answer(view, turn("Halo"), http)
        assert isinstance(outcome, Rejected)
        assert "dance" in outcome.failure
        assert await BOT.answer(view, turn("Halo"), http) == (Sent(""), [])
        assert await BOT.probe(view, http) == f"{address}/bot"
        outcome, _ = await BOT.answer(account(f"{address}/bot", "wrong"), turn(), http)
        assert outcome == Rejected("The bot answered 401.", account_fault=True)
        assert simulator.unsigned == 1


async def test_what_goes_wrong_is_told_apart() -> None:
    simulator = BotSimulator("rahasia-bot")
    simulator.faults += [500, 429, 400, 302]
    simulator.replies += [b"no json", b"[1]", b"x" * 300_000]
    async with serving(simulator.app) as address, httpx.AsyncClient() as http:
        view = account(f"{address}/bot")
        kinds = [type((await BOT.answer(view, turn(), http))[0]) for _ in range(7)]
        assert kinds == [Unknown, Throttled, Rejected, Rejected, Rejected, Rejected, Rejected]
        away = account(f"http://127.0.0.1:{free_port()}/bot")
        assert isinstance((await BOT.answer(away, turn(), http))[0], NotReached)
        with pytest.raises(ProviderFault):
            await BOT.probe(away, http)
        with pytest.raises(ProviderFault, match="no address"):
            await BOT.probe(account("bot"), http)


async def test_a_bot_that_drips_its_answer_is_waited_for_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.05)

    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.01)  # each byte in time, the whole never

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    async with httpx.AsyncClient(transport=transport) as http, asyncio.timeout(10):
        outcome, told = await BOT.answer(account("https://bot.example"), turn(), http)
    assert (outcome, told) == (Unknown("The bot did not answer within 0.05 seconds."), [])


def test_what_a_bot_posts_later_is_known_by_its_signature_and_id() -> None:
    view, simulator = account("https://bot.example"), BotSimulator("rahasia-bot")
    body = json.dumps(
        {"id": "e-1", "interaction": "i-1", "actions": [{"type": "say", "text": "Halo"}, {"type": "end"}]}
    )
    raw = body.encode()
    assert BOT.verify(view, WebhookRequest(simulator.signed(raw), raw))
    assert not BOT.verify(view, WebhookRequest(simulator.signed(b"other"), raw))
    assert not BOT.verify(account("x", mode="builtin"), WebhookRequest(simulator.signed(raw), raw))
    first, again = BOT.parse(view, raw), BOT.parse(view, raw)
    assert [key for key, _ in first] == [key for key, _ in again]
    assert [type(command) for _, command in first] == [BotSay, BotEnd]
    for broken in (b"x", b"[]", b'{"id": "e"}', b'{"interaction": "i"}', b'{"id": 7, "interaction": "i"}'):
        with pytest.raises(Unreadable):
            BOT.parse(view, broken)


def test_patience_has_its_limits() -> None:
    assert [BOT.patience(account("x", patience=it)) for it in ("", "1", "90", "9999", "soon")] == [30, 5, 90, 600, 30]
