"""Every sequence without a hole: the journal of a scope, read again from its beginning as a client would."""

import asyncio
from collections.abc import Iterable
from typing import Final

from websockets.asyncio.client import connect

from omnix_protocol import codec
from omnix_protocol.frames import VERSIONS, Ack, Batch, Follow, Hello, Resume, SnapshotPage, Unfollowed, Welcome

_SECONDS: Final = 60.0


async def sequences_of(server: str, token: str, device_id: str, heads: dict[str, int]) -> dict[str, list[int]]:
    """What the server sends of each of these scopes from 1 to the head; nothing where that is too long ago."""
    found: dict[str, list[int]] = {scope: [] for scope in heads}
    async with asyncio.timeout(_SECONDS):
        for scope, head in heads.items():
            if head:
                found[scope] = await _one(server, token, device_id, scope, head)
    return found


async def _one(server: str, token: str, device_id: str, scope: str, head: int) -> list[int]:
    seen: list[int] = []
    async with connect(server.replace("http", "ws", 1) + "/v1/socket", compression=None, max_size=None) as socket:
        hello = Hello(versions=VERSIONS, token=token, device_id=device_id, client="omnix-load")
        await socket.send(codec.encode(hello), text=True)
        welcome = codec.server_frame(await socket.recv(decode=False))
        assert isinstance(welcome, Welcome), welcome
        await socket.send(codec.encode(Resume(epoch=welcome.epoch, cursors={scope: 0})), text=True)
        while not seen or seen[-1] < head:
            frame = codec.server_frame(await socket.recv(decode=False))
            if isinstance(frame, Batch):
                seen += [commit.seqs[scope] for commit in frame.commits if scope in commit.seqs]
            elif isinstance(frame, Unfollowed):  # not one of its own: asked for
                await socket.send(codec.encode(Follow(scope=scope, cursor=0)), text=True)
            elif isinstance(frame, SnapshotPage) and frame.scope == scope:
                return []
            if isinstance(frame, Batch | SnapshotPage):
                await socket.send(codec.encode(Ack(number=frame.number)), text=True)
    return seen


def holes(sequences: Iterable[int], head: int) -> list[int]:
    """What is missing, or there twice, from 1 to the head; the scope may have grown since."""
    listed = list(sequences)
    expected = set(range(1, max([head, *listed]) + 1))
    return sorted(expected ^ set(listed)) + sorted({one for one in listed if listed.count(one) > 1})
