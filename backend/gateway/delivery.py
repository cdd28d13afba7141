"""What is due to one socket: batches from the feed's memory or the journal, snapshots in pages; entitled, each one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from backend.gateway.feed import Entry, ScopeLog, TenantFeed
from backend.gateway.standing import Standing
from backend.store.journal import restricted
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.frames import Revoked, SnapshotPage
from omnix_protocol.scopes import Commit, ScopeKind

BATCH_COMMITS: Final = 500
BATCH_BYTES: Final = 1024 * 1024
PAGE_ENTITIES: Final = 250
CHECKS_IN_A_ROW: Final = 5

Joined = tuple[bytes, int, dict[str, int]]
"""Encoded commits, how many, and the cursors after them."""
Due = bytes | list[msgspec.Struct] | None
"""A frame ready to send, short notices instead, or nothing."""


class Delivery:
    """Asked by the socket's writer for one frame after another; `may` looks the entitlement up at that moment."""

    def __init__(
        self,
        feed: TenantFeed,
        store: Store,
        standing: Standing,
        may: Callable[[Sequence[str]], Awaitable[frozenset[str]]],
        revoke: Callable[[str], Revoked],
        wake: Callable[[], None],
    ) -> None:
        self._feed = feed
        self._store = store
        self._standing = standing
        self._may = may
        self._revoke = revoke
        self._wake = wake
        self.sent = 0
        self.commits = 0

    async def batch(self) -> Due:
        """The next batch, or Revoked of scopes that may not be followed any more."""
        standing = self._standing
        if revoked := await self._check():
            return revoked
        found = self._collect(s for s in standing.dirty if self._stamp(s) == standing.checked.get(s))
        if found is None:
            return await self._catch_up()
        joined, count, cursors = found
        standing.cursors.update(cursors)
        standing.clean()
        if not count:
            if standing.dirty:
                self._wake()  # in the next tick the check of entitlement may come to an end
            return None
        return self._frame(joined, count)

    async def page(self) -> Due:
        """The next page of the first snapshot; the right to see it is looked up after it was read."""
        standing = self._standing
        snapshot = standing.snapshots[0]
        async with self._store.read(self._feed.tenant_id) as tx:
            if snapshot.seq is None:
                snapshot.seq = (await tx.journal.heads([snapshot.scope])).get(snapshot.scope, 0)
            page = await tx.snapshots.page(snapshot.scope, snapshot.after, PAGE_ENTITIES)
        stamp = self._depends_on(snapshot.scope)
        if revoked := await self._revoked([snapshot.scope]):
            return revoked
        self.sent += 1
        frame = SnapshotPage(
            number=self.sent,
            scope=snapshot.scope,
            seq=snapshot.seq,
            page=snapshot.page,
            last=page.next_key is None,
            puts=page.puts,
        )
        snapshot.page += 1
        snapshot.after = page.next_key
        if frame.last:
            standing.arrived(snapshot, snapshot.seq)
            standing.checked[snapshot.scope] = stamp
        self._wake()
        return codec.encode(frame)

    # entitlement

    async def _check(self) -> list[msgspec.Struct]:
        """The entitlement of this moment: whoever lost it is told to purge, and gets nothing more of the scope."""
        checked = self._standing.checked
        for _ in range(CHECKS_IN_A_ROW):
            stamps = {s: stamp for s in self._standing.dirty if (stamp := self._stamp(s)) is not None}
            stale = {s: stamp for s, stamp in stamps.items() if stamp != checked.get(s)}
            if not stale:
                return []
            if revoked := await self._revoked(stale):
                return revoked
            checked.update(stale)
        return []

    async def _revoked(self, scopes: Iterable[str]) -> list[msgspec.Struct]:
        asked = list(scopes)
        allowed = await self._may(asked) if asked else frozenset()
        return [self._revoke(scope) for scope in asked if scope not in allowed]

    def _stamp(self, scope: str) -> tuple[int, int] | None:
        return self._depends_on(scope) if scope in self._standing.cursors else None

    def _depends_on(self, scope: str) -> tuple[int, int]:
        """What the right to follow depends on, as far as the feed has read."""
        match scope.partition(":")[0]:
            case ScopeKind.CONVERSATION:
                return self._feed.rights, self._standing.turns(scope)
            case ScopeKind.CUSTOMER:  # whose conversations turn without a word in it
                return self._feed.rights, self._standing.loaded(scope)
            case _:  # only with people, groups and queues
                return self._feed.rights, 0

    # from the feed's memory

    def _collect(self, scopes: Iterable[str]) -> Joined | None:
        """What is due from the feed's memory; None: the memory does not reach back far enough.

        Sockets that stand at the same place of the same scopes get the same bytes, joined once.
        """
        cursors = self._standing.cursors
        starts = tuple(sorted((s, cursors[s]) for s in scopes if s in cursors))
        shared = self._feed.shared
        if starts not in shared:
            shared[starts] = self._join(dict(starts))
        found: Joined | None = shared[starts]  # type: ignore[assignment]
        return found

    def _join(self, cursors: dict[str, int]) -> Joined | None:
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
            new = _new_in(entry.seqs, cursors)
            if not new:
                continue
            parts.append(entry.encoded(new))
            cursors.update((s, entry.seqs[s]) for s in new)
            size += len(parts[-1])
            if len(parts) >= BATCH_COMMITS or size >= BATCH_BYTES:
                break
        return b",".join(parts), len(parts), cursors

    # from the journal

    async def _catch_up(self) -> Due:
        """Read for this socket alone what the feed's memory no longer holds; what is too long ago is sent whole."""
        standing = self._standing
        async with self._store.read(self._feed.tenant_id) as tx:
            due = await tx.journal.due(dict(standing.cursors), BATCH_COMMITS)
            commits = await tx.journal.commits(due.commit_ids)
        for scope in due.snapshot_needed:
            standing.begin_anew(scope)
        found = [commits[commit_id] for commit_id in due.commit_ids]
        self._wake()
        if revoked := await self._revoked(sorted({s for c in found for s in c.seqs if s in standing.cursors})):
            return revoked
        parts = self._encoded(found)
        standing.clean()
        return self._frame(b",".join(parts), len(parts)) if parts else None

    def _encoded(self, commits: Iterable[Commit]) -> list[bytes]:
        cursors = self._standing.cursors
        parts: list[bytes] = []
        size = 0
        for commit in commits:
            new = _new_in(commit.seqs, cursors)
            if new:
                parts.append(msgspec.json.encode(restricted(commit, new)))
                cursors.update((s, commit.seqs[s]) for s in new)
                size += len(parts[-1])
            if size >= BATCH_BYTES:
                break
        return parts

    def _frame(self, joined: bytes, count: int) -> bytes:
        self.sent += 1
        self.commits += count
        return b'{"frame":"batch","number":%d,"commits":[%b]}' % (self.sent, joined)


def _new_in(seqs: Mapping[str, int], cursors: Mapping[str, int]) -> frozenset[str]:
    """The followed scopes in which this commit is the next one; the others get their share when it is."""
    return frozenset(s for s, seq in seqs.items() if seq == cursors.get(s, seq) + 1)


def _reaches(log: ScopeLog, scope: str, cursor: int) -> bool:
    return bool(log.entries) and log.entries[0].seqs[scope] <= cursor + 1
