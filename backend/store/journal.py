"""Reading the journal: heads, what came after a set of cursors as a merge of scope logs, commits by id."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, select, text, type_coerce

from backend.store.link import IN_LIST, Link
from backend.store.prepared import Prepared
from backend.store.tables.base import from_micros
from backend.store.tables.control import scope_heads
from backend.store.tables.journal import changes, commits
from omnix_protocol.ids import CommandId, CommitId
from omnix_protocol.scopes import Commit, Drop, Put

_SEQS = msgspec.json.Decoder(dict[str, int])
_SCOPES = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Due:
    """What a reader is due: commit ids in an order in which each is next in all its scopes that are followed."""

    heads: dict[str, int]
    snapshot_needed: frozenset[str]  # cursors that the log cannot continue
    commit_ids: tuple[CommitId, ...]
    cursors: dict[str, int]  # where the reader is after these commits; without the scopes that need a snapshot
    more: bool


@dataclass(frozen=True, slots=True)
class After:
    """Due, with the commits, each cut down to the scopes asked for."""

    due: Due
    commits: list[Commit]


class Journal:
    """The journal of one tenant as of this transaction."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def heads(self, scopes: Iterable[str]) -> dict[str, int]:
        """The sequence of each scope; 0 where nothing has happened yet."""
        return {scope: seq for scope, (seq, _) in (await self._heads(list(scopes))).items()}

    async def after(self, cursors: Mapping[str, int], limit: int = 100) -> After:
        due = await self.due(cursors, limit)
        found = await self.commits(due.commit_ids)
        continued = {scope: at for scope, at in cursors.items() if scope not in due.snapshot_needed}
        return After(due, [_still_new(found[commit_id], continued) for commit_id in due.commit_ids])

    async def due(self, cursors: Mapping[str, int], limit: int = 100) -> Due:
        """At most `limit` commits, without their contents: what a fan-out to many readers begins with."""
        bounds = await self._heads(list(cursors))
        lost = frozenset(scope for scope, at in cursors.items() if not bounds[scope][1] <= at <= bounds[scope][0])
        behind = {scope: at for scope, at in cursors.items() if scope not in lost and at < bounds[scope][0]}
        logs, seqs = await self._logs(behind, limit + 1) if behind else ({}, {})
        ready = {scope: at for scope, at in cursors.items() if scope not in lost}
        order = merged(ready, logs, seqs, limit)
        for commit_id in order:
            ready |= {scope: seq for scope, seq in seqs[commit_id].items() if ready.get(scope) == seq - 1}
        heads = {scope: bounds[scope][0] for scope in cursors}
        more = any(at < heads[scope] for scope, at in ready.items())
        return Due(heads, lost, tuple(order), ready, more)

    async def commits(self, ids: Sequence[CommitId]) -> dict[CommitId, Commit]:
        """Whole commits, with all their scopes: cut them down with `restricted` before they leave the server."""
        found: dict[CommitId, Commit] = {}
        for start in range(0, len(ids), IN_LIST):
            found.update(await self._commits(ids[start : start + IN_LIST]))
        return found

    async def _heads(self, scopes: Sequence[str]) -> dict[str, tuple[int, int]]:
        found = dict.fromkeys(scopes, (0, 0))
        if scopes:
            wanted = {"scopes": msgspec.json.encode(scopes).decode()}
            found.update((row[0], (row[1], row[2])) for row in await self._link.fetch(_HEADS, wanted))
        return found

    async def _logs(
        self, cursors: Mapping[str, int], limit: int
    ) -> tuple[dict[str, list[CommitId]], dict[CommitId, dict[str, int]]]:
        """The next commits of each scope, and the place of each commit in all its scopes."""
        wanted = {"cursors": msgspec.json.encode(cursors).decode(), "limit": limit}
        logs: dict[str, list[CommitId]] = {scope: [] for scope in cursors}
        seqs: dict[CommitId, dict[str, int]] = {}
        for scope, commit_id, places in await self._link.fetch(_LOGS, wanted):
            logs[scope].append(commit_id)
            if commit_id not in seqs:
                seqs[commit_id] = _SEQS.decode(places)
        return logs, seqs

    async def _commits(self, ids: Sequence[CommitId]) -> dict[CommitId, Commit]:
        wanted = {"ids": msgspec.json.encode(ids).decode()}
        bodies: dict[str, list[Put | Drop]] = {commit_id: [] for commit_id in ids}
        for row in await self._link.fetch(_CHANGES, wanted):
            if (change := _change(row)) is not None:
                bodies[row[0]].append(change)
        return {row[0]: _commit(row, tuple(bodies[row[0]])) for row in await self._link.fetch(_COMMITS, wanted)}


def _any_of(column: ColumnElement[str], name: str, statement: Select[Any]) -> Prepared:
    """The statement for a list of keys, given as JSON."""
    listed = f"ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:{name} AS text) AS json))))"
    return Prepared(
        statement.where(column.in_(text(f"SELECT value FROM json_each(:{name})"))),  # noqa: S608  # a name of ours
        statement.where(column == text(listed)),
    )


