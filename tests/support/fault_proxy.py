"""A TCP proxy that does to connections what networks do: cut, stall, delay, refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from tests.support.tcp import settled_sockets, stop_listening

CHUNK = 65536


class FaultProxy:
    """Stands before one port of the loopback; faults bite at once, on every connection.

    The far side sees what it would see in life: `cut` is a reset, `stall` is silence with the
    connection still open, `refuse` is nobody listening.
    """

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.delay = 0.0  # seconds that each byte stays on the way, in each direction
        self.connections = 0  # accepted so far
        self.passed = 0  # bytes forwarded so far, both directions
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut_after: int | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[Any]] = set()
        self._ended = False

    async def accept(self) -> Self:
        """Listen (again); the port stays the same for the proxy's life."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def refuse(self) -> None:
        """Nobody listens any more; what is connected stays so."""
        server, self._server = self._server, None
        if server is not None:
            await stop_listening(server)

    def cut(self) -> None:
        """Reset every connection now; new ones are accepted."""
        for writer in self._open:
            writer.transport.abort()

    def cut_after(self, size: int) -> None:
        """Cut when this many more bytes have passed: in the midst of a frame, every time alike."""
        self._cut_after = self.passed + size

    def stall(self) -> None:
        """Keep connections open and let no byte through."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    async def close(self) -> None:
        self._ended = True
        await self.refuse()
        self.cut()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        await settled_sockets()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._ended:  # it was accepted in the turn before
            writer.transport.abort()
            return
        self._open.add(writer)
        reaching = asyncio.create_task(asyncio.open_connection("127.0.0.1", self._target_port))
        self._pumps.add(reaching)  # the proxy may close before the other side is reached
        try:
            there, back = await reaching
        except (OSError, asyncio.CancelledError):
            self._open.discard(writer)
            writer.transport.abort()
            return
        finally:
            self._pumps.discard(reaching)
        self._open.add(back)
        if self._ended:  # the other side was reached in the turn before
            self.cut()
        pumps = {asyncio.create_task(self._pump(reader, back)), asyncio.create_task(self._pump(there, writer))}
        self._pumps |= pumps
        await asyncio.wait(pumps)
        self._pumps -= pumps
        self._open -= {writer, back}
        for end in (writer, back):
            end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(self._deliver(on_the_way, writer))
        try:
            with suppress(OSError):
                while chunk := await reader.read(CHUNK):
                    on_the_way.put_nowait((loop.time() + self.delay, chunk))
            if reader.exception() is not None:
                writer.transport.abort()
            on_the_way.put_nowait((loop.time() + self.delay, b""))
            await delivering
        finally:
            delivering.cancel()

    async def _deliver(self, on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, chunk = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            await self._flowing.wait()
            if not chunk:
                if writer.can_write_eof():
                    with suppress(OSError):
                        writer.write_eof()
                return
            chunk = self._up_to_the_cut(chunk)
            with suppress(OSError):
                writer.write(chunk)
                self.passed += len(chunk)
                await writer.drain()
            if self._cut_after is not None and self.passed >= self._cut_after:
                self._cut_after = None
                self.cut()

    def _up_to_the_cut(self, chunk: bytes) -> bytes:
        return chunk if self._cut_after is None else chunk[: max(self._cut_after - self.passed, 0)]


@asynccontextmanager
async def fault_proxy(target_port: int) -> AsyncIterator[FaultProxy]:
    proxy = await FaultProxy(target_port).accept()
    try:
        yield proxy
    finally:
        await proxy.close()
