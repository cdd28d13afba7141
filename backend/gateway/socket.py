"""One socket: frames to runner, asks and follow, and what is due back; whoever breaks a limit is told which."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from backend.asks import Asks
from backend.gateway.feed import Feeds
from backend.gateway.follow import Follow, NoLongerUser, TooManyFollows
from backend.gateway.limit import Bucket
from backend.gateway.principal import Principal
from backend.store.store import Store
from backend.tasks import Tasks
from backend.telemetry import Metrics
from omnix_protocol import codec, frames
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Goodbye, Hello, Result, Run
from omnix_protocol.ids import CommandId

HELLO_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 3.0 * frames.HEARTBEAT_SECONDS
SEND_SECONDS: Final = 30.0
RUNS_WAITING: Final = 64
ASKS_AT_ONCE: Final = 8
PULSES_WAITING: Final = 32
RETRY_SECONDS: Final = 1.0
_log = logging.getLogger("backend.gateway.socket")


class Door(Protocol):
    """What differs between the socket of a user and that of a visitor."""

    kind: str

    async def admit(self, hello: Hello) -> Principal | Refused: ...

    async def run(self, who: Principal, frame: Run) -> Result: ...

    async def pulse(self, who: Principal, follows: frozenset[str], frame: frames.SendPulse) -> Refused | None: ...

    async def opened(self, who: Principal, socket: "Socket") -> None: ...

    async def closed(self, who: Principal, socket: "Socket") -> None: ...


@dataclass(frozen=True, slots=True)
class House:
    """What every socket of this process shares."""

    store: Store
    asks: Asks
    feeds: Feeds
    metrics: Metrics
    epoch: str
    now: Callable[[], datetime]
    soon: Callable[["Socket"], None]  # wake this socket's writer together with the others, a tick later
    ack_seconds: float


class Ended(Exception):
    """The socket is over, with the words to say."""

    def __init__(self, goodbye: Goodbye, why: str) -> None:
        super().__init__(why)
        self.goodbye = goodbye
        self.why = why


def goodbye(reason: Reason, *, retry: bool, **args: str | int) -> Ended:
    return Ended(Goodbye(refused=refused(reason, **args), retry=retry), reason.value)


class Socket:
    """From accept to close. The reader takes frames, the writer sends what is due, runs go one after another."""

    def __init__(self, wire: WebSocket, door: Door, house: House) -> None:
        self._wire = wire
        self._door = door
        self._house = house
        self._wake = asyncio.Event()
        self.runs: asyncio.Queue[Run] = asyncio.Queue(RUNS_WAITING)
        self._asking = asyncio.Semaphore(ASKS_AT_ONCE)
        self._pulses: list[bytes] = []
        self._blocked = 0  # sends that wait for the wire to take them
        self._follow: Follow | None = None
        self._following = asyncio.Lock()
        self._who: Principal | None = None
        self._owing: tuple[int, float] | None = None  # acknowledged up to here, and until when that is borne
        self._now = asyncio.get_running_loop().time
        self._heard = self._sending = self._now()
        self._ending: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._tasks = Tasks("socket", self._failed)

    @property
    def who(self) -> Principal:
        assert self._who is not None
        return self._who

    @property
    def follows(self) -> frozenset[str]:
        return self._follow.scopes if self._follow is not None else frozenset()

    def wake(self) -> None:
        """Let the writer look for what is due."""
        self._wake.set()

    def end(self, reason: Ended) -> None:
        """Say goodbye and close; what was asked before is not waited for."""
        if not self._ending.done():
            self._ending.set_result(reason)

    def pulse(self, frame: bytes) -> None:
        """Send this when the writer comes to it; where too many wait already, it no longer matters."""
        if len(self._pulses) < PULSES_WAITING:
            self._pulses.append(frame)
            self._house.soon(self)

    async def live(self) -> None:
        """The whole life of the socket; returns when it is closed."""
        await self._wire.accept()
        reading = self._tasks.start(self._read(), "read")
        reading.add_done_callback(lambda _: self._wake.set())
        opened = False
        try:
            either: set[asyncio.Future[Any]] = {reading, self._ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            opened = self._who is not None
            if self._ending.done():
                await _farewell(self._wire, self._house.metrics, self._ending.result())
        finally:
            await self._tasks.close()
            if self._follow is not None:
                self._follow.close()
            if opened:
                await self._door.closed(self.who, self)

    def look(self, now: float) -> None:
        """End it if nothing has been heard or could be sent for too long; asked every few seconds."""
        if now - self._heard > SILENT_SECONDS:
            self.end(Ended(Goodbye(refused=refused(Reason.UNAVAILABLE), retry=True), "silent"))
        elif self._blocked and now - self._sending > SEND_SECONDS:
            self.end(Ended(Goodbye(refused=refused(Reason.UNAVAILABLE), retry=True), "slow_reader"))

    # reading

    async def _read(self) -> None:
        try:
            await self._welcome()
            bucket = Bucket(frames.FRAMES_PER_SECOND, 4 * frames.FRAMES_PER_SECOND, self._heard)
            while True:
                data = await self._next()
                if not bucket.take(self._heard):
                    raise goodbye(Reason.TOO_MANY_REQUESTS, retry=True, seconds=1)
                if await self._take(data):
                    bucket.give_back()
        except WebSocketDisconnect:
            return
        except TooManyFollows:
            self.end(goodbye(Reason.TOO_MANY_FOLLOWS, retry=True, limit=frames.MAX_FOLLOWS))
        except Ended as ended:
            self.end(ended)

    async def _next(self) -> bytes | str:
        message = await self._wire.receive()
        self._heard = self._now()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        data: bytes | str = message.get("text") or message.get("bytes") or b""
        if len(data) > frames.MAX_FRAME:
            raise goodbye(Reason.TOO_LARGE, retry=False, limit=frames.MAX_FRAME)
        return data

    async def _welcome(self) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = _decoded(await self._next())
        except TimeoutError:
            raise Ended(Goodbye(refused=refused(Reason.NOT_SIGNED_IN), retry=True), "no_hello") from None
        if not isinstance(hello, Hello):
            raise goodbye(Reason.NOT_SIGNED_IN, retry=False)
        minimum, maximum = frames.VERSIONS
        version = min(hello.versions[1], maximum)
        if version < max(hello.versions[0], minimum):
            raise goodbye(Reason.VERSION_UNSUPPORTED, retry=False, minimum=minimum, maximum=maximum)
        admitted = await self._door.admit(hello)
        if isinstance(admitted, Refused):
            raise Ended(Goodbye(refused=admitted, retry=False), admitted.code)
        self._who = admitted
        feed = self._house.feeds.of(admitted.tenant_id)
        house = self._house
        self._follow = Follow(feed, house.store, house.asks, admitted.actor, lambda: house.soon(self), self.pulse)
        await self._say(
            frames.Welcome(
                version=version,
                epoch=self._house.epoch,
                now=self._house.now(),
                session_id=admitted.session_id,
                tenant_id=admitted.tenant_id,
                user_id=admitted.user_id,
            )
        )
        await self._door.opened(admitted, self)
        self._tasks.start(self._write(), "write")
        self._tasks.start(self._run(), "run")

    async def _take(self, data: bytes | str) -> bool:
        """Whether the client owed this frame: how many batches it answers is the server's choice."""
        frame = _decoded(data)
        if frame is None:
            self._house.metrics.frames.labels("malformed").inc()
            await self._say(_answer_to_malformed(data))
            return False
        self._house.metrics.frames.labels(type(frame).__name__).inc()
        match frame:
            case frames.Ping():
                await self._say(frames.Pong(sent=frame.sent, now=self._house.now()))
            case frames.Ack():
                return _acknowledged(_there(self._follow), frame.number)
            case frames.Run():
                await self.runs.put(frame)
            case frames.Ask():
                await self._asking.acquire()
                self._tasks.start(self._ask(frame), "ask")
            case frames.SendPulse():
                await self._door.pulse(self.who, self.follows, frame)
            case frames.Hello():
                raise goodbye(Reason.MALFORMED, retry=False, detail="hello was said already")
            case _:
                await self._change_follows(frame)
        return False

    async def _change_follows(self, frame: frames.Resume | frames.Follow | frames.Unfollow) -> None:
        answers: list[msgspec.Struct] = []
        async with self._following:
            match frame:
                case frames.Resume():
                    cursors = frame.cursors if frame.epoch == self._house.epoch else {}
                    answers = await _kept(_there(self._follow).resume(cursors))
                case frames.Follow():
                    answers = await _kept(_there(self._follow).follow(frame.scope, frame.cursor))
                case frames.Unfollow():
                    _there(self._follow).unfollow(frame.scope)
            for answer in answers:
                await self._say(answer)

    # answering

    async def _run(self) -> None:
        while True:
            frame = await self.runs.get()
            try:
                await self._say(await self._door.run(self.who, frame))
            finally:
                self.runs.task_done()

    async def _ask(self, frame: frames.Ask) -> None:
        try:
            who = self.who
            answer = await self._house.asks.ask(who.tenant_id, who.actor, frame.id, frame.type, frame.body)
            await self._say(answer)
        finally:
            self._asking.release()

    # writing

    async def _write(self) -> None:
        follow = _there(self._follow)
        metrics = self._house.metrics
        while True:
            await self._wait_for_work(follow)
            pulses, self._pulses = self._pulses, []
            for pulse in pulses:
                await self._send(pulse)
            while True:
                async with self._following:
                    before = follow.delivered
                    try:
                        due = await follow.due()
                    except NoLongerUser:
                        raise goodbye(Reason.NOT_SIGNED_IN, retry=False) from None
                    except Exception:
                        _log.exception("what is due could not be read; it is tried again")
                        await asyncio.sleep(RETRY_SECONDS)
                        self._wake.set()
                        break
                    if due is None:
                        break
                    if isinstance(due, bytes):
                        metrics.delivered.inc(follow.delivered - before)
                        await self._send(due)
                    else:
                        for notice in due:
                            await self._say(notice)

    async def _wait_for_work(self, follow: Follow) -> None:
        """Until something may be due; a client that owes acknowledgements for too long is too slow."""
        if not follow.waiting:
            self._owing = None
            await self._wake.wait()
            self._wake.clear()
            return
        if self._owing is None or self._owing[0] != follow.acked:
            self._owing = follow.acked, self._now() + self._house.ack_seconds
        try:
            async with asyncio.timeout_at(self._owing[1]):
                await self._wake.wait()
        except TimeoutError:
            raise Ended(Goodbye(refused=refused(Reason.UNAVAILABLE), retry=True), "slow_reader") from None
        self._wake.clear()

    async def _say(self, frame: msgspec.Struct) -> None:
        await self._send(codec.encode(frame))

    async def _send(self, data: bytes) -> None:
        self._blocked += 1
        if self._blocked == 1:
            self._sending = self._now()
        try:
            await self._wire.send({"type": "websocket.send", "bytes": data})
        finally:
            self._blocked -= 1

    def _failed(self, name: str, error: BaseException) -> None:
        if isinstance(error, Ended):
            self.end(error)
        elif isinstance(error, WebSocketDisconnect | WebSocketDisconnected | OSError):
            self.end(Ended(Goodbye(refused=refused(Reason.UNAVAILABLE), retry=True), "lost"))
        else:
            _log.error("%s failed", name, exc_info=error)
            self.end(goodbye(Reason.UNAVAILABLE, retry=True))


