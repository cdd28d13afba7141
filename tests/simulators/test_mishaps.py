"""Troubles are asked for by the same names of every simulator, and each has them in its own words."""

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators import line_api, telegram_api, x_words
from tests.simulators.bot_maker import BotSimulator
from tests.simulators.graph.accounts import Number, Person
from tests.simulators.graph.simulator import GraphSimulator
from tests.simulators.line import LineSimulator
from tests.simulators.mishaps import LATE_SECONDS, Asked, Trouble, Unable, asked
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.x import XSimulator
from tests.support.serving import serving

TOKEN = "4711:AA-mishaps"
NUMBER = Number()


@dataclass
class Served:
    """A simulator, a call of its API, and how trouble is asked of it."""

    trouble: Callable[[Trouble, float], None]
    ask: Callable[[httpx.AsyncClient], Any]
    retry_after: Callable[[httpx.Response], Any]
    done: Callable[[], int]  # how much of what was asked has been done
    hooked: Callable[[str], None]  # from now on what customers do is told there
    says: Callable[[str], Awaitable[Any]]
    usual: int = 200
    keeps_order: bool = False


def telegram() -> tuple[Any, Served]:
    simulator = TelegramSimulator()
    bot = simulator.bot(TOKEN)
    body = {"chat_id": 1, "text": "Halo"}
    return simulator, Served(
        simulator.trouble,
        lambda http: http.post(f"/bot{TOKEN}/sendMessage", json=body),
        lambda answer: answer.json()["parameters"]["retry_after"],
        lambda: len(bot.sent),
        lambda url: setattr(bot, "webhook", url),
        lambda text: simulator.write(TOKEN, telegram_api.Person(71, "Sari"), text),
        keeps_order=True,
    )


def line() -> tuple[Any, Served]:
    simulator = LineSimulator(https_only=False)
    bot = simulator.bot(TOKEN)
    body = {"to": "U" + "0" * 32, "messages": [{"type": "text", "text": "Halo"}]}
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    return simulator, Served(
        simulator.trouble,
        lambda http: http.post("/v2/bot/message/push", json=body, headers=bearer),
        lambda answer: int(answer.headers["retry-after"]),
        lambda: len(bot.sent),
        lambda url: setattr(bot, "webhook", url),
        lambda text: simulator.write(TOKEN, line_api.Person(line_api.user_id(1), "Siti"), text),
    )


def x() -> tuple[Any, Served]:
    simulator = XSimulator(echo=False)
    us, siti = simulator.account(), x_words.Person("3001", "Siti", "siti")
    bearer = {"Authorization": f"Bearer {us.keys.user_bearer}"}
    return simulator, Served(
        simulator.trouble,
        lambda http: http.post(f"/2/dm_conversations/with/{siti.id}/messages", json={"text": "Halo"}, headers=bearer),
        lambda answer: int(answer.headers["x-rate-limit-reset"]),
        lambda: len(us.sent),
        lambda url: setattr(us, "webhook", url),
        lambda text: simulator.write(us, siti, text),
        usual=201,
    )


def whatsapp() -> tuple[Any, Served]:
    simulator = GraphSimulator(NUMBER)
    budi = Person("628111000111")
    body = {"messaging_product": "whatsapp", "to": budi.phone, "type": "text", "text": {"body": "Halo"}}
    bearer = {"Authorization": f"Bearer {NUMBER.token}"}
    return simulator, Served(
        lambda what, share: simulator.trouble(NUMBER, what, share),
        lambda http: http.post(f"/v23.0/{NUMBER.id}/messages", json=body, headers=bearer),
        lambda answer: int(answer.headers["retry-after"]),
        lambda: len(simulator.world.sent),
        lambda url: simulator.hooks.subscribe(NUMBER, url),
        lambda text: simulator.whatsapp.text(NUMBER, budi, text),
    )


@pytest.fixture(params=[telegram, line, x, whatsapp])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        simulator, found = request.param()
        stack.push_async_callback(simulator.close)
        address = await stack.enter_async_context(serving(simulator.app))
        yield found, await stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False))


