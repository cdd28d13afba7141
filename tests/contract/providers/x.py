"""X's direct messages, and the posts that mention an account, at our own simulator."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

from tests.contract.provider import PATIENCE, REGISTERED_SECONDS, Can, Failing, Provider, lacking, provides
from tests.simulators.mishaps import Disturbance, Fault
from tests.simulators.x import XSimulator
from tests.simulators.x_webhooks import signature
from tests.simulators.x_words import Person, Post, now_ms
from tests.support.serving import serving
from tests.support.waiting import until

SITI = Person("3001969357", "Siti Contoh", "siti_contoh")


class XProvider(Provider):
    kind = "x"
    lacks = MappingProxyType(
        lacking("X tells what was read, and not what arrived.", Can.DELIVERED)
        | lacking("X tells of no change to a direct message.", Can.EDIT, Can.DELETE, Can.REACTION)
    )
    call = "dm"
    refusal = "You cannot send messages to this user."

    def __init__(self, simulator: XSimulator, address: str) -> None:
        self.simulator, self.address = simulator, address
        self.us = simulator.account()
        keys = self.us.keys
        self.secrets = {
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "access_token": keys.access_token,
            "access_token_secret": keys.access_token_secret,
        }

    def settings(self) -> dict[str, str]:
        return {"base_url": self.address}

    async def attach(self, hook: str) -> None:
        """The server has made the webhook and subscribed to it; X has asked its challenge."""
        await until(lambda: self.us.webhook == hook, "the webhook was made", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        await self._told()
        return await self.simulator.write(self.us, SITI, text)

    async def shows(self, data: bytes, name: str) -> None:  # X names pictures itself
        await self.simulator.show(self.us, SITI, "photo", data, "image/png")

    async def _told(self) -> None:
        """While the challenge is not answered X keeps nothing for later."""
        await until(lambda: self.us.webhook, "X has a webhook that works", REGISTERED_SECONDS)

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self.simulator.courier.disturbed(by)

    def patient(self) -> None:
        self.simulator.courier.attempts = PATIENCE

    async def forged(self) -> int:
        return await self._post(self.simulator.emitted[-1], "sha256=d3Jvbmc=")

    async def replayed(self) -> int:
        body = self.simulator.emitted[-1]
        return await self._post(body, signature(self.us.keys.consumer_secret, body))

    async def _post(self, body: bytes, signed: str) -> int:
        headers = {"x-twitter-webhooks-signature": signed, "content-type": "application/json"}
        return (await self.simulator.http.post(self.us.webhook, content=body, headers=headers)).status_code

    async def receipts(self) -> None:
        await self.simulator.read(self.us, SITI, self.us.sent[-1].id)

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            self.simulator.revoke(self.us)
            return
        faults = {
            Failing.REFUSED: Fault(403, self.refusal),
            Failing.THROTTLED: Fault(429, headers=(("x-rate-limit-reset", str(now_ms() // 1000 + 1)),)),
            Failing.BROKEN: Fault(503, after_work=True),
        }
        self.simulator.fail(self.us, self.call, faults[how])

    def failed(self) -> int:
        return self.us.faults.happened

    def sent(self) -> list[str]:
        return [dm.text for dm in self.us.sent if dm.text]

    async def files(self) -> list[bytes]:
        return [dm.media for dm in self.us.sent if dm.media]


class MentionsProvider(XProvider):
    """Everything is one public thread: the older API does not say where a post belongs."""

    lacks = MappingProxyType(
        lacking("Nobody tells who has read a post.", Can.DELIVERED, Can.READ)
        | lacking("X tells of no change to a post of others.", Can.EDIT, Can.DELETE, Can.REACTION)
    )
    call = "tweet"
    refusal = "You are not permitted to perform this action."
    _first: Post | None = None

    async def says(self, text: str) -> Any:
        await self._told()
        post = await self.simulator.mention(self.us, SITI, text, answers=self._first)
        self._first = self._first or post
        return post

    async def shows(self, data: bytes, name: str) -> None:
        await self._told()
        await self.simulator.mention(self.us, SITI, "lihat", photo=data)

    def sent(self) -> list[str]:
        return [post.text for post in self.us.posted if post.text]

    async def files(self) -> list[bytes]:
        return [data for post in self.us.posted for data in post.attached]


@provides(XProvider)
async def opened() -> AsyncIterator[XProvider]:
    simulator = XSimulator()
    async with serving(simulator.app) as address:
        simulator.base = address
        yield XProvider(simulator, address)
    await simulator.close()


@provides(MentionsProvider, "x_mentions")
async def mentions() -> AsyncIterator[MentionsProvider]:
    simulator = XSimulator()
    async with serving(simulator.app) as address:
        simulator.base = address
        yield MentionsProvider(simulator, address)
    await simulator.close()
