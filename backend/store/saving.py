"""Writing a commit: entities with their version guards first, scope heads last and together, then the log.

A scope's members and log are written only while its head is locked, so what a snapshot shows and what the log
tells can never part: replica after changes == replica after snapshot, by construction.
"""

import hashlib
import os
from collections.abc import Sequence

import msgspec
from sqlalchemy import text

from backend.store.changes import Change, CommitMeta, DropEntity, PutEntity, Saved
from backend.store.entities import write_entities
from backend.store.log_rows import LoggedChange, LoggedCommit, write_log
from backend.store.prepared import Prepared, fetch
from backend.store.tables.base import to_micros
from backend.store.writer import Writer
from omnix_protocol import scopes
from omnix_protocol.ids import CommitId, new_id

Held = dict[tuple[str, str], set[str]]


def save(writer: Writer, meta: CommitMeta, changes: Sequence[Change]) -> Saved:
    """All of the changes as one commit. Raises Conflict where an entity has changed since it was read."""
    if not changes:
        return Saved()
    bodies = write_entities(writer, changes)
    before = _held(writer, changes)
    reached = [_reach(change, changes, before) for change in changes]
    touched = sorted({scope for row in reached for scope in row})
    heads = _grow(writer, touched) if touched else {}
    if any(set(row) - set(change.scopes) for change, row in zip(changes, reached, strict=True)):
        # a drop elsewhere may have won the head in between: never bring back what it took out
        after = _held(writer, changes)
        reached = [_reach(change, changes, after, within=row) for change, row in zip(changes, reached, strict=True)]
    commit = _commit(meta, changes, bodies, reached, heads)
    write_log(writer, commit)
    for scope, seq in sorted(heads.items()):
        if _latest_only(scope):
            _forget(writer, scope, seq)
    return Saved(commit.id, heads)


def _key(change: Change) -> tuple[str, str]:
    if isinstance(change, PutEntity):
        return type(change.entity).__name__, change.entity.id
    return change.type, change.id


def _held(writer: Writer, changes: Sequence[Change]) -> Held:
    """The scopes that hold the entities that are put anew."""
    known = {_key(change) for change in changes if isinstance(change, PutEntity) and change.entity.version > 1}
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


def _reach(
    change: Change, changes: Sequence[Change], held: Held, within: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """For a put: the scopes that it names and those that hold the entity, less what this commit drops it from."""
    if isinstance(change, DropEntity):
        return tuple(sorted(set(change.scopes)))
    key = _key(change)
    drops = [other for other in changes if isinstance(other, DropEntity) and _key(other) == key]
    dropped = {scope for drop in drops for scope in drop.scopes}
    reach = set(change.scopes) | (held.get(key, set()) - dropped)
    if within is not None:
        reach &= set(within)
    return tuple(sorted(reach))


def _grow(writer: Writer, touched: Sequence[str]) -> dict[str, int]:
    """Lock the heads of these scopes together, in order, and move each by one."""
    parameters = {"tenant": writer.tenant_id, "scopes": msgspec.json.encode(touched).decode()}
    return {row[0]: row[1] for row in fetch(writer.connection, _GROW, parameters)}


_GROW = Prepared(
    text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) "
        "SELECT :tenant, value, 1, 0 FROM json_each(:scopes) WHERE true ORDER BY value "
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + 1 RETURNING scope, seq"
    ),
    text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) SELECT CAST(:tenant AS varchar), s.value, 1, 0 "
        'FROM json_array_elements_text(CAST(CAST(:scopes AS text) AS json)) AS s ORDER BY s.value COLLATE "C" '
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + 1 RETURNING scope, seq"
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
    type_name, entity_id = _key(change)
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
