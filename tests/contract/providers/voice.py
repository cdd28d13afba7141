"""Telephone calls, told by an exchange that posts signed events; nobody can write on a line."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

import httpx

from omnix_protocol.content import CallState
from omnix_protocol.messages import Message
from tests.contract.provider import PATIENCE, Can, Failing, Provider, lacking, provides
from tests.simulators.call_sender import signed
from tests.simulators.mishaps import Courier, Disturbance, Parcel

SECRET = "rahasia-telepon"
NUMBER = "+628123456789"
EVENTS = ("ringing", "missed")


class VoiceProvider(Provider):
    """A caller who hangs up before anybody answers; the call's id is what the suite has the customer say."""

    kind = "voice"
    lacks = MappingProxyType(
        lacking("A call has no words.", Can.TEXT)
        | lacking("A call changes by the next event; what becomes of it then has a suite of its own.", Can.EDIT)
        | lacking("Nothing but events is told of a call.", Can.MEDIA_IN, Can.DELETE, Can.REACTION)
        | lacking("Nothing can be written on a line.", Can.SEND, Can.MEDIA_OUT, Can.DELIVERED, Can.READ, *Failing)
    )
    secrets = {"webhook_secret": SECRET}  # noqa: RUF012  # the same in all of them

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._courier = Courier(http)
        self._hook = ""
        self._last: httpx.Request | None = None

    def settings(self) -> dict[str, str]:
        return {"mode": "webhook"}

    async def attach(self, hook: str) -> None:
        """An administrator puts the address into the exchange."""
        self._hook = hook

    async def says(self, text: str) -> Any:
        for event in EVENTS:
            told = {"call_id": text, "event": event, "from": NUMBER, "to": "1500123", "at": time.time()}
            await self._courier.take(self._parcel(json.dumps(told).encode()))
        return text

    def words(self, message: Message) -> str:
        return message.provider_id

    def flaw(self, message: Message) -> str:
        call = message.content.call if message.content else None
        return "" if call is not None and call.state is CallState.MISSED else "the call was missed, and is not shown so"

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self._courier.disturbed(by)

    def patient(self) -> None:
        self._courier.attempts = PATIENCE

    async def forged(self) -> int:
        body = json.dumps({"call_id": "palsu", "event": "ringing", "from": NUMBER, "at": time.time()}).encode()
        return await self._status(self._request(body, "wrong"))

    async def replayed(self) -> int:
        assert self._last is not None
        return await self._status(self._last)

    async def _status(self, request: httpx.Request) -> int:
        return (await self._courier.http.send(request)).status_code

    def _parcel(self, body: bytes) -> Parcel:
        def request() -> httpx.Request:
            self._last = self._request(body)
            return self._last

        return Parcel(request, request)

    def _request(self, body: bytes, secret: str = SECRET) -> httpx.Request:
        headers = signed(secret, body, time.time())
        return self._courier.http.build_request("POST", self._hook, content=body, headers=headers)


@provides(VoiceProvider)
async def opened() -> AsyncIterator[VoiceProvider]:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=10) as http:
        yield VoiceProvider(http)
