"""Writing commits: entities with their version guards first, scope heads last and together, then the log.

A scope's members and log are written only while its head is locked, so what a snapshot shows and what the log
tells can never part: replica after changes == replica after snapshot, by construction.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import text

from backend.store.changes import Change, CommitMeta, DropEntity, Key, NewCommit, PutEntity, Saved
from backend.store.entities import write_entities
from backend.store.log_rows import LoggedChange, LoggedCommit, write_log
from backend.store.prepared import Prepared, fetch
from backend.store.tables.base import to_micros
from backend.store.writer import Writer
from omnix_protocol import scopes
from omnix_protocol.ids import CommitId, new_id

Held = dict[Key, set[str]]
Reached = list[tuple[str, ...]]


def save(writer: Writer, commits: Sequence[NewCommit]) -> list[Saved]:
    """Each as a commit of its own, in this order, in one transaction; no entity stands in two of them.

    Raises Conflict where an entity has changed since it was read.
    """
    changes = [change for commit in commits for change in commit.changes]
    if not changes:
        return [Saved() for _ in commits]
    _apart(commits)
    bodies = iter(write_entities(writer, changes))
    before = _held(writer, changes)
    reached = [_reached(commit.changes, before) for commit in commits]
    heads = _grow(writer, [_scopes(rows) for rows in reached])
    if any(set(row) - set(change.scopes) for change, row in zip(changes, _flat(reached), strict=True)):
        # a drop elsewhere may have won the head in between: never bring back what it took out
        after = _held(writer, changes)
        reached = [_reached(commit.changes, after, rows) for commit, rows in zip(commits, reached, strict=True)]
    logged = [
        _commit(commit.meta, commit.changes, [next(bodies) for _ in commit.changes], rows, seqs)
        for commit, rows, seqs in zip(commits, reached, heads, strict=True)
    ]
    write_log(writer, [commit for commit in logged if commit.changes])
    newest = {scope: seq for seqs in heads for scope, seq in seqs.items()}
    for scope, seq in sorted(newest.items()):
        if _latest_only(scope):
            _forget(writer, scope, seq)
    return [Saved(commit.id, commit.heads) if commit.changes else Saved() for commit in logged]


def _apart(commits: Sequence[NewCommit]) -> None:
    owners: dict[Key, int] = {}
    for number, commit in enumerate(commits):
        for change in commit.changes:
            if owners.setdefault(change.key, number) != number:
                raise ValueError(f"{' '.join(change.key)} stands in two commits of one transaction")


def _scopes(reached: Reached) -> list[str]:
    return sorted({scope for row in reached for scope in row})


def _flat(reached: Iterable[Reached]) -> Iterable[tuple[str, ...]]:
    return (row for rows in reached for row in rows)


def _held(writer: Writer, changes: Sequence[Change]) -> Held:
    """The scopes that hold the entities that are put anew."""
    known = {change.key for change in changes if isinstance(change, PutEntity) and change.entity.version > 1}
    held: Held = {}
    if known:
        keys = msgspec.json.encode([f"{type_name} {entity_id}" for type_name, entity_id in known]).decode()
        ids = msgspec.json.encode([entity_id for _, entity_id in known]).decode()
        found = fetch(writer.connection, _HELD, {"tenant": writer.tenant_id, "keys": keys, "ids": ids})
        for scope, type_name, entity_id in found:
            held.setdefault((type_name, entity_id), set()).add(scope)
    return held


_HELD = Prepared(
    text(
        "SELECT m.scope, m.type, m.entity_id FROM members AS m WHERE m.tenant_id = :tenant "
        "AND m.entity_id IN (SELECT value FROM json_each(:ids)) "
        "AND m.type || ' ' || m.entity_id IN (SELECT value FROM json_each(:keys))"
    ),
    text(
        "SELECT m.scope, m.type, m.entity_id FROM members AS m WHERE m.tenant_id = :tenant "
        "AND m.entity_id = ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:ids AS text) AS json)))) "
        "AND m.type || ' ' || m.entity_id = "
        "ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:keys AS text) AS json))))"
    ),
)


def _reached(changes: Sequence[Change], held: Held, within: Reached | None = None) -> Reached:
    """The scopes of each change of a commit: for a put those that it names and those that hold the entity, less what
    this commit drops it from."""
    dropped: Held = {}
    for change in changes:
        if isinstance(change, DropEntity):
            dropped.setdefault(change.key, set()).update(change.scopes)
    reached: Reached = []
    for place, change in enumerate(changes):
        reach = set(change.scopes)
        if isinstance(change, PutEntity):
            key = change.key
            reach |= held.get(key, set()) - dropped.get(key, set())
            if within is not None:
                reach &= set(within[place])
        reached.append(tuple(sorted(reach)))
    return reached


def _grow(writer: Writer, touched: Sequence[Sequence[str]]) -> list[dict[str, int]]:
    """Lock the heads of all these scopes together, in order; each commit's place in each scope that it touches."""
    steps = Counter(scope for mine in touched for scope in mine)
    if not steps:
        return [{} for _ in touched]
    wanted = msgspec.json.encode([[scope, steps[scope]] for scope in sorted(steps)]).decode()
    found = fetch(writer.connection, _GROW, {"tenant": writer.tenant_id, "steps": wanted})
    at = {row[0]: row[1] - steps[row[0]] for row in found}
    heads: list[dict[str, int]] = []
    for mine in touched:
        for scope in mine:
            at[scope] += 1
        heads.append({scope: at[scope] for scope in mine})
    return heads


