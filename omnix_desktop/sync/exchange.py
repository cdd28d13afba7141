"""Pairs what is asked over the socket with what is answered, and keeps to the server's rate."""

import asyncio
from typing import Final, TypeVar

import msgspec

from omnix_desktop.sync.connection import Connection
from omnix_protocol import codec
from omnix_protocol.base import Command, Query
from omnix_protocol.errors import Reason, refused
from omnix_protocol.frames import FRAMES_PER_SECOND, MAX_FRAME, Answer, Ask, Result, Run
from omnix_protocol.ids import CommandId, new_id
from omnix_protocol.text import encode_storable

R = TypeVar("R", Result, Answer)

_RATE: Final = FRAMES_PER_SECOND * 0.3
_BURST: Final = FRAMES_PER_SECOND * 1.5
"""The rest is for acknowledgements, heartbeats and pulses."""
_TOO_LARGE: Final = refused(Reason.TOO_LARGE, limit=MAX_FRAME)


class Disconnected(Exception):
    """The socket went before the answer came: a command may be sent again under its id, a query asked again."""


class Exchange:
    """Commands and queries in flight on the current socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._results: dict[str, asyncio.Future[Result]] = {}
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._allowance = float(_BURST)
        self._filled = 0.0

    async def run(self, command_id: CommandId, command: Command) -> Result:
        """Raises Disconnected. What no frame can hold is refused here: the server would end the socket for it."""
        frame = Run(id=command_id, type=type(command).__name__, body=msgspec.Raw(encode_storable(command)))
        if _too_large(frame):
            return Result(id=command_id, refused=_TOO_LARGE)
        return await self._trade(frame, command_id, self._results)

    async def ask(self, query: Query) -> Answer:
        """Raises Disconnected."""
        key = new_id()
        frame = Ask(id=key, type=type(query).__name__, body=msgspec.Raw(encode_storable(query)))
        if _too_large(frame):
            return Answer(id=key, refused=_TOO_LARGE)
        return await self._trade(frame, key, self._answers)

    def answered(self, frame: Result | Answer) -> None:
        if isinstance(frame, Result):
            _settle(self._results, frame)
        else:
            _settle(self._answers, frame)

    def lost(self) -> None:
        """Nothing that is in flight will be answered."""
        _give_up(self._results)
        _give_up(self._answers)

    async def _trade(self, frame: msgspec.Struct, key: str, waiting: dict[str, asyncio.Future[R]]) -> R:
        await self._pace()
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        waiting[key] = future
        try:
            if not self._connection.send(frame):
                raise Disconnected
            return await future
        finally:
            if waiting.get(key) is future:
                del waiting[key]

    async def _pace(self) -> None:
        """Wait until the server will take one more frame."""
        now = asyncio.get_running_loop().time()
        self._allowance = min(float(_BURST), self._allowance + (now - self._filled) * _RATE) - 1
        self._filled = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / _RATE)


def _too_large(frame: Run | Ask) -> bool:
    return len(codec.encode(frame)) > MAX_FRAME


def _settle(waiting: dict[str, asyncio.Future[R]], frame: R) -> None:
    future = waiting.get(frame.id)
    if future is not None and not future.done():
        future.set_result(frame)


def _give_up(waiting: dict[str, asyncio.Future[R]]) -> None:
    for future in waiting.values():
        if not future.done():
            future.set_exception(Disconnected())
