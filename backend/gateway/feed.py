"""What grows in one tenant, read from the journal once for all sockets of this process, kept for a short while."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, Protocol

import msgspec

from backend.store.journal import restricted
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol.ids import TenantId
from omnix_protocol.scopes import TENANT, Commit, Drop, Put, ScopeKind, parse

KEPT: Final = 512
"""Commits of one scope that are kept in memory; who is further behind reads the journal for itself."""
READ_AT_ONCE: Final = 500
RETRY_SECONDS: Final = 1.0
_RIGHTS_CHANGE: Final = frozenset({"User", "Group", "ChannelAccount", "Queue", "Tenant"})
_log = logging.getLogger("backend.gateway.feed")


class Entry:
    """A commit with its place in the order of arrival, encoded once for each distinct set of scopes."""

    __slots__ = ("_encoded", "commit", "order", "seqs")

    def __init__(self, commit: Commit, order: int) -> None:
        self.commit = commit
        self.order = order
        self.seqs = commit.seqs
        self._encoded: dict[frozenset[str], bytes] = {}

    def encoded(self, scopes: frozenset[str]) -> bytes:
        found = self._encoded.get(scopes)
        if found is None:
            found = self._encoded[scopes] = msgspec.json.encode(restricted(self.commit, scopes))
        return found


class Follower(Protocol):
    """Who is told that a scope has something new; must return at once."""

    def touched(self, scope: str) -> None: ...

    def rights_changed(self) -> None: ...

    def pulsed(self, frame: bytes, sender: str) -> None: ...


class ScopeLog:
    """The newest commits of one followed scope."""

    __slots__ = ("cursor", "entries", "followers", "held", "turns")

    def __init__(self) -> None:
        self.cursor: int | None = None  # the newest sequence that is loaded; None: the head is being read
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.followers: set[Follower] = set()
        self.held: dict[str, tuple[str | None, ...]] = {}  # its interactions: what decides who follows what
        self.turns = 0  # grows when that becomes another: the right to follow may have gone with it


class _Held(msgspec.Struct):
    """The part of an interaction that decides who follows what."""

    status: str
    conversation_id: str
    customer_id: str
    owner_id: str | None = None
    queue_id: str | None = None


_held: Final = msgspec.json.Decoder(_Held)


class TenantFeed:
    """One per tenant and process. Hints and polls say what is dirty; one task reads it; followers are woken.

    All commits are kept in one order in which each is next in all followed scopes, so that any follower's share of
    them, taken in this order, is mergeable as well.
    """

    def __init__(self, store: Store, tenant_id: TenantId, turn: Callable[[], Awaitable[None]]) -> None:
        """`turn` returns when what has grown may be read: what commits until then is read with it."""
        self.tenant_id = tenant_id
        self.logs: dict[str, ScopeLog] = {}
        self.loads = 0  # grows with everything that is read: what was computed from the logs before is stale
        self.rights = 0  # grows when somebody's rights may have changed
        self.shared: dict[object, object] = {}  # what followers compute alike; emptied with each load
        self._store = store
        self._turn = turn
        self._order = 0
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._tasks = Tasks(f"feed {tenant_id}")
        self._tasks.start(self._read_forever(), "reader")

    async def close(self) -> None:
        await self._tasks.close()

    def grown(self, heads: Mapping[str, int]) -> None:
        """A hint: these scopes have grown; what is not followed here or known already is passed over."""
        logs = self.logs
        for scope, seq in heads.items():
            log = logs.get(scope)
            if log is not None and (log.cursor is None or seq > log.cursor):
                self._dirty.add(scope)
        if self._dirty:
            self._wake.set()

    async def poll(self) -> None:
        """Look at the heads of all that is followed here: what a lost hint would have said."""
        scopes = [scope for scope, log in self.logs.items() if log.cursor is not None]
        if not scopes:
            return
        async with self._store.read(self.tenant_id) as tx:
            heads = await tx.journal.heads(scopes)
        rewound = [s for s in scopes if (c := self._cursor(s)) is not None and heads.get(s, 0) < c]
        for scope in rewound:
            self._lose(scope, heads.get(scope, 0))
        self.grown(heads)

    async def attach(self, scopes: Iterable[str], follower: Follower) -> dict[str, int]:
        """Begin to follow; the answer holds each scope's head, from which on the follower will be told."""
        fresh = []
        wanted = list(scopes)
        for scope in wanted:
            log = self.logs.get(scope)
            if log is None:
                log = self.logs[scope] = ScopeLog()
            if log.cursor is None:
                fresh.append(scope)
            log.followers.add(follower)
        if fresh:
            async with self._store.read(self.tenant_id) as tx:
                heads = await tx.journal.heads(fresh)
            for scope in fresh:
                if (log := self.logs.get(scope)) is not None and log.cursor is None:
                    log.cursor = heads.get(scope, 0)
            if self._dirty:
                self._wake.set()
        return {scope: self._cursor(scope) or 0 for scope in wanted}

    def detach(self, scopes: Iterable[str], follower: Follower) -> None:
        for scope in scopes:
            log = self.logs.get(scope)
            if log is not None:
                log.followers.discard(follower)
                if not log.followers:
                    del self.logs[scope]

    def followers(self, scope: str) -> tuple[Follower, ...]:
        log = self.logs.get(scope)
        return tuple(log.followers) if log is not None else ()

    def _cursor(self, scope: str) -> int | None:
        log = self.logs.get(scope)
        return log.cursor if log is not None else None

    async def _read_forever(self) -> None:
        while True:
            await self._wake.wait()
            await self._turn()
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            try:
                await self._read(dirty)
            except Exception:
                _log.exception("the journal could not be read; it is tried again")
                self._dirty |= dirty
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    async def _read(self, dirty: set[str]) -> None:
        """Read what is new in these scopes, and in every followed scope that a commit of them shares.

        The catalogue is always read along: nothing goes out before a change of rights that was there when it was read.
        """
        dirty = dirty | {TENANT}
        while True:
            cursors = {s: c for s in dirty if (c := self._cursor(s)) is not None}
            if not cursors:
                return
            async with self._store.read(self.tenant_id) as tx:
                due = await tx.journal.due(cursors, READ_AT_ONCE)
                found = await tx.journal.commits(due.commit_ids)
            shared = {s for commit in found.values() for s in commit.seqs if s in self.logs and s not in cursors}
            shared = {s for s in shared if self._cursor(s) is not None}
            if shared:
                dirty = dirty | shared
                continue
            for scope in due.snapshot_needed:
                self._lose(scope, due.heads[scope])
            self._take(found[commit_id] for commit_id in due.commit_ids)
            if not due.more:
                return

    def _lose(self, scope: str, head: int) -> None:
        """The log does not reach back to our cursor: everybody who follows this scope finds out for themselves."""
        log = self.logs.get(scope)
        if log is None:
            return
        self.loads += 1
        self.shared.clear()
        log.entries.clear()
        log.held.clear()
        log.turns += 1
        log.cursor = head
        for follower in tuple(log.followers):
            follower.touched(scope)

    def _take(self, commits: Iterable[Commit]) -> None:
        self.loads += 1
        self.shared.clear()
        touched: set[str] = set()
        for commit in commits:
            self._order += 1
            entry = Entry(commit, self._order)
            for scope, seq in commit.seqs.items():
                log = self.logs.get(scope)
                # a scope that began to be followed after the read has its own head already
                if log is not None and log.cursor is not None and seq == log.cursor + 1:
                    log.entries.append(entry)
                    log.cursor = seq
                    touched.add(scope)
            self._look_for_rights(commit)
        for scope in touched:
            for follower in self.followers(scope):
                follower.touched(scope)

    def _look_for_rights(self, commit: Commit) -> None:
        if TENANT in commit.seqs and (
            commit.what == "ServeChannel" or any(change.type in _RIGHTS_CHANGE for change in commit.changes)
        ):
            self.rights += 1
            for follower in {f for log in self.logs.values() for f in log.followers}:
                follower.rights_changed()
            return
        for change in commit.changes:
            if change.type == "Interaction":
                self._look_for_turns(change)

    def _look_for_turns(self, change: Put | Drop) -> None:
        """Whether an agent's bucket or a conversation is in other hands than before."""
        shape = _shape(change) if isinstance(change, Put) else None
        for scope in change.scopes:
            log = self.logs.get(scope)
            if log is None or (parsed := parse(scope)) is None or log.held.get(change.id) == shape:
                continue
            if shape is None:
                del log.held[change.id]
            else:
                log.held[change.id] = shape
            log.turns += 1
            if parsed.kind == ScopeKind.AGENT:
                # other conversations belong to it now
                for follower in tuple(log.followers):
                    follower.rights_changed()


def _shape(put: Put) -> tuple[str | None, ...]:
    held = _held.decode(put.body)
    return held.status, held.owner_id, held.queue_id, held.conversation_id, held.customer_id


class Feeds:
    """The feeds of all tenants with followers in this process."""

    def __init__(self, store: Store, turn: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._turn = turn
        self._feeds: dict[str, TenantFeed] = {}

    def of(self, tenant_id: TenantId) -> TenantFeed:
        feed = self._feeds.get(tenant_id)
        if feed is None:
            feed = self._feeds[tenant_id] = TenantFeed(self._store, tenant_id, self._turn)
        return feed

    def known(self, tenant_id: str) -> TenantFeed | None:
        return self._feeds.get(tenant_id)

    async def poll(self) -> None:
        """One look at the heads of everything followed here; a tenant whose database fails does not stop the rest."""
        for feed in tuple(self._feeds.values()):
            try:
                await feed.poll()
            except Exception:
                _log.exception("heads could not be read")

    def count(self) -> int:
        return sum(len(feed.logs) for feed in self._feeds.values())

    async def close(self) -> None:
        for feed in self._feeds.values():
            await feed.close()
        self._feeds.clear()
