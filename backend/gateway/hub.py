"""All sockets of this process: who has one, what hints from the bus mean for them, what is looked at without hints."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Final, TypeVar

import msgspec

from backend.bus import Bus, Ended, Grown, Hint, Pulsing
from backend.gateway.feed import Feeds
from backend.gateway.pace import Pace
from backend.gateway.sessions import Sessions
from backend.gateway.socket import Socket, goodbye
from backend.tasks import Tasks
from backend.telemetry import Metrics
from omnix_protocol import codec
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Pulsed
from omnix_protocol.ids import SessionId

K = TypeVar("K", bound=str)
TICK_SECONDS: Final = 0.005
"""What is due to a socket within one tick goes out as one write."""
SOCKET_MAX_SECONDS: Final = 0.001
"""What telling one socket can cost."""
_log = logging.getLogger("backend.gateway.hub")


class Hub:
    """Knows sockets by session. Nothing about what they follow: that is theirs and the feeds'."""

    def __init__(
        self,
        feeds: Feeds,
        sessions: Sessions,
        bus: Bus,
        metrics: Metrics,
        pace: Pace,
        *,
        poll_seconds: float,
        per_user: int,
        also: Callable[[], Awaitable[None]],
    ) -> None:
        """`also` is done with each poll."""
        self._feeds = feeds
        self._sessions = sessions
        self._bus = bus
        self._metrics = metrics
        self._pace = pace
        self._poll_seconds = poll_seconds
        self._per_user = per_user
        self._also = also
        self._sockets: dict[SessionId, list[Socket]] = {}
        self._of_user: dict[str, list[Socket]] = {}
        self._waking: set[Socket] = set()
        self._ticking = False
        self._closed = False
        self._tasks = Tasks("hub")
        self._unsubscribe = bus.subscribe(self._heard)

    def start(self) -> None:
        self._tasks.start(self._poll_forever(), "poll")

    async def close(self, seconds: float) -> None:
        """Let running commands come to their end, say goodbye to everybody, let go. May be called again."""
        if self._closed:
            return
        self._closed = True
        self._unsubscribe()
        everybody = [socket for sockets in self._sockets.values() for socket in sockets]
        if everybody:
            await asyncio.wait(
                [self._tasks.start(socket.runs.join(), "drain") for socket in everybody], timeout=seconds
            )
        for socket in everybody:
            socket.end(goodbye(Reason.UNAVAILABLE, retry=True))
        await self._tasks.close()

    def soon(self, socket: Socket) -> None:
        """Wake this socket's writer at the next tick."""
        self._waking.add(socket)
        if not self._ticking:
            self._ticking = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time() + TICK_SECONDS, self._pace.earliest), self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._ticking = False
        waking, self._waking = self._waking, set()
        for socket in waking:
            socket.wake()
        loop.call_soon(self._after, began, len(waking))

    def _after(self, began: float, woken: int) -> None:
        """The writers have had their turn: that is what a round costs, but for what others did in between."""
        took = asyncio.get_running_loop().time() - began
        self._pace.spent(min(took, woken * SOCKET_MAX_SECONDS))

    def add(self, socket: Socket) -> None:
        who = socket.who
        self._sockets.setdefault(who.session_id, []).append(socket)
        mine = self._of_user.setdefault(f"{who.tenant_id} {who.actor}", [])
        mine.append(socket)
        if len(mine) > self._per_user:
            mine[0].end(goodbye(Reason.TOO_MANY_REQUESTS, retry=False, seconds=1))

    def remove(self, socket: Socket) -> None:
        who = socket.who
        _take_away(self._sockets, who.session_id, socket)
        _take_away(self._of_user, f"{who.tenant_id} {who.actor}", socket)

    def open_sessions(self) -> list[SessionId]:
        return list(self._sockets)

    def end(self, session_ids: Iterable[str]) -> None:
        """These sessions are over: so are their sockets."""
        for session_id in session_ids:
            for socket in tuple(self._sockets.get(SessionId(session_id), ())):
                socket.end(goodbye(Reason.NOT_SIGNED_IN, retry=False))

    def _heard(self, hint: Hint) -> None:
        match hint:
            case Grown():
                if (feed := self._feeds.known(hint.tenant_id)) is not None:
                    feed.grown(hint.heads)
            case Ended():
                self.end(hint.session_ids)
            case Pulsing():
                self._pulse(hint)

    def _pulse(self, hint: Pulsing) -> None:
        feed = self._feeds.known(hint.tenant_id)
        followers = feed.followers(hint.scope) if feed is not None else ()
        if followers:
            frame = codec.encode(Pulsed(type=hint.type, body=hint.body))
            sender = msgspec.json.decode(hint.body, type=_Sent).user_id or ""
            for follower in followers:
                follower.pulsed(frame, sender)

    def _measure(self) -> None:
        self._metrics.followed.set(self._feeds.count())
        kinds = Counter(socket.who.actor.kind for sockets in self._sockets.values() for socket in sockets)
        for kind in ("user", "visitor"):
            self._metrics.sockets.labels(kind).set(kinds[kind])

    async def _poll_forever(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            self._measure()
            now = asyncio.get_running_loop().time()
            for sockets in tuple(self._sockets.values()):
                for socket in tuple(sockets):
                    socket.look(now)
            await self._feeds.poll()
            try:
                self.end(await self._sessions.ended_among(self.open_sessions()))
                await self._also()
            except Exception:
                _log.exception("sessions could not be looked at")


class _Sent(msgspec.Struct):
    user_id: str | None = None


def _take_away(table: MutableMapping[K, list[Socket]], key: K, socket: Socket) -> None:
    found = table.get(key, [])
    if socket in found:
        found.remove(socket)
    if not found:
        table.pop(key, None)
