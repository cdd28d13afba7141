"""What one socket follows: by right without asking, on its own wish, and what is told when that changes."""

from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from backend.asks import Asks
from backend.gateway.delivery import Delivery, Due
from backend.gateway.feed import TenantFeed
from backend.gateway.standing import Standing
from backend.runner import Actor
from backend.store.store import Store
from omnix_protocol.frames import MAX_FOLLOWS, MAX_UNACKED, Current, Following, Revoked, Unfollowed
from omnix_protocol.scopes import parse


class NoLongerUser(Exception):
    """The person may follow nothing any more: their session is over."""


class TooManyFollows(Exception):
    """The client wants to follow more scopes than it may."""


class Follow:
    """Made when the socket says what it has; asked by the socket's writer for one frame after another.

    `wake` is called when something may be due. Nothing is kept per socket but cursors and names of scopes.
    """

    def __init__(
        self,
        feed: TenantFeed,
        store: Store,
        asks: Asks,
        actor: Actor,
        wake: Callable[[], None],
        pulse: Callable[[bytes], None],
    ) -> None:
        self._feed = feed
        self._asks = asks
        self._actor = actor
        self._wake = wake
        self._pulse = pulse
        self._standing = Standing(feed)
        self._allowed = partial(asks.may_follow_of, feed.tenant_id, actor)
        self._delivery = Delivery(feed, store, self._standing, self._allowed, self._revoke, wake)
        self._derived: set[str] = set()
        self._asked: set[str] = set()
        self._derive = False
        self._until: dict[str, int] | None = None  # after a resume: how far everything must be before it is current
        self._snapshot_turn = False
        self.acked = 0

    # told by the feed

    def touched(self, scope: str) -> None:
        self._standing.dirty.add(scope)
        self._wake()

    def rights_changed(self) -> None:
        self._derive = True
        self._wake()

    def pulsed(self, frame: bytes, sender: str) -> None:
        if sender != self._actor.id:
            self._pulse(frame)

    # asked by the socket

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self._derived | self._asked)

    @property
    def delivered(self) -> int:
        """Commits that were handed to the writer so far."""
        return self._delivery.commits

    @property
    def _full(self) -> bool:
        """Whether the client has as much before it as it may."""
        return self._delivery.sent - self.acked >= MAX_UNACKED

    @property
    def waiting(self) -> bool:
        """Whether the client owes acknowledgements while something more is due."""
        return self._full and bool(self._standing.dirty or self._standing.snapshots)

    def acknowledge(self, number: int) -> bool:
        """False where the number was never sent."""
        if number > self._delivery.sent:
            return False
        withheld = self.waiting
        self.acked = max(self.acked, number)
        if withheld:
            self._wake()
        return True

    async def resume(self, cursors: Mapping[str, int]) -> list[msgspec.Struct]:
        """Begin anew from what the client has; what is answered at once. Batches and snapshots come as they are due."""
        self.close()
        derived = set(await self._asks.derived_scopes(self._feed.tenant_id, self._actor))
        answers = [await self._farewell(scope) for scope in cursors if scope not in derived]
        self._derived = derived
        answers += await self._begin({scope: cursors.get(scope) for scope in sorted(derived)})
        self._until = {scope: self._standing.loaded(scope) for scope in derived}
        return answers

    async def follow(self, scope: str, cursor: int | None) -> list[msgspec.Struct]:
        """One scope more, on the client's own wish."""
        if parse(scope) is None or not await self._may(scope):
            return [Revoked(scope=scope)]
        if len(self.scopes | {scope}) > MAX_FOLLOWS:
            raise TooManyFollows
        self._asked.add(scope)
        if (known := self._standing.cursors.get(scope)) is not None:
            return [Following(scope=scope, seq=known)]
        return [] if self._standing.follows(scope) else await self._begin({scope: cursor})

    def unfollow(self, scope: str) -> None:
        self._asked.discard(scope)
        if scope not in self._derived:
            self._forget(scope)

    def close(self) -> None:
        """Follow nothing any more."""
        for scope in {*self._standing.all(), *self._derived, *self._asked}:
            self._forget(scope)
        self._derived.clear()
        self._asked.clear()

    async def due(self) -> Due:
        """The next frame: a batch or a snapshot page, ready to send, or short notices; None when all is said."""
        if self._derive:
            self._derive = False
            if notices := await self._derive_again():
                return notices
        if self._until is not None and self._standing.is_past(self._until):
            self._until = None
            return [Current()]
        if self._full:
            return None
        standing = self._standing
        if standing.dirty and not (self._snapshot_turn and standing.snapshots):
            self._snapshot_turn = True
            if (frame := await self._delivery.batch()) is not None:
                return frame
        self._snapshot_turn = False
        return await self._delivery.page() if standing.snapshots else None

    # what is followed

    async def _begin(self, wanted: Mapping[str, int | None]) -> list[msgspec.Struct]:
        heads = await self._feed.attach(wanted, self)
        begun = {scope: self._standing.begin(scope, cursor, heads[scope]) for scope, cursor in wanted.items()}
        self._wake()
        return [Following(scope=scope, seq=heads[scope]) for scope, complete in begun.items() if complete]

    def _forget(self, scope: str) -> None:
        self._feed.detach((scope,), self)
        self._standing.forget(scope)

    async def _may(self, scope: str) -> bool:
        return scope in await self._allowed((scope,))

    async def _farewell(self, scope: str) -> msgspec.Struct:
        return Unfollowed(scope=scope) if await self._may(scope) else Revoked(scope=scope)

    async def _derive_again(self) -> list[msgspec.Struct]:
        """What belongs to this user now: begin what is new, end what has left, purge what may not be seen."""
        derived = set(await self._asks.derived_scopes(self._feed.tenant_id, self._actor))
        if not derived:
            raise NoLongerUser
        left, new = self._derived - derived, derived - self._derived
        self._derived = derived
        notices: list[msgspec.Struct] = []
        for scope in left - self._asked:
            self._forget(scope)
            notices.append(await self._farewell(scope))
        if kept := sorted(self._asked - derived):
            allowed = await self._allowed(kept)
            notices += [self._revoke(scope) for scope in kept if scope not in allowed]
        if fresh := [scope for scope in sorted(new) if not self._standing.follows(scope)]:
            notices += await self._begin(dict.fromkeys(fresh))
        return notices

    def _revoke(self, scope: str) -> Revoked:
        self._derived.discard(scope)
        self._asked.discard(scope)
        self._forget(scope)
        return Revoked(scope=scope)
