"""One socket: hello, back-off with jitter, heartbeat, the server's clock. Imports websockets when used."""

import asyncio
import importlib
import logging
import random
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import urlsplit, urlunsplit

import msgspec

from omnix_desktop.clock import ServerClock
from omnix_desktop.sync.http import Unreachable, is_loopback, tls_context
from omnix_desktop.sync.tokens import SignedOut, Tokens
from omnix_desktop.tasks import Tasks
from omnix_protocol import codec
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.frames import MAX_SERVER_FRAME, VERSIONS, Goodbye, Hello, Ping, Pong, ServerFrame, Welcome

OPEN_SECONDS: Final = 4.0
WELCOME_SECONDS: Final = 10.0
FIRST_DELAY: Final = 0.1
LONGEST_DELAY: Final = 1.0
"""Short, because the screens must equal the server's state within 2 s of its return (promise 4)."""
PING_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 12.0
_SETTLED_SECONDS: Final = 5.0
_log = logging.getLogger("omnix_desktop.sync.connection")


class Listener(Protocol):
    """Who the connection speaks for; called in the loop's thread, in order."""

    def connecting(self) -> None: ...

    def welcomed(self, welcome: Welcome) -> None: ...

    def received(self, frame: ServerFrame) -> None: ...

    def lost(self, delay: float, reason: Refused | None) -> None:
        """No connection; the next attempt comes after `delay` seconds."""
        ...

    def ended(self, reason: Refused) -> None:
        """No connection, and none will be tried."""
        ...


class _GoneForGood(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class Connection:
    """Tries for as long as it is open; a lost socket is begun anew and never mended."""

    def __init__(self, server: str, client: str, tokens: Tokens, clock: ServerClock, tasks: Tasks) -> None:
        self._server, self._client = server, client
        self._tokens, self._clock, self._tasks = tokens, clock, tasks
        self._outgoing: asyncio.Queue[bytes] | None = None
        self._hurry = asyncio.Event()
        self._heard = 0.0
        self._abort: Callable[[], None] = lambda: None
        self._why: Refused | None = None

    def start(self, listener: Listener) -> None:
        self._tasks.start(self._forever(listener), "connection")

    def send(self, frame: msgspec.Struct) -> bool:
        """False without a connection; then the frame is forgotten."""
        if self._outgoing is None:
            return False
        self._outgoing.put_nowait(codec.encode(frame))
        return True

    def try_now(self) -> None:
        self._hurry.set()

    def begin_again(self) -> None:
        """Give this socket up and resume over a new one: the one way out of anything unexpected."""
        self._abort()

    async def _forever(self, listener: Listener) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            listener.connecting()
            began = loop.time()
            self._why = None
            try:
                await self._once(listener)
            except (SignedOut, _GoneForGood) as end:
                listener.ended(end.refused)
                return
            except (Unreachable, codec.Malformed, codec.UnknownType, OSError, TimeoutError) as error:
                _log.info("no connection: %s", error)
            failures = 0 if loop.time() - began > _SETTLED_SECONDS else failures + 1
            delay = random.uniform(0.0, min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures, 10)))  # noqa: S311  # jitter
            listener.lost(delay, self._why)
            await self._pause(delay)

    async def _pause(self, delay: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(delay):
                await self._hurry.wait()
        except TimeoutError:
            pass

    async def _once(self, listener: Listener) -> None:
        token = await self._tokens.access()
        websockets = await asyncio.to_thread(importlib.import_module, "websockets.asyncio.client")
        exceptions = importlib.import_module("websockets.exceptions")
        try:
            socket = await self._connect(websockets)
        except exceptions.WebSocketException as error:
            raise Unreachable(str(error)) from error
        try:
            await self._converse(socket, token, listener)
        except exceptions.ConnectionClosed as closed:
            raise Unreachable(str(closed)) from closed
        finally:
            self._outgoing = None
            socket.transport.abort()

    async def _connect(self, websockets: Any) -> Any:
        parts = urlsplit(self._server)
        secure = parts.scheme == "https"
        url = urlunsplit(("wss" if secure else "ws", parts.netloc, parts.path.rstrip("/") + "/v1/socket", "", ""))
        options: dict[str, Any] = {"ssl": await asyncio.to_thread(tls_context)} if secure else {}
        return await websockets.connect(
            url,
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            ping_interval=None,  # the protocol has a heartbeat of its own, which also tells the time
            max_size=MAX_SERVER_FRAME,
            compression=None,
            proxy=None if is_loopback(self._server) else True,
            **options,
        )

    async def _converse(self, socket: Any, token: str, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        self._abort = socket.transport.abort
        hello = Hello(versions=VERSIONS, token=token, device_id=self._tokens.device_id, client=self._client)
        asked = loop.time()
        await socket.send(codec.encode(hello), text=True)
        async with asyncio.timeout(WELCOME_SECONDS):
            first = codec.server_frame(await socket.recv(decode=False))
        if isinstance(first, Goodbye):
            self._goodbye(first, token)
            return
        if not isinstance(first, Welcome):
            raise Unreachable(f"the server began with {type(first).__name__}")
        self._clock.hello(first.now.timestamp(), loop.time() - asked)
        self._heard = loop.time()
        outgoing = self._outgoing = asyncio.Queue()
        writer = self._tasks.start(self._write(socket, outgoing), "writer")
        heart = self._tasks.start(self._beat(socket), "heartbeat")
        try:
            listener.welcomed(first)
            await self._read(socket, token, listener)
        finally:
            writer.cancel()
            heart.cancel()

    async def _read(self, socket: Any, token: str, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        while True:
            data = await socket.recv(decode=False)
            self._heard = loop.time()
            try:
                frame = codec.server_frame(data)
            except codec.UnknownType as unknown:
                _log.info("a newer server's frame is passed over: %s", unknown)
                continue
            except codec.Malformed as malformed:
                raise Unreachable(f"a frame is not understood: {malformed}") from None
            if isinstance(frame, Goodbye):
                self._goodbye(frame, token)
                return
            if isinstance(frame, Pong):
                self._clock.hello(frame.now.timestamp(), loop.time() - frame.sent)
            listener.received(frame)

    def _goodbye(self, frame: Goodbye, token: str) -> None:
        self._why = frame.refused
        if frame.refused.reason == Reason.NOT_SIGNED_IN:
            self._tokens.reject(token)  # the next attempt renews it, or learns that the session has ended
        elif not frame.retry:
            raise _GoneForGood(frame.refused)

    async def _write(self, socket: Any, outgoing: "asyncio.Queue[bytes]") -> None:
        exceptions = importlib.import_module("websockets.exceptions")
        try:
            while True:
                await socket.send(await outgoing.get(), text=True)
        except (exceptions.ConnectionClosed, OSError):
            socket.transport.abort()

    async def _beat(self, socket: Any) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_SECONDS)
            if loop.time() - self._heard > SILENCE_SECONDS:
                _log.info("the server is silent")
                socket.transport.abort()
                return
            self.send(Ping(sent=loop.time()))
