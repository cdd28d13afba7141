"""The one door for writing the replica: commits, snapshots, revocations; each with its cursors in one transaction.

Convergence rests on three rules: a body is replaced only by a newer version; an entity is deleted when its last
membership goes; a commit counts in a scope only when it is the next one there.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Final

import msgspec

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.tables import INDEX_OF, INDEXED
from omnix_desktop.cache.writing import Connection
from omnix_protocol import scopes
from omnix_protocol.base import ENTITIES
from omnix_protocol.frames import SnapshotPage
from omnix_protocol.scopes import LATEST_ONLY, Commit, Drop, Put

Entity = tuple[str, str]
"""(type, id)"""

_UPSERT: Final = (
    "INSERT INTO entities (type, id, version, body) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, body = excluded.body"
)
_UPSERT_INDEX: Final = {
    indexed.table: f"INSERT OR REPLACE INTO {indexed.table}"
    f" (type, id, {', '.join(column[0] for column in indexed.columns)})"
    f" VALUES (?, ?{', ?' * len(indexed.columns)})"
    for indexed in INDEXED
}


class Hole(Exception):
    """A commit is not the next one of this scope: something was missed. Nothing of the batch was applied."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class Rewound(Exception):
    """The server's state of this scope is older than what is here: it was restored from a backup."""


class Known(msgspec.Struct, frozen=True):
    """What the replica holds: the server's epoch, and the last sequence applied of each scope."""

    epoch: str | None
    cursors: dict[str, int]


