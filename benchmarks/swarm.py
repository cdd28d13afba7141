"""Many sockets in one process, each counting the commits that it decoded."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from websockets.asyncio.client import ClientConnection, connect

from omnix_protocol import codec, frames
from omnix_protocol.scopes import Commit

AT_ONCE = 50


class Swarm:
    """`done` is set when each socket has decoded what is expected of it; the first keeps its commits."""

    def __init__(self, sockets: int) -> None:
        self.last_at = 0.0
        self.done = asyncio.Event()
        self.commits: list[Commit] = []
        self._missing = [0] * sockets
        self._open = 0

    def expect(self, commits: int) -> None:
        """That many more, for each."""
        self._missing = [commits] * len(self._missing)
        self._open = len(self._missing)
        self.done.clear()

    def counted(self, index: int, commits: tuple[Commit, ...]) -> None:
        if index == 0:
            self.commits += commits
        self._missing[index] -= len(commits)
        if self._missing[index] == 0:
            self._open -= 1
            if self._open == 0:
                self.last_at = time.perf_counter()
                self.done.set()


async def open_all(stack: AsyncExitStack, urls: Sequence[str]) -> list[ClientConnection]:
    """Opens them a few at a time, so that the listen queue does not overflow."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> ClientConnection:
        async with gate:
            opening = connect(url, compression=None, max_size=None, ping_interval=None, proxy=None, open_timeout=60)
            return await stack.enter_async_context(opening)

    return list(await asyncio.gather(*map(one, urls)))


async def follow(socket: ClientConnection, token: str, device: str) -> None:
    """Hello and Resume; returns when nothing more is due."""
    hello = frames.Hello(versions=frames.VERSIONS, token=token, device_id=device, client="swarm")
    await socket.send(codec.encode(hello))
    await socket.send(codec.encode(frames.Resume()))
    while not isinstance(frame := codec.server_frame(await socket.recv()), frames.Current):
        await take(socket, frame)


async def heartbeat(sockets: Sequence[ClientConnection]) -> None:
    """A little of each, so that nobody is taken for gone while a round lasts."""
    while True:
        for socket in sockets:
            await socket.send(codec.encode(frames.Ping(sent=0)))
            await asyncio.sleep(frames.HEARTBEAT_SECONDS / 2 / len(sockets))


async def take(socket: ClientConnection, frame: object) -> tuple[Commit, ...]:
    """Acknowledges what wants it; the commits, where it has any."""
    match frame:
        case frames.Goodbye():
            raise ConnectionError(f"the server said goodbye: {frame.refused}")
        case frames.Batch():
            await socket.send(codec.encode(frames.Ack(number=frame.number)))
            return frame.commits
        case frames.SnapshotPage():
            await socket.send(codec.encode(frames.Ack(number=frame.number)))
    return ()


async def count_batches(swarm: Swarm, index: int, socket: ClientConnection) -> None:
    """Our server's frames."""
    async for data in socket:
        swarm.counted(index, await take(socket, codec.server_frame(data)))


async def count_plain(swarm: Swarm, index: int, socket: ClientConnection) -> None:
    """The plain server's: each message is an encoded Batch that nobody acknowledges."""
    async for data in socket:
        frame = codec.server_frame(data)
        assert isinstance(frame, frames.Batch)
        swarm.counted(index, frame.commits)


async def count_bytes(reader: asyncio.StreamReader, expected: int) -> None:
    while expected > 0:
        data = await reader.read(1 << 20)
        if not data:
            raise ConnectionError("the broker closed a connection")
        expected -= len(data)
