"""SMS by Debian's Kannel, with npm's smpp as the centre behind it: what customers write comes by GET."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.contract.provider import PATIENCE, Failing, Provider, lacking, provides
from tests.contract.providers.sms import BUDI, ONLY_TEXT
from tests.simulators.mishaps import Courier, Disturbance, Parcel
from tests.support import kannel, smpp
from tests.support.serving import serving
from tests.support.smpp import Smsc
from tests.support.waiting import until


class Turnstile:
    """Between Kannel, whose address stands in its configuration, and the account's webhook."""

    def __init__(self) -> None:
        self.courier = Courier(httpx.AsyncClient(trust_env=False, verify=False, timeout=10))
        self.hook = ""
        self.query = ""  # the last one's
        self.came = 0
        self.app = Starlette(routes=[Route("/sms", self._pass)])

    async def _pass(self, request: Request) -> Response:
        query = self.query = request.url.query
        arrived = await self.courier.take(Parcel(lambda: self._request(query), lambda: self._request(query)))
        self.came += arrived
        return Response(status_code=200 if arrived else 503)  # Kannel comes again

    def _request(self, query: str) -> httpx.Request:
        return self.courier.http.build_request("GET", f"{self.hook}?{query}")


class KannelProvider(Provider):
    kind = "sms"
    lacks = MappingProxyType(
        ONLY_TEXT
        | lacking(
            "Kannel takes everything, waits and tries again by itself; a report tells what became of it.",
            Failing.REFUSED, Failing.THROTTLED, Failing.BROKEN,
        )
    )  # fmt: skip
    secrets = {"password": kannel.PASSWORD, "hook_secret": kannel.HOOK_SECRET}  # noqa: RUF012  # the same in all of them

    def __init__(self, gateway: kannel.Kannel, centre: Smsc, turnstile: Turnstile) -> None:
        self._gateway, self._centre, self._turnstile = gateway, centre, turnstile
        self._said = 0

    def settings(self) -> dict[str, str]:
        return {"mode": "kannel", "url": self._gateway.sendsms_url, "username": kannel.USERNAME, "sender": smpp.NUMBER}

    async def attach(self, hook: str) -> None:
        """An administrator puts the address into Kannel's sms-service."""
        self._turnstile.hook = hook

    async def says(self, text: str) -> Any:
        assert await self._centre.acknowledged(self._centre.writes(BUDI, text)) == 0
        self._said += 1

    @asynccontextmanager
    async def _disturbed(self, by: Disturbance) -> AsyncIterator[None]:
        async with self._turnstile.courier.disturbed(by):
            yield
            await until(lambda: self._turnstile.came == self._said, "Kannel has told all of it", PATIENCE)

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self._disturbed(by)

    def patient(self) -> None:
        """Kannel comes again by itself; a repeat is brought until it is answered."""
        self._turnstile.courier.attempts = PATIENCE

    async def forged(self) -> int:
        http = self._turnstile.courier.http
        return (await http.get(f"{self._turnstile.hook}?secret=wrong&from={BUDI}&text=palsu&id=1")).status_code

    async def replayed(self) -> int:
        return (await self._turnstile.courier.http.get(f"{self._turnstile.hook}?{self._turnstile.query}")).status_code

    async def receipts(self) -> None:
        self._centre.reports((await self._centre.got(1))[-1].id)

    async def settled(self, replies: Collection[str]) -> None:
        with suppress(TimeoutError):
            await until(lambda: set(replies) <= set(self.sent()), "the centre has every reply")

    async def fails(self, how: Failing) -> None:
        assert how is Failing.REVOKED
        await asyncio.to_thread(self._gateway.expect, "another password")

    def sent(self) -> list[str]:
        return [one.text for one in self._centre.submitted]


@provides(KannelProvider, "kannel")
async def opened() -> AsyncIterator[KannelProvider]:
    turnstile = Turnstile()
    secret = quote(kannel.HOOK_SECRET, safe="").replace("%", "%%")
    async with smpp.smsc() as centre, serving(turnstile.app) as address, turnstile.courier.http:
        with kannel.kannel(f"{address}/sms?secret={secret}", smpp_port=centre.port) as gateway:
            await until(lambda: ("transceiver", 0) in centre.binds, "Kannel is bound to the centre")
            yield KannelProvider(gateway, centre, turnstile)