_HEADS = _any_of(
    scope_heads.c.scope,
    "scopes",
    select(scope_heads.c.scope, scope_heads.c.seq, scope_heads.c.floor).where(
        scope_heads.c.tenant_id == bindparam("tenant")
    ),
)
_CHANGES = _any_of(
    changes.c.commit_id,
    "ids",
    select(
        changes.c.commit_id,
        changes.c.kind,
        changes.c.type,
        changes.c.entity_id,
        changes.c.version,
        changes.c.scopes,
        changes.c.body,
    )
    .where(changes.c.tenant_id == bindparam("tenant"))
    .order_by(changes.c.commit_id, changes.c.ordinal),
)
_COMMITS = _any_of(
    commits.c.id,
    "ids",
    select(
        commits.c.id,
        type_coerce(commits.c.at, BigInteger),
        commits.c.what,
        commits.c.command_id,
        commits.c.actor,
        commits.c.seqs,
    ).where(commits.c.tenant_id == bindparam("tenant")),
)
_LOGS = Prepared(
    text(
        "SELECT l.scope, l.commit_id, m.seqs FROM json_each(:cursors) AS c JOIN scope_log AS l "
        "ON l.tenant_id = :tenant AND l.scope = c.key AND l.seq > c.value AND l.seq <= c.value + :limit "
        "JOIN commits AS m ON m.tenant_id = :tenant AND m.id = l.commit_id ORDER BY l.scope, l.seq"
    ),
    text(
        "SELECT l.scope, l.commit_id, m.seqs FROM json_each_text(CAST(CAST(:cursors AS text) AS json)) AS c "
        "JOIN scope_log AS l ON l.tenant_id = :tenant AND l.scope = c.key AND l.seq > CAST(c.value AS bigint) "
        "AND l.seq <= CAST(c.value AS bigint) + CAST(:limit AS bigint) "
        "JOIN commits AS m ON m.tenant_id = :tenant AND m.id = l.commit_id ORDER BY l.scope, l.seq"
    ),
)


def merged(
    cursors: Mapping[str, int],
    logs: Mapping[str, Sequence[CommitId]],
    seqs: Mapping[CommitId, Mapping[str, int]],
    limit: int,
) -> list[CommitId]:
    """Commits in an order in which each is next, or past, in every scope that has a cursor.

    The logs may be cut off: a commit that lies beyond the cut of another scope waits for the next reading.
    """
    at = dict(cursors)
    rest = {scope: deque(log) for scope, log in logs.items()}
    blocked: dict[str, list[str]] = {}
    ready = deque(sorted(rest))
    order: list[CommitId] = []
    while ready and len(order) < limit:
        scope = ready.popleft()
        if not rest[scope]:
            continue
        commit_id = rest[scope][0]
        places = seqs[commit_id]
        ahead = next((other for other, seq in places.items() if at.get(other, seq) < seq - 1), None)
        if ahead is not None:
            blocked.setdefault(ahead, []).append(scope)
            continue
        order.append(commit_id)
        for other, seq in places.items():
            if at.get(other) == seq - 1:
                at[other] = seq
                if rest[other]:
                    rest[other].popleft()
                ready.append(other)
                ready.extend(blocked.pop(other, ()))
    return order


def restricted(commit: Commit, scopes: Mapping[str, Any] | frozenset[str]) -> Commit:
    """The commit as those may see it who follow these scopes and no others."""
    seqs = {scope: seq for scope, seq in commit.seqs.items() if scope in scopes}
    seen: list[Put | Drop] = []
    for change in commit.changes:
        mine = tuple(scope for scope in change.scopes if scope in seqs)
        if mine:
            seen.append(change if mine == change.scopes else msgspec.structs.replace(change, scopes=mine))
    return msgspec.structs.replace(commit, seqs=seqs, changes=tuple(seen))


def _still_new(commit: Commit, cursors: Mapping[str, int]) -> Commit:
    """A scope that is past this commit is not told again: what has left it since would come back."""
    return restricted(commit, frozenset(scope for scope, seq in commit.seqs.items() if seq > cursors.get(scope, seq)))


def _commit(row: Sequence[Any], parts: tuple[Put | Drop, ...]) -> Commit:
    commit_id, at, what, command_id, actor, seqs = row
    return Commit(
        id=commit_id,
        at=from_micros(at),
        what=what,
        command_id=CommandId(command_id),
        actor=actor,
        seqs=_SEQS.decode(seqs),
        changes=parts,
    )


def _change(row: Sequence[Any]) -> Put | Drop | None:
    _, kind, type_name, entity_id, version, held, body = row
    scopes = _SCOPES.decode(held)
    if kind == "drop":
        return Drop(type=type_name, id=entity_id, scopes=scopes)
    if body is None:
        return None  # a person was erased: the place in the sequence stays, the words are gone
    return Put(type=type_name, id=entity_id, version=version, scopes=scopes, body=msgspec.Raw(body))
