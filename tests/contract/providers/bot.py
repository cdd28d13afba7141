"""Somebody's own bot behind a Telegram account: it is told of each message, and posts its answer by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any

import httpx

from tests.contract.provider import PATIENCE, Can, Failing, Helper, lacking, provides
from tests.contract.providers.telegram import TelegramProvider
from tests.simulators.bot_maker import BotSimulator
from tests.simulators.mishaps import Courier, Disturbance, Parcel
from tests.simulators.telegram import TelegramSimulator
from tests.support.serving import serving
from tests.support.waiting import until

SECRET = "rahasia-bot"
FOREVER = 1e9


class BotProvider(TelegramProvider):
    """The customer writes at the account, which names the bot; webhooks and troubles are the bot's as well."""

    lacks = MappingProxyType(
        lacking(
            "What a bot says goes out on the account that names it, which is tried as its own kind.",
            Can.SEND, Can.MEDIA_OUT, Can.DELIVERED, Can.READ, Can.REACTION, *Failing,
        )
        | lacking("A bot is told of words alone.", Can.MEDIA_IN, Can.EDIT, Can.DELETE)
    )  # fmt: skip

    def __init__(self, line: TelegramSimulator, line_at: str, bot: BotSimulator, bot_at: str) -> None:
        super().__init__(line, line_at)
        self.helper = Helper("bot", {"mode": "webhook", "url": f"{bot_at}/bot", "patience": "600"}, {"secret": SECRET})
        self.answers: list[str] = []  # that the bot has decided to give
        self._bot = bot
        self._courier = Courier(httpx.AsyncClient(trust_env=False, verify=False, timeout=10))
        self._bot_hook = ""
        self._answered: set[str] = set()
        self._done = 0
        self._last: httpx.Request | None = None

    async def helper_attached(self, hook: str) -> None:
        self._bot_hook = hook

    async def answering(self) -> None:
        """Until cancelled: one turn after the other, each once however often it was told."""
        while True:
            await until(lambda: len(self._bot.turns) > self._done, "the bot is told", FOREVER, 0.02)
            turn = self._bot.turns[self._done]
            if turn["id"] not in self._answered and "message" in turn:
                self._answered.add(turn["id"])
                await self._answer(turn)
            self._done += 1

    async def _answer(self, turn: dict[str, Any]) -> None:
        text = f"Jawaban: {turn['message']['text']}"
        self.answers.append(text)
        said = {"id": turn["id"], "interaction": turn["interaction"]["id"], "actions": [{"type": "say", "text": text}]}
        body = json.dumps(said).encode()

        def request() -> httpx.Request:
            self._last = self._request(body, self._bot.signed(body))
            return self._last

        await self._courier.take(Parcel(request, request))

    @asynccontextmanager
    async def _both(self, by: Disturbance) -> AsyncIterator[None]:
        async with self._courier.disturbed(by), super().disturbed(by):
            yield

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self._both(by)

    def patient(self) -> None:
        super().patient()
        self._courier.attempts = PATIENCE

    async def forged(self) -> int:
        body = json.dumps({"id": "palsu", "interaction": "palsu", "actions": []}).encode()
        return await self._status(self._request(body, BotSimulator("wrong").signed(body)))

    async def replayed(self) -> int:
        assert self._last is not None
        return await self._status(self._last)

    async def settled(self, replies: object) -> None:
        """The bot has answered what it was told; what it holds back for an answer that will not come goes out."""
        await until(lambda: self._done == len(self._bot.turns), "the bot has answered every turn")
        await self._courier.flush()

    async def closed(self) -> None:
        await self._courier.http.aclose()

    async def _status(self, request: httpx.Request) -> int:
        return (await self._courier.http.send(request)).status_code

    def _request(self, body: bytes, headers: dict[str, str]) -> httpx.Request:
        return self._courier.http.build_request("POST", self._bot_hook, content=body, headers=headers)


@provides(BotProvider, "bot")
async def opened() -> AsyncIterator[BotProvider]:
    line, bot = TelegramSimulator(), BotSimulator(SECRET)
    async with AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(serving(it.app)) for it in (line, bot)]
        provider = BotProvider(line, addresses[0], bot, addresses[1])
        answering = asyncio.create_task(provider.answering())
        try:
            yield provider
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            await provider.closed()
            await line.close()
