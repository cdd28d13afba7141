"""One SMPP session as a client: bind, a window of submits, deliveries with back-pressure, enquire_link, time-outs.

Nothing here is a task: octets come by callback, and whoever waits for an answer or a delivery waits for a future.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from backend.channels.sms.pdu import (
    GENERIC_NACK,
    HEAD,
    SEQUENCE_MAX,
    Command,
    Malformed,
    Pdu,
    ShortMessage,
    announced_length,
    bind_body,
    decode,
    submit_body,
)

CONNECT_SECONDS: Final = 10.0
WINDOW: Final = 10
"""Submits without an answer at a time; centres allow about as many."""
DELIVERIES_KEPT: Final = 100
"""Deliveries that nobody took yet: beyond these nothing more is read from the socket."""
INVALID_COMMAND: Final = 0x03


@dataclass(frozen=True, slots=True)
class Centre:
    """Where a session goes and as whom; never prints the password."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for an answer, and without a sign of life before one is asked for (enquire_link)."""

    answer: float = 10.0
    quiet: float = 30.0


class NoConnection(Exception):
    """No session came about, or it ended before anything was written: what was to be sent did certainly not go out."""


class BindRefused(Exception):
    """The centre does not let us in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with status {status:#x}")
        self.status = status


class Lost(Exception):
    """The session ended; what was written and not answered may have arrived or not."""


class Session(asyncio.Protocol):
    """Made by `opened`; used until it is `lost`."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._octets = bytearray()
        self._sequence = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self._deliveries: list[Pdu] = []
        self._arrived = asyncio.Event()
        self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._why = ""
        self.lost = False

    # what a caller does

    @property
    def usable(self) -> bool:
        """Whether anything can still be asked."""
        return not self._why

    async def bind(self, kind: Command, centre: Centre) -> None:
        """Raises BindRefused, NoConnection, Malformed (a setting that no bind can hold)."""
        body = bind_body(centre.system_id, centre.password, centre.system_type)
        try:
            answer = await self._ask(kind, body)
        except Lost as error:
            raise NoConnection(str(error)) from None
        if answer.status:
            raise BindRefused(answer.status)

    async def submit(self, message: ShortMessage) -> Pdu:
        """The centre's answer. Raises NoConnection (nothing was written), Lost (no answer), Malformed."""
        body = submit_body(message)
        async with self._window:
            return await self._ask(Command.SUBMIT_SM, body)

    async def deliveries(self) -> list[Pdu]:
        """All deliver_sm that wait, one at least; they stay the centre's until answered. Raises Lost after the last."""
        while not self._deliveries:
            if self.lost:
                raise Lost(self._why)
            self._arrived.clear()
            await self._arrived.wait()
        taken, self._deliveries = self._deliveries, []
        if self._transport is not None and not self.lost:
            self._transport.resume_reading()
        return taken

    def answer(self, request: Pdu, status: int = 0) -> None:
        """Answers a deliver_sm (its message_id is empty by the book)."""
        self._write(request.answer(status, b"\0" if status == 0 and request.command == Command.DELIVER_SM else b""))

    def close(self) -> None:
        """Says unbind and hangs up; the centre's answer is not waited for."""
        self._write(Pdu(Command.UNBIND, 0, self._next()))
        self._why = self._why or "The session was closed."
        if self._transport is not None:
            self._transport.close()

    def hang_up(self, why: str = "The session was closed.") -> None:
        """Ends it at once."""
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    # what the socket does

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by what it does, not by its class
        self._restart_timer(self._patience.quiet, self._quiet)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self._why = self._why or "The connection to the centre was lost."
        if self._timer is not None:
            self._timer.cancel()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Lost(self._why))
        self._waiting.clear()
        self._arrived.set()

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self._octets += data
        try:
            while len(self._octets) >= HEAD and len(self._octets) >= (length := announced_length(self._octets[:4])):
                unit = decode(bytes(self._octets[:length]))
                del self._octets[:length]
                self._came(unit)
        except Malformed as error:
            self.hang_up(f"The centre speaks no SMPP: {error}")

    # between the two

    def _came(self, unit: Pdu) -> None:
        if unit.is_response:
            waiting = self._waiting.pop(unit.sequence, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(unit)
        elif unit.command == Command.DELIVER_SM:
            self._deliveries.append(unit)
            self._arrived.set()
            if len(self._deliveries) >= DELIVERIES_KEPT and self._transport is not None:
                self._transport.pause_reading()
        elif unit.command == Command.ENQUIRE_LINK:
            self._write(unit.answer())
        elif unit.command == Command.UNBIND:
            self._write(unit.answer())
            self._why = "The centre ended the session."
            if self._transport is not None:
                self._transport.close()
        else:
            self._write(Pdu(GENERIC_NACK, INVALID_COMMAND, unit.sequence))

    async def _ask(self, command: Command, body: bytes) -> Pdu:
        if self._why or self._transport is None:
            raise NoConnection(self._why)
        sequence = self._next()
        waiting: asyncio.Future[Pdu] = self._loop.create_future()
        self._waiting[sequence] = waiting
        self._write(Pdu(command, 0, sequence, body))
        try:
            async with asyncio.timeout(self._patience.answer):
                answer = await waiting
        except TimeoutError:
            raise Lost(f"The centre did not answer within {self._patience.answer:g} s.") from None
        finally:
            self._waiting.pop(sequence, None)
        return answer

    def _write(self, unit: Pdu) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(unit.encode())

    def _next(self) -> int:
        self._sequence = self._sequence % SEQUENCE_MAX + 1
        return self._sequence

    def _quiet(self) -> None:
        """Nothing was heard for a while, or something was and the clock starts anew from there."""
        silent = self._loop.time() - self._heard
        if silent >= self._patience.quiet + self._patience.answer:
            self.hang_up("The centre shows no sign of life.")
        elif silent >= self._patience.quiet:
            self._write(Pdu(Command.ENQUIRE_LINK, 0, self._next()))
            self._restart_timer(self._patience.answer, self._quiet)
        else:
            self._restart_timer(self._patience.quiet - silent, self._quiet)

    def _restart_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)


async def opened(centre: Centre, kind: Command, patience: Patience | None = None) -> Session:
    """A session that is bound. Raises NoConnection, BindRefused, Malformed."""
    session = Session(patience or Patience())
    context = ssl.create_default_context() if centre.tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().create_connection(lambda: session, centre.host, centre.port, ssl=context)
    except TimeoutError:
        raise NoConnection("The centre could not be reached in time.") from None
    except (OSError, ValueError, OverflowError, UnicodeError) as error:
        raise NoConnection(f"The centre could not be reached ({type(error).__name__}).") from None
    bound = False
    try:
        await session.bind(kind, centre)
        bound = True
    finally:
        if not bound:
            session.hang_up()
    return session
