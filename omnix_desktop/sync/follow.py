"""Which scopes, cursors, snapshots, revocation; the only caller of cache.replica."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Final, TypeVar

from omnix_desktop.cache.engine import Engine, fault_of, is_damaged
from omnix_desktop.cache.replica import Hole, Replica, Rewound
from omnix_desktop.ports import Fault, Unsubscribe
from omnix_desktop.sync.connection import Connection
from omnix_protocol.frames import (
    FRAMES_PER_SECOND,
    Ack,
    Batch,
    Current,
    Follow,
    Following,
    Resume,
    Revoked,
    SnapshotPage,
    Unfollow,
    Unfollowed,
    Welcome,
)

T = TypeVar("T")
PAUSE_SECONDS: Final = 2.0
KEPT_SCOPES: Final = 400
"""Conversations and customers that are kept though they are no longer followed."""
_ACKS_PER_SECOND: Final = FRAMES_PER_SECOND * 0.6
_ACKS_AT_ONCE: Final = FRAMES_PER_SECOND * 2.0
Followed = Batch | SnapshotPage | Following | Current | Unfollowed | Revoked
FRAMES: Final = (Batch, SnapshotPage, Following, Current, Unfollowed, Revoked)
_log = logging.getLogger("omnix_desktop.sync.follow")


class Follower:
    """Brings the replica to the server's state and keeps it there. Also the port Follows.

    Whatever is unexpected (a hole, a rewound scope, a damaged file) ends in the same path: a new socket, and
    Resume from the cursors that are in the file by then.
    """

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine, self._connection = engine, connection
        self._replica = Replica(engine)
        self._acks = _Acks(connection)
        self._frames: asyncio.Queue[Welcome | Followed] = asyncio.Queue()
        self._held: dict[str, int] = {}
        self._cursors: dict[str, int] = {}
        """Of the scopes held, as of the last resume or what came since; where a scope begins to be followed again."""
        self._live: set[str] = set()
        self._kept: dict[str, None] = {}
        self._resumed = False
        self._socket = 0
        self._revoked: tuple[Callable[[str], None], ...] = ()
        self.on_new_epoch: Callable[[], Awaitable[None]] = _nothing
        self.on_ready: Callable[[], None] = lambda: None
        self.on_current: Callable[[], None] = lambda: None
        self.on_fault: Callable[[Fault], None] = lambda _: None

    # told by the connection, in its order

    def welcomed(self, welcome: Welcome) -> None:
        self._frames.put_nowait(welcome)

    def received(self, frame: Followed) -> None:
        self._frames.put_nowait(frame)

    def lost(self) -> None:
        """What was received and not applied comes again; nothing of the old socket may meet the new one."""
        self._resumed = False
        self._socket += 1
        self._acks.forget()
        self._live.clear()
        self._kept.clear()
        while not self._frames.empty():
            self._frames.get_nowait()

    # the port

    def hold(self, scope: str) -> None:
        self._held[scope] = self._held.get(scope, 0) + 1
        if self._held[scope] == 1 and self._resumed and scope not in self._live:
            self._follow(scope)

    def let_go(self, scope: str) -> None:
        count = self._held.get(scope, 0) - 1
        if count > 0:
            self._held[scope] = count
        elif self._held.pop(scope, None) is not None:
            self._live.discard(scope)
            self._connection.send(Unfollow(scope=scope))

    def revoked(self, callback: Callable[[str], None]) -> Unsubscribe:
        self._revoked = (*self._revoked, callback)

        def unsubscribe() -> None:
            self._revoked = tuple(known for known in self._revoked if known is not callback)

        return unsubscribe

    # the one task

    async def apply_forever(self) -> None:
        await _done(self._replica.read_again())
        while True:
            frame = await self._frames.get()
            try:
                await self._take(frame)
            except (Hole, Rewound) as unexpected:
                _log.warning("%s in %s: resumed from the cursors", type(unexpected).__name__, unexpected)
                if isinstance(unexpected, Rewound):
                    await self._forget()
                self._connection.begin_again()
            except Exception as error:  # the driver's classes are its own
                await self._recover(error)

    async def _take(self, frame: Welcome | Followed) -> None:
        match frame:
            case Welcome():
                await self._resume(frame)
            case Batch() | SnapshotPage():
                await self._apply(frame)
            case Following():
                await _done(self._replica.begin_following(frame.scope, frame.seq))
                self._note({frame.scope: frame.seq})
            case Revoked():
                await self._purge(frame.scope)
            case Unfollowed():
                await self._keep(frame.scope)
            case Current():
                self.on_current()

    async def _apply(self, frame: Batch | SnapshotPage) -> None:
        socket = self._socket
        if isinstance(frame, Batch):
            await _done(self._replica.apply(frame.commits))
            applied = [commit.seqs for commit in frame.commits]
        else:
            done = self._replica.apply_snapshot(frame)
            if done is not None:
                await _done(done)
            applied = [{frame.scope: frame.seq}] if frame.last else []
        if socket != self._socket:
            return  # the next socket counts its frames anew, and resumes from what the file holds
        for seqs in applied:
            self._note(seqs)
        self._acks.applied(frame.number)

    async def _resume(self, welcome: Welcome) -> None:
        known = await _done(self._replica.known())
        if known.epoch != welcome.epoch:
            if known.epoch is not None:
                _log.warning("the server has begun a new epoch: everything is fetched again")
                await self.on_new_epoch()
            await _done(self._replica.begin_epoch(welcome.epoch))
            known = await _done(self._replica.known())
        self._cursors = dict(known.cursors)
        if not self._connection.send(Resume(epoch=welcome.epoch, cursors=known.cursors)):
            return
        self._resumed = True
        for scope in self._held:
            self._follow(scope)
        self.on_ready()

    async def _recover(self, error: Exception) -> None:
        """The cursors in the file say what is missing, so nothing is lost by beginning again."""
        if is_damaged(error):
            _log.warning("cache.db is damaged and is fetched again: %s", error)
            await _done(self._engine.rebuild_replica())
            return
        _log.error("the replica could not be written", exc_info=error)
        self.on_fault(fault_of(error))
        await asyncio.sleep(PAUSE_SECONDS)
        self._connection.begin_again()

    async def _keep(self, scope: str) -> None:
        """No longer followed, and still good to look at: the latest of these stay, for a start without the network."""
        self._live.discard(scope)
        if scope in self._held:
            self._follow(scope)
            return
        self._kept.pop(scope, None)
        self._kept[scope] = None
        if len(self._kept) > KEPT_SCOPES:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._cursors.pop(oldest, None)
            await _done(self._replica.purge((oldest,)))

    async def _purge(self, scope: str) -> None:
        self._live.discard(scope)
        self._cursors.pop(scope, None)
        await _done(self._replica.purge((scope,)))
        for callback in self._revoked:
            callback(scope)

    async def _forget(self) -> None:
        """The server's state is older than ours: as with a new epoch, what is unsent waits for the agent's word."""
        known = await _done(self._replica.known())
        await self.on_new_epoch()
        await _done(self._replica.begin_epoch(known.epoch or ""))

    def _note(self, seqs: dict[str, int]) -> None:
        for scope, seq in seqs.items():
            self._live.add(scope)
            self._kept.pop(scope, None)
            self._cursors[scope] = max(seq, self._cursors.get(scope, 0))

    def _follow(self, scope: str) -> None:
        self._connection.send(Follow(scope=scope, cursor=self._cursors.get(scope)))


class _Acks:
    """Acknowledgements at a rate that the server takes: the first ones at once, then the latest one at each turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._allowance = _ACKS_AT_ONCE
        self._filled = 0.0
        self._latest: int | None = None
        self._turn: asyncio.TimerHandle | None = None

    def applied(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        self._latest = number
        if self._turn is not None:
            return
        now = loop.time()
        self._allowance = min(_ACKS_AT_ONCE, self._allowance + (now - self._filled) * _ACKS_PER_SECOND)
        self._filled = now
        if self._allowance >= 1:
            self._allowance -= 1
            self._send()
        else:
            self._turn = loop.call_later((1 - self._allowance) / _ACKS_PER_SECOND, self._on_turn)

    def forget(self) -> None:
        """The socket went; the next one counts anew."""
        self._latest = None
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _on_turn(self) -> None:
        self._turn = None
        if self._latest is not None:
            self.applied(self._latest)

    def _send(self) -> None:
        if self._latest is not None:
            self._connection.send(Ack(number=self._latest))
            self._latest = None


async def _nothing() -> None:
    pass


async def _done(future: Future[T]) -> T:
    return await asyncio.wrap_future(future)