def _there(follow: Follow | None) -> Follow:
    assert follow is not None
    return follow


def _acknowledged(follow: Follow, number: int) -> bool:
    """Whether it says something new."""
    before = follow.acked
    if not follow.acknowledge(number):
        raise goodbye(Reason.MALFORMED, retry=True, detail="ack of a number that was never sent")
    return follow.acked > before


async def _kept(work: Awaitable[list[msgspec.Struct]]) -> list[msgspec.Struct]:
    try:
        return await work
    except (TooManyFollows, asyncio.CancelledError):
        raise
    except Exception:
        _log.exception("what this socket follows could not be read")
        raise goodbye(Reason.UNAVAILABLE, retry=True) from None


async def _farewell(wire: WebSocket, metrics: Metrics, ended: Ended) -> None:
    metrics.dropped.labels(ended.why).inc()
    try:
        async with asyncio.timeout(1):
            await wire.send({"type": "websocket.send", "bytes": codec.encode(ended.goodbye)})
            await wire.close(1000 if ended.goodbye.retry else 1008)
    except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        return


class _Envelope(msgspec.Struct):
    frame: str = ""
    id: str = ""


def _decoded(data: bytes | str) -> frames.ClientFrame | None:
    try:
        return codec.client_frame(data)
    except codec.Malformed:
        return None
    except codec.UnknownType:
        raise goodbye(Reason.UNKNOWN_TYPE, retry=False, type="frame") from None


def _answer_to_malformed(data: bytes | str) -> Result | frames.Answer:
    """The refusal that the asker can pair with what it asked; where that cannot be read, the socket ends."""
    detail = ""
    try:
        codec.client_frame(data)
    except (codec.Malformed, codec.UnknownType) as error:
        detail = str(error)[:300]
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        envelope = _Envelope()
    refusal = refused(Reason.MALFORMED, detail=detail)
    if envelope.frame == "run" and envelope.id:
        return Result(id=CommandId(envelope.id[:64]), refused=refusal)
    if envelope.frame == "ask" and envelope.id:
        return frames.Answer(id=envelope.id[:64], refused=refusal)
    raise Ended(Goodbye(refused=refusal, retry=False), "malformed")
