"""Many sockets in one process: each says hello, follows, and counts the commits that it decoded."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from websockets.asyncio.client import ClientConnection, connect

from omnix_protocol import codec, frames

AT_ONCE = 50


class Swarm:
    """`counts[i]` is how many commits socket i has decoded; `done` is set when each has `expected` of them."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.counts: list[int] = []
        self.done = asyncio.Event()
        self.last_at = 0.0

    def counted(self, index: int, commits: int) -> None:
        self.counts[index] += commits
        if self.counts[index] >= self.expected and min(self.counts) >= self.expected:
            self.last_at = time.perf_counter()
            self.done.set()


async def open_all(stack: AsyncExitStack, urls: Sequence[str]) -> list[ClientConnection]:
    """Opens them a few at a time, so that the listen queue does not overflow."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> ClientConnection:
        async with gate:
            return await stack.enter_async_context(connect(url, compression=None, max_size=None, ping_interval=None))

    return list(await asyncio.gather(*map(one, urls)))


async def count_plain(swarm: Swarm, index: int, socket: ClientConnection) -> None:
    """A message is one encoded Batch."""
    async for data in socket:
        frame = codec.server_frame(data)
        assert isinstance(frame, frames.Batch)
        swarm.counted(index, len(frame.commits))


async def count_batches(swarm: Swarm, index: int, socket: ClientConnection) -> None:
    """A followed server's frames: batches are counted and acknowledged, anything else is passed over."""
    async for data in socket:
        frame = codec.server_frame(data)
        if isinstance(frame, frames.Batch):
            await socket.send(codec.encode(frames.Ack(number=frame.number)).decode())
            swarm.counted(index, len(frame.commits))
        elif isinstance(frame, frames.SnapshotPage):
            await socket.send(codec.encode(frames.Ack(number=frame.number)).decode())
        elif isinstance(frame, frames.Goodbye):
            sys.exit(f"the server said goodbye: {frame.refused.code}")