class Replica:
    """Applies what the server says, in the writer thread of cache.db."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._staged: dict[str, list[Put]] = {}

    def known(self) -> Future[Known]:
        def work(connection: Connection) -> Known:
            epoch = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
            cursors = connection.execute("SELECT key, seq FROM scopes WHERE seq IS NOT NULL ORDER BY n").fetchall()
            return Known(epoch[0] if epoch else None, dict(cursors))

        return self._engine.replica.submit(work)

    def begin_epoch(self, epoch: str) -> Future[None]:
        """Forget everything: what comes now counts anew, versions too."""

        def work(connection: Connection) -> Changed:
            for table in ("entities", "members", "scopes", "unread", *(indexed.table for indexed in INDEXED)):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', ?)", (epoch,))
            return EVERYTHING

        self._staged.clear()
        return self._write(work)

    def apply(self, commits: Sequence[Commit]) -> Future[None]:
        """Commits in order. The future raises Hole."""

        def work(connection: Connection) -> Changed:
            changes = _Changes(connection)
            for commit in commits:
                changes.commit(commit)
            return changes.write()

        return self._write(work)

    def apply_snapshot(self, page: SnapshotPage) -> Future[None] | None:
        """Stage a page; with the last one the scope is replaced, in one transaction. The future raises Rewound."""
        staged = self._staged.setdefault(page.scope, [])
        if page.page == 0:
            staged.clear()
        staged.extend(page.puts)
        if not page.last:
            return None
        del self._staged[page.scope]

        def work(connection: Connection) -> Changed:
            changes = _Changes(connection)
            changes.replace(page.scope, page.seq, staged)
            return changes.write()

        return self._write(work)

    def begin_following(self, scope: str, seq: int) -> Future[None]:
        """The server follows on from here; an empty scope begins so, without a snapshot."""

        def work(connection: Connection) -> Changed:
            connection.execute("INSERT INTO scopes (key, seq) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (scope, seq))
            connection.execute("UPDATE scopes SET seq = ? WHERE key = ? AND seq IS NULL", (seq, scope))
            return frozenset()

        return self._write(work)

    def purge(self, gone: Iterable[str]) -> Future[None]:
        """These scopes may not be kept: forget them and what only they held."""
        keys = tuple(gone)

        def work(connection: Connection) -> Changed:
            changes = _Changes(connection)
            for key in keys:
                changes.purge(key)
            return changes.write()

        for key in keys:
            self._staged.pop(key, None)
        return self._write(work)

    def read_again(self) -> Future[None]:
        """Index what an older release kept without understanding it."""

        def work(connection: Connection) -> Changed:
            rows = connection.execute("SELECT u.type, u.id, e.body FROM unread u JOIN entities e USING (type, id)")
            changed = set()
            for type_name, id_, body in rows.fetchall():
                if type_name in INDEX_OF and _index(connection, type_name, id_, body):
                    connection.execute("DELETE FROM unread WHERE type = ? AND id = ?", (type_name, id_))
                    changed.add((type_name, id_))
            return frozenset(changed)

        return self._write(work)

    def _write(self, work: Callable[[Connection], Changed]) -> Future[None]:
        told: list[Changed] = []
        done: Future[None] = self._engine.replica.submit(lambda connection: told.append(work(connection)))
        done.add_done_callback(lambda it: None if it.exception() else self._engine.feed.tell(told[0]))
        return done


class _Changes(msgspec.Struct):
    """One transaction's changes, gathered, so that each entity and membership is written once."""

    connection: Connection
    puts: dict[Entity, Put] = msgspec.field(default_factory=dict)
    members: dict[tuple[int, str, str], bool] = msgspec.field(default_factory=dict)
    cursors: dict[str, int | None] = msgspec.field(default_factory=dict)
    numbers: dict[str, int] = msgspec.field(default_factory=dict)

    def commit(self, commit: Commit) -> None:
        counts = {scope for scope, seq in commit.seqs.items() if self._is_next(scope, seq)}
        for scope in counts:
            self.cursors[scope] = commit.seqs[scope]
        for change in commit.changes:
            holding = [self.numbers[scope] for scope in change.scopes if scope in counts]
            if holding and isinstance(change, Put):
                self._put(change)
            for number in holding:
                self.members[number, change.type, change.id] = not isinstance(change, Drop)

    def replace(self, scope: str, seq: int, puts: Iterable[Put]) -> None:
        cursor = self._cursor(scope)
        if cursor is not None and cursor > seq:
            raise Rewound(scope)
        number = self._number(scope)
        rows = self.connection.execute("SELECT type, id FROM members WHERE scope = ?", (number,))
        for type_name, id_ in rows.fetchall():
            self.members[number, type_name, id_] = False
        for put in puts:
            self._put(put)
            self.members[number, put.type, put.id] = True
        self.cursors[scope] = seq

    def purge(self, scope: str) -> None:
        number = self._number(scope)
        rows = self.connection.execute("SELECT type, id FROM members WHERE scope = ?", (number,))
        for type_name, id_ in rows.fetchall():
            self.members[number, type_name, id_] = False
        self.connection.execute("DELETE FROM scopes WHERE n = ?", (number,))

    def write(self) -> Changed:
        changed = self._write_bodies()
        gone = [key for key, here in self.members.items() if not here]
        self.connection.executemany(
            "INSERT OR IGNORE INTO members (scope, type, id) VALUES (?, ?, ?)",
            [key for key, here in self.members.items() if here],
        )
        self.connection.executemany("DELETE FROM members WHERE scope = ? AND type = ? AND id = ?", gone)
        self._forget({(type_name, id_) for _, type_name, id_ in gone})
        self.connection.executemany(
            "UPDATE scopes SET seq = ? WHERE n = ?",
            [(seq, self.numbers[scope]) for scope, seq in self.cursors.items() if scope in self.numbers],
        )
        # A membership that comes or goes moves rows between lists, also where the body stays as it is.
        return frozenset(changed | {(type_name, id_) for _, type_name, id_ in self.members})

    def _is_next(self, scope: str, seq: int) -> bool:
        """Whether the commit counts in this scope: followed here, and not applied before. Raises Hole."""
        cursor = self._cursor(scope)
        if cursor is None or seq <= cursor:
            return False
        kind = scopes.parse(scope)
        if seq > cursor + 1 and (kind is None or kind.kind not in LATEST_ONLY):
            raise Hole(scope)
        return True

    def _cursor(self, scope: str) -> int | None:
        if scope not in self.cursors:
            row = self.connection.execute("SELECT n, seq FROM scopes WHERE key = ?", (scope,)).fetchone()
            if row is not None:
                self.numbers[scope] = row[0]
            self.cursors[scope] = row[1] if row else None
        return self.cursors[scope]

    def _number(self, scope: str) -> int:
        if scope not in self.numbers:
            self.connection.execute("INSERT OR IGNORE INTO scopes (key) VALUES (?)", (scope,))
            row = self.connection.execute("SELECT n FROM scopes WHERE key = ?", (scope,)).fetchone()
            self.numbers[scope] = row[0]
        return self.numbers[scope]

    def _put(self, put: Put) -> None:
        known = self.puts.get((put.type, put.id))
        if known is None or put.version > known.version:
            self.puts[put.type, put.id] = put

    def _write_bodies(self) -> set[Entity]:
        fresh = []
        for entity, put in self.puts.items():
            found = self.connection.execute("SELECT version FROM entities WHERE type = ? AND id = ?", entity).fetchone()
            if found is None or found[0] < put.version:
                fresh.append((put.type, put.id, put.version, bytes(put.body)))
        self.connection.executemany(_UPSERT, fresh)
        index: dict[str, list[tuple[object, ...]]] = {}
        for type_name, id_, _, body in fresh:
            values = _index_values(type_name, body)
            if values is None:
                self.connection.execute("INSERT OR IGNORE INTO unread VALUES (?, ?)", (type_name, id_))
            elif values:
                index.setdefault(INDEX_OF[type_name].table, []).append((type_name, id_, *values))
        for table, rows in index.items():
            self.connection.executemany(_UPSERT_INDEX[table], rows)
        return {(row[0], row[1]) for row in fresh}

    def _forget(self, left: set[Entity]) -> None:
        """Delete those that no scope holds any more."""
        orphans = [
            entity
            for entity in left
            if not self.connection.execute("SELECT 1 FROM members WHERE type = ? AND id = ? LIMIT 1", entity).fetchone()
        ]
        for table in ("entities", "unread"):
            self.connection.executemany(f"DELETE FROM {table} WHERE type = ? AND id = ?", orphans)
        for indexed in INDEXED:
            mine = [entity for entity in orphans if entity[0] in indexed.types]
            self.connection.executemany(f"DELETE FROM {indexed.table} WHERE type = ? AND id = ?", mine)


def _index_values(type_name: str, body: bytes) -> tuple[object, ...] | None:
    """The index columns; none for a type without an index here, None where this release cannot read them."""
    indexed = INDEX_OF.get(type_name)
    if indexed is None:
        return () if type_name in ENTITIES else None
    return indexed.values(body)


def _index(connection: Connection, type_name: str, id_: str, body: bytes) -> bool:
    values = _index_values(type_name, body)
    if values:
        connection.execute(_UPSERT_INDEX[INDEX_OF[type_name].table], (type_name, id_, *values))
    return values is not None