@pytest.mark.parametrize(
    ("what", "status"),
    [(Trouble.THROTTLED, 429), (Trouble.BROKEN, 500), (Trouble.AWAY, 503), (Trouble.EXPIRED, 401)],
)
async def test_a_trouble_is_there_from_now_on_and_ends(
    served: tuple[Served, httpx.AsyncClient], what: Trouble, status: int
) -> None:
    simulator, http = served
    usual = (await simulator.ask(http)).status_code
    simulator.trouble(what, 1)
    answers = [await simulator.ask(http) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    if what is Trouble.THROTTLED:
        assert simulator.retry_after(answers[0]) > 0
    simulator.trouble(what, 0)
    assert (await simulator.ask(http)).status_code == usual != status


async def test_a_late_answer_is_the_right_one_and_silence_hides_what_was_done(
    served: tuple[Served, httpx.AsyncClient],
) -> None:
    simulator, http = served
    await simulator.says("Halo")  # without it nobody may write at Meta
    usual = (await simulator.ask(http)).status_code
    simulator.trouble(Trouble.LATE, 1)
    began = time.monotonic()
    assert (await simulator.ask(http)).status_code == usual == simulator.usual
    assert time.monotonic() - began >= LATE_SECONDS
    simulator.trouble(Trouble.LATE, 0)
    simulator.trouble(Trouble.SILENT, 1)
    http.timeout = httpx.Timeout(0.5)
    with pytest.raises(httpx.ReadTimeout):
        await simulator.ask(http)
    assert simulator.done() == 3


async def test_what_customers_do_is_told_twice_and_overtaken(served: tuple[Served, httpx.AsyncClient]) -> None:
    simulator, _ = served
    told: list[str] = []

    async def hear(request: Request) -> Response:
        told.extend(re.findall(r"pesan-\w+", (await request.body()).decode()))
        return Response()

    async with serving(Starlette(routes=[Route("/hook", hear, methods=["POST"])])) as address:
        simulator.hooked(f"{address}/hook")
        simulator.trouble(Trouble.REPEATED, 1)
        await simulator.says("pesan-satu")
        simulator.trouble(Trouble.REPEATED, 0)
        await simulator.says("pesan-dua")
        assert told == ["pesan-satu", "pesan-satu", "pesan-dua"]
        if simulator.keeps_order:
            with pytest.raises(Unable, match="order"):
                simulator.trouble(Trouble.DISORDERLY, 1)
            return
        simulator.trouble(Trouble.DISORDERLY, 1)
        await simulator.says("pesan-tiga")
        simulator.trouble(Trouble.DISORDERLY, 0)
        await simulator.says("pesan-empat")
        assert told[3:] == ["pesan-empat", "pesan-tiga"]


async def test_a_bot_has_the_troubles_of_who_answers_and_no_others() -> None:
    bot = BotSimulator("rahasia")

    async def turn(http: httpx.AsyncClient) -> int:
        body = json.dumps({"id": "1"}).encode()
        return (await http.post("/bot", content=body, headers=bot.signed(body))).status_code

    async with (
        serving(bot.app) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=0.5) as http,
    ):
        for what in (Trouble.THROTTLED, Trouble.BROKEN, Trouble.AWAY):
            bot.trouble(what, 1)
            assert await turn(http) == int(what)
            bot.trouble(what, 0)
        for what in (Trouble.LATE, Trouble.SILENT):
            bot.trouble(what, 1)
            with pytest.raises(httpx.ReadTimeout):
                await turn(http)
            bot.trouble(what, 0)
        assert await turn(http) == 204
    assert len(bot.turns) == 6
    for what in (Trouble.EXPIRED, Trouble.REPEATED, Trouble.DISORDERLY):
        with pytest.raises(Unable, match="bot"):
            bot.trouble(what, 1)


async def test_a_share_of_all_is_a_share_of_all() -> None:
    simulator, served = line()
    served.trouble(Trouble.BROKEN, 0.5)
    async with (
        serving(simulator.app) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as http,
    ):
        answers = {(await served.ask(http)).status_code for _ in range(60)}
    assert answers == {200, 500}
    await simulator.close()


def test_troubles_are_asked_for_in_one_line() -> None:
    assert asked(" line=429, x=503:10% ,telegram=repeat,") == [
        Asked("line", Trouble.THROTTLED, 1),
        Asked("x", Trouble.AWAY, 0.1),
        Asked("telegram", Trouble.REPEATED, 1),
    ]
    assert asked("") == []


@pytest.mark.parametrize("text", ["line", "line=418", "line=429:x%", "=429", "line=429;x=503"])
def test_what_cannot_be_read_is_named_with_what_is_expected(text: str) -> None:
    with pytest.raises(Unable, match=r"expected CHANNEL=TROUBLE.*429, 500, 503, delay"):
        asked(text)