_GROW = Prepared(
    text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) "
        "SELECT :tenant, json_extract(value, '$[0]'), json_extract(value, '$[1]'), 0 "
        "FROM json_each(:steps) WHERE true ORDER BY key "
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + excluded.seq RETURNING scope, seq"
    ),
    text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) "
        "SELECT CAST(:tenant AS varchar), s.step ->> 0, CAST(s.step ->> 1 AS bigint), 0 "
        "FROM json_array_elements(CAST(CAST(:steps AS text) AS json)) WITH ORDINALITY AS s (step, place) "
        "ORDER BY s.place "
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + excluded.seq RETURNING scope, seq"
    ),
)


def _commit(
    meta: CommitMeta,
    changes: Sequence[Change],
    bodies: Sequence[bytes],
    reached: Sequence[tuple[str, ...]],
    heads: dict[str, int],
) -> LoggedCommit:
    commit_id = CommitId(new_id())
    parts = [_part(change, body, reach) for change, body, reach in zip(changes, bodies, reached, strict=True)]
    seqs = msgspec.json.encode(heads)
    said = [commit_id, to_micros(meta.at), meta.what, meta.command_id, meta.actor, seqs.decode()]
    whole = hashlib.sha256(msgspec.json.encode(said))
    for part in parts:
        whole.update(part.digest)
    return LoggedCommit(
        id=commit_id,
        meta=meta,
        heads=heads,
        seqs=seqs,
        transient=bool(heads) and all(_latest_only(scope) for scope in heads),
        digest=whole.digest(),
        changes=parts,
    )


def _part(change: Change, body: bytes, reach: tuple[str, ...]) -> LoggedChange:
    type_name, entity_id = change.key
    salt = os.urandom(16)
    return LoggedChange(
        put=isinstance(change, PutEntity),
        type=type_name,
        id=entity_id,
        version=change.entity.version if isinstance(change, PutEntity) else 0,
        reach=reach,
        body=body,
        salt=salt,
        digest=hashlib.sha256(salt + f"{type_name} {entity_id} ".encode() + body).digest(),
    )


def _latest_only(scope: str) -> bool:
    return scope.startswith(_LATEST)


_LATEST = tuple(f"{kind.value}:" for kind in scopes.LATEST_ONLY)


def _forget(writer: Writer, scope: str, seq: int) -> None:
    """Boards and drafts keep their latest commit only; whoever is further behind gets a snapshot."""
    here = {"tenant": writer.tenant_id, "scope": scope, "seq": seq}
    gone = [row[0] for row in fetch(writer.connection, _FORGET_LOG, here)]
    fetch(writer.connection, _RAISE_FLOOR, here)
    for commit_id in gone:
        key = {"tenant": writer.tenant_id, "commit": commit_id}
        if fetch(writer.connection, _FORGET_COMMIT, key):
            fetch(writer.connection, _FORGET_CHANGES, key)


_FORGET_LOG = Prepared(
    text(
        "DELETE FROM scope_log WHERE scope_log.tenant_id = :tenant AND scope_log.scope = :scope "
        "AND scope_log.seq < :seq RETURNING commit_id"
    )
)
_RAISE_FLOOR = Prepared(
    text(
        "UPDATE scope_heads SET floor = CAST(:seq AS bigint) - 1 "
        "WHERE scope_heads.tenant_id = :tenant AND scope_heads.scope = :scope"
    )
)
_FORGET_COMMIT = Prepared(
    text(
        "DELETE FROM commits WHERE commits.tenant_id = :tenant AND commits.id = :commit AND commits.transient "
        "RETURNING commits.id"
    )
)
_FORGET_CHANGES = Prepared(
    text("DELETE FROM changes WHERE changes.tenant_id = :tenant AND changes.commit_id = :commit")
)
