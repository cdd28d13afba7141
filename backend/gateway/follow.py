"""What one socket follows: cursors, what is due, snapshots, entitlement at each moment; never a queue of payloads."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from backend.asks import Asks
from backend.gateway.feed import Entry, ScopeLog, TenantFeed
from backend.runner import Actor
from backend.store.journal import restricted
from backend.store.snapshots import AfterKey
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.frames import (
    MAX_FOLLOWS,
    MAX_UNACKED,
    Current,
    Following,
    Revoked,
    SnapshotPage,
    Unfollowed,
)
from omnix_protocol.scopes import ScopeKind, parse

BATCH_COMMITS: Final = 500
BATCH_BYTES: Final = 1024 * 1024
PAGE_ENTITIES: Final = 250
CHECKS_IN_A_ROW: Final = 5
_PERSONAL: Final = frozenset({ScopeKind.CONVERSATION, ScopeKind.CUSTOMER})
"""Scopes whose followers change with what happens in them; the others' only with people, groups and queues."""
_log = logging.getLogger("backend.gateway.follow")


class NoLongerUser(Exception):
    """The person may follow nothing any more: their session is over."""


class TooManyFollows(Exception):
    """The client wants to follow more scopes than it may."""


@dataclass(slots=True)
class Snapshot:
    """A scope on its way to the client in pages."""

    scope: str
    seq: int | None = None
    page: int = 0
    after: AfterKey | None = None


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
        self._store = store
        self._asks = asks
        self._actor = actor
        self._wake = wake
        self._pulse = pulse
        self._cursors: dict[str, int] = {}
        self._dirty: set[str] = set()
        self._snapshots: deque[Snapshot] = deque()
        self._derived: set[str] = set()
        self._asked: set[str] = set()
        self._checked: dict[str, tuple[int, int]] = {}
        self._derive = False
        self._until: dict[str, int] | None = None  # after a resume: how far everything must be before it is current
        self._snapshot_turn = False
        self.sent = 0
        self.acked = 0
        self.delivered = 0

    # told by the feed

    def touched(self, scope: str) -> None:
        self._dirty.add(scope)
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
    def waiting(self) -> bool:
        """Whether the client owes acknowledgements while something more is due."""
        return self.sent - self.acked >= MAX_UNACKED and bool(self._dirty or self._snapshots)

    def acknowledge(self, number: int) -> bool:
        """False where the number was never sent."""
        if number > self.sent:
            return False
        self.acked = max(self.acked, number)
        self._wake()
        return True

    async def resume(self, cursors: Mapping[str, int]) -> list[msgspec.Struct]:
        """Begin anew from what the client has; what is answered at once. Batches and snapshots come as they are due."""
        self.close()
        derived = set(await self._asks.derived_scopes(self._feed.tenant_id, self._actor))
        answers = [await self._farewell(scope) for scope in cursors if scope not in derived]
        self._derived = derived
        answers += await self._begin({scope: cursors.get(scope) for scope in sorted(derived)})
        self._until = {scope: self._loaded(scope) for scope in derived}
        return answers

    async def follow(self, scope: str, cursor: int | None) -> list[msgspec.Struct]:
        """One scope more, on the client's own wish."""
        if parse(scope) is None or not await self._may(scope):
            return [Revoked(scope=scope)]
        if len(self.scopes | {scope}) > MAX_FOLLOWS:
            raise TooManyFollows
        self._asked.add(scope)
        if scope in self._cursors:
            return [Following(scope=scope, seq=self._cursors[scope])]
        return [] if self._follows(scope) else await self._begin({scope: cursor})

    def unfollow(self, scope: str) -> None:
        self._asked.discard(scope)
        if scope not in self._derived:
            self._forget(scope)

    def close(self) -> None:
        """Follow nothing any more."""
        for scope in [*self._cursors, *(s.scope for s in self._snapshots), *self._derived, *self._asked]:
            self._forget(scope)
        self._derived.clear()
        self._asked.clear()

    async def due(self) -> bytes | list[msgspec.Struct] | None:
        """The next frame: a batch or a snapshot page, ready to send, or short notices; None when all is said."""
        if self._derive:
            self._derive = False
            if notices := await self._derive_again():
                return notices
        if self._until is not None and self._is_current(self._until):
            self._until = None
            return [Current()]
        if self.sent - self.acked >= MAX_UNACKED:
            return None
        if self._dirty and not (self._snapshot_turn and self._snapshots):
            self._snapshot_turn = True
            if (frame := await self._batch()) is not None:
                return frame
        self._snapshot_turn = False
        if self._snapshots:
            return await self._page()
        return None

    def _is_current(self, until: Mapping[str, int]) -> bool:
        """Whether everything has been sent that was due at the resume and may still be sent."""
        if any(snapshot.scope in until for snapshot in self._snapshots):
            return False
        return all(self._cursors.get(scope, seq) >= seq for scope, seq in until.items())

    # what is followed

    async def _begin(self, wanted: Mapping[str, int | None]) -> list[msgspec.Struct]:
        heads = await self._feed.attach(wanted, self)
        answers: list[msgspec.Struct] = []
        for scope, cursor in wanted.items():
            head = heads[scope]
            self._cursors.pop(scope, None)
            self._drop_snapshot(scope)
            if cursor is None or cursor > head:
                self._snapshots.append(Snapshot(scope))
                continue
            self._cursors[scope] = cursor
            if cursor == head:
                answers.append(Following(scope=scope, seq=head))
            else:
                self._dirty.add(scope)
        self._wake()
        return answers

    def _forget(self, scope: str) -> None:
        self._feed.detach((scope,), self)
        self._cursors.pop(scope, None)
        self._dirty.discard(scope)
        self._checked.pop(scope, None)
        self._drop_snapshot(scope)

    def _drop_snapshot(self, scope: str) -> None:
        if any(s.scope == scope for s in self._snapshots):
            self._snapshots = deque(s for s in self._snapshots if s.scope != scope)

    async def _may(self, scope: str) -> bool:
        return await self._asks.may_follow(self._feed.tenant_id, self._actor, scope)

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
        lost = [scope for scope in sorted(self._asked - derived) if not await self._may(scope)]
        notices += [self._revoke(scope) for scope in lost]
        if fresh := {scope: self._cursors.get(scope) for scope in sorted(new) if not self._follows(scope)}:
            notices += await self._begin(fresh)
        return notices

    def _follows(self, scope: str) -> bool:
        return scope in self._cursors or any(s.scope == scope for s in self._snapshots)

    def _revoke(self, scope: str) -> Revoked:
        self._derived.discard(scope)
        self._asked.discard(scope)
        self._forget(scope)
        return Revoked(scope=scope)

    # batches

    async def _batch(self) -> bytes | list[msgspec.Struct] | None:
        if revoked := await self._check(self._dirty):
            return revoked
        found = self._collect(s for s in self._dirty if self._stamp(s) == self._checked.get(s))
        if found is None:
            return await self._catch_up()
        joined, count, cursors = found
        self._cursors.update(cursors)
        self._clean()
        if not count:
            if self._dirty:
                self._wake()  # in the next tick the check of entitlement may come to an end
            return None
        return self._frame(joined, count)

    def _clean(self) -> None:
        """Forget what is no longer dirty; a scope on its way as a snapshot is looked at when it has arrived."""
        self._dirty = {s for s in self._dirty if s in self._cursors and self._cursors[s] < self._loaded(s)}

    async def _check(self, scopes: set[str]) -> list[msgspec.Struct]:
        """The entitlement of this moment: whoever lost it is told to purge, and gets nothing more of the scope."""
        for _ in range(CHECKS_IN_A_ROW):
            stale = [
                (s, stamp) for s in scopes if (stamp := self._stamp(s)) is not None and stamp != self._checked.get(s)
            ]
            if not stale:
                return []
            revoked: list[msgspec.Struct] = []
            for scope, stamp in stale:
                if await self._may(scope):
                    self._checked[scope] = stamp
                else:
                    revoked.append(self._revoke(scope))
            if revoked:
                return revoked
        return []

    def _stamp(self, scope: str) -> tuple[int, int] | None:
        if scope not in self._cursors:
            return None
        personal = scope.partition(":")[0] in _PERSONAL
        return self._feed.rights, self._loaded(scope) if personal else 0

    def _loaded(self, scope: str) -> int:
        log = self._feed.logs.get(scope)
        return log.cursor or 0 if log is not None else 0

    def _collect(self, scopes: Iterable[str]) -> tuple[bytes, int, dict[str, int]] | None:
        """What is due from the feed's memory; None: the memory does not reach back far enough.

        Sockets that stand at the same place of the same scopes get the same bytes, joined once.
        """
        starts = tuple(sorted((s, self._cursors[s]) for s in scopes if s in self._cursors))
        shared = self._feed.shared
        if starts not in shared:
            shared[starts] = self._join(dict(starts))
        found: tuple[bytes, int, dict[str, int]] | None = shared[starts]  # type: ignore[assignment]
        return found

    def _join(self, cursors: dict[str, int]) -> tuple[bytes, int, dict[str, int]] | None:
        entries: dict[int, Entry] = {}
        for scope, cursor in cursors.items():
            log = self._feed.logs.get(scope)
            if log is None or log.cursor is None or cursor >= log.cursor:
                continue
            if not _reaches(log, scope, cursor):
                return None
            for entry in reversed(log.entries):
                if entry.seqs[scope] <= cursor:
                    break
                entries[entry.order] = entry
        parts: list[bytes] = []
        size = 0
        for order in sorted(entries):
            entry = entries[order]
            # a scope of it that is not at this place yet gets its share when it is
            new = frozenset(s for s, seq in entry.seqs.items() if seq == cursors.get(s, seq) + 1)
            if not new:
                continue
            parts.append(entry.encoded(new))
            cursors.update((s, entry.seqs[s]) for s in new)
            size += len(parts[-1])
            if len(parts) >= BATCH_COMMITS or size >= BATCH_BYTES:
                break
        return b",".join(parts), len(parts), cursors

    async def _catch_up(self) -> bytes | None:
        """Read for this socket alone what the feed's memory no longer holds; what is too long ago is sent whole."""
        async with self._store.read(self._feed.tenant_id) as tx:
            due = await tx.journal.due(dict(self._cursors), BATCH_COMMITS)
            commits = await tx.journal.commits(due.commit_ids)
        for scope in due.snapshot_needed:
            if self._cursors.pop(scope, None) is not None:
                self._dirty.discard(scope)
                self._snapshots.append(Snapshot(scope))
        parts: list[bytes] = []
        size = 0
        for commit in (commits[commit_id] for commit_id in due.commit_ids):
            new = frozenset(s for s, seq in commit.seqs.items() if seq == self._cursors.get(s, seq) + 1)
            if not new:
                continue
            parts.append(msgspec.json.encode(restricted(commit, new)))
            self._cursors.update((s, commit.seqs[s]) for s in new)
            size += len(parts[-1])
            if size >= BATCH_BYTES:
                break
        else:
            if not due.more:
                # what the feed has loaded may be newer than this read
                self._clean()
        self._wake()
        return self._frame(b",".join(parts), len(parts)) if parts else None

    def _frame(self, joined: bytes, count: int) -> bytes:
        self.sent += 1
        self.delivered += count
        return b'{"frame":"batch","number":%d,"commits":[%b]}' % (self.sent, joined)

    # snapshots

    async def _page(self) -> bytes | list[msgspec.Struct] | None:
        snapshot = self._snapshots[0]
        scope = snapshot.scope
        if not await self._may(scope):
            return [self._revoke(scope)]
        async with self._store.read(self._feed.tenant_id) as tx:
            if snapshot.seq is None:
                snapshot.seq = (await tx.journal.heads([scope])).get(scope, 0)
            page = await tx.snapshots.page(scope, snapshot.after, PAGE_ENTITIES)
        if not self._snapshots or self._snapshots[0] is not snapshot:
            return None  # unfollowed meanwhile
        last = page.next_key is None
        self.sent += 1
        frame = SnapshotPage(
            number=self.sent, scope=scope, seq=snapshot.seq, page=snapshot.page, last=last, puts=page.puts
        )
        snapshot.page += 1
        snapshot.after = page.next_key
        if last:
            self._snapshots.popleft()
            self._cursors[scope] = snapshot.seq
            if snapshot.seq < self._loaded(scope):
                self._dirty.add(scope)
        self._wake()
        return codec.encode(frame)


def _reaches(log: ScopeLog, scope: str, cursor: int) -> bool:
    return bool(log.entries) and log.entries[0].seqs[scope] <= cursor + 1
