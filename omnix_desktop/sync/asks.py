"""Queries and their answers: online only, asked again where the socket went in between."""

import asyncio
from typing import Final, TypeVar

import msgspec

from omnix_desktop.ports import OFFLINE, TIMED_OUT
from omnix_desktop.sync.exchange import Disconnected, Exchange
from omnix_desktop.sync.link import LiveLink
from omnix_protocol import codec
from omnix_protocol.base import Query
from omnix_protocol.errors import Refused

S = TypeVar("S", bound=msgspec.Struct)
SECONDS: Final = 15.0


class Asks:
    """The port Ask."""

    def __init__(self, exchange: Exchange, link: LiveLink, seconds: float = SECONDS) -> None:
        self._exchange, self._link, self._seconds = exchange, link, seconds

    async def ask(self, query: Query, answer: type[S]) -> S | Refused:
        if not self._link.is_connected:
            return OFFLINE
        try:
            async with asyncio.timeout(self._seconds):
                return await self._until_answered(query, answer)
        except TimeoutError:
            return TIMED_OUT

    async def _until_answered(self, query: Query, answer: type[S]) -> S | Refused:
        while True:
            await self._link.connected()
            try:
                found = await self._exchange.ask(query)
            except Disconnected:
                continue
            return found.refused if found.refused is not None else codec.decode(found.body, answer)
