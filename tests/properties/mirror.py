"""A follower by the book: cursors, membership, version guard, snapshots. What a client must end up with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.store.unit_of_work import Reading
from omnix_protocol.scopes import Commit, Put

Key = tuple[str, str]
State = dict[Key, tuple[int, bytes]]


@dataclass
class Mirror:
    """Follows scopes of one tenant and applies what the journal says, a few commits at a time."""

    batch: int
    cursors: dict[str, int] = field(default_factory=dict)
    members: dict[str, set[Key]] = field(default_factory=dict)
    entities: State = field(default_factory=dict)
    snapshots: int = 0

    def follow(self, scopes: Iterable[str]) -> None:
        for scope in scopes:
            self.cursors.setdefault(scope, 0)
            self.members.setdefault(scope, set())

    async def catch_up(self, tx: Reading) -> None:
        while True:
            after = await tx.journal.after(self.cursors, self.batch)
            for commit in after.commits:
                self._apply(commit)
            for scope in sorted(after.due.snapshot_needed):
                await self._snapshot(tx, scope)
            if not after.due.more and not after.due.snapshot_needed:
                return

    def _apply(self, commit: Commit) -> None:
        for scope, seq in commit.seqs.items():
            assert self.cursors[scope] == seq - 1, f"{scope}: {seq} after {self.cursors[scope]}"
            self.cursors[scope] = seq
        for change in commit.changes:
            key = (change.type, change.id)
            for scope in change.scopes:
                if isinstance(change, Put):
                    self.members[scope].add(key)
                else:
                    self.members[scope].discard(key)
            if isinstance(change, Put):
                self._put(change)
            self._forget(key)

    def _put(self, put: Put) -> None:
        key = (put.type, put.id)
        if key not in self.entities or self.entities[key][0] < put.version:
            self.entities[key] = (put.version, bytes(put.body))

    def _forget(self, key: Key) -> None:
        if not any(key in held for held in self.members.values()):
            self.entities.pop(key, None)

    async def _snapshot(self, tx: Reading, scope: str) -> None:
        self.snapshots += 1
        head = (await tx.journal.heads([scope]))[scope]
        held = await snapshot(tx, scope)
        gone = self.members[scope] - held.keys()
        self.members[scope] = set(held)
        for key, (version, body) in held.items():
            if key not in self.entities or self.entities[key][0] < version:
                self.entities[key] = (version, body)
        for key in gone:
            self._forget(key)
        self.cursors[scope] = head

    def shows(self, scope: str) -> State:
        return {key: self.entities[key] for key in self.members[scope]}


async def snapshot(tx: Reading, scope: str) -> State:
    """The scope as a newcomer gets it, in small pages."""
    held: State = {}
    page = await tx.snapshots.page(scope, None, 7)
    while True:
        held |= {(put.type, put.id): (put.version, bytes(put.body)) for put in page.puts}
        if page.next_key is None:
            return held
        page = await tx.snapshots.page(scope, page.next_key, 7)
