"""Writing a commit: entities with their version guards first, scope heads last and together, then the log.

A scope's members and log are written only while its head is locked, so what a snapshot shows and what the log
tells can never part: replica after changes == replica after snapshot, by construction.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, text, tuple_, update

from backend.store.changes import Change, CommitMeta, DropEntity, PutEntity, Saved
from backend.store.entities import write_entities
from backend.store.link import Link
from backend.store.tables.base import to_micros
from backend.store.tables.control import scope_heads
from backend.store.tables.journal import changes as changes_table
from backend.store.tables.journal import commits, members, scope_log
from omnix_protocol import codec, scopes
from omnix_protocol.ids import CommitId, new_id

Held = dict[tuple[str, str], set[str]]


async def save(link: Link, meta: CommitMeta, changes: Sequence[Change]) -> Saved:
    """All of the changes as one commit. Raises Conflict where an entity has changed since it was read."""
    if not changes:
        return Saved()
    await write_entities(link, changes)
    before = await _held(link, changes)
    reached = [_reach(change, changes, before) for change in changes]
    touched = sorted({scope for row in reached for scope in row})
    heads = await _grow(link, touched) if touched else {}
    if any(set(row) - set(change.scopes) for change, row in zip(changes, reached, strict=True)):
        # a drop elsewhere may have won the head in between: never bring back what it took out
        after = await _held(link, changes)
        reached = [_reach(change, changes, after, within=row) for change, row in zip(changes, reached, strict=True)]
    await _enter_and_leave(link, changes, reached)
    commit_id = await _log(link, meta, changes, reached, heads)
    await _forget(link, heads)
    return Saved(commit_id, heads)


def _key(change: Change) -> tuple[str, str]:
    if isinstance(change, PutEntity):
        return type(change.entity).__name__, change.entity.id
    return change.type, change.id


async def _held(link: Link, changes: Sequence[Change]) -> Held:
    """The scopes that hold the entities that are put anew."""
    known = {_key(change) for change in changes if isinstance(change, PutEntity) and change.entity.version > 1}
    held: Held = {}
    if known:
        statement = members.select().where(
            members.c.tenant_id == link.tenant_id,
            tuple_(members.c.type, members.c.entity_id).in_(sorted(known)),
        )
        for row in await link.rows(statement):
            held.setdefault((row.type, row.entity_id), set()).add(row.scope)
    return held


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


async def _grow(link: Link, touched: Sequence[str]) -> dict[str, int]:
    """Lock the heads of these scopes together, in order, and move each by one."""
    grown = await link.connection.execute(
        _GROW[link.sqlite], {"tenant": link.tenant_id, "scopes": msgspec.json.encode(touched).decode()}
    )
    return {row.scope: row.seq for row in grown}


_GROW = {
    True: text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) "
        "SELECT CAST(:tenant AS VARCHAR), value, 1, 0 FROM json_each(:scopes) WHERE true ORDER BY value "
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + 1 RETURNING scope, seq"
    ),
    False: text(
        "INSERT INTO scope_heads (tenant_id, scope, seq, floor) "
        "SELECT CAST(:tenant AS VARCHAR), s.value, 1, 0 FROM json_array_elements_text(CAST(:scopes AS json)) AS s "
        'ORDER BY s.value COLLATE "C" '
        "ON CONFLICT (tenant_id, scope) DO UPDATE SET seq = scope_heads.seq + 1 RETURNING scope, seq"
    ),
}


async def _enter_and_leave(link: Link, changes: Sequence[Change], reached: Sequence[tuple[str, ...]]) -> None:
    holds: dict[tuple[str, str, str], bool] = {}
    for change, row in zip(changes, reached, strict=True):
        for scope in row:
            holds[scope, *_key(change)] = isinstance(change, PutEntity)
    entering = [_member(link, key) for key, here in sorted(holds.items()) if here]
    leaving = [_member(link, key) for key, here in sorted(holds.items()) if not here]
    if entering:
        await link.connection.execute(_ENTER, entering)
    if leaving:
        await link.connection.execute(_LEAVE, [_was(row) for row in leaving])


_ENTER = text(
    "INSERT INTO members (tenant_id, scope, type, entity_id) VALUES (:tenant_id, :scope, :type, :entity_id) "
    "ON CONFLICT (tenant_id, scope, type, entity_id) DO NOTHING"
)
_LEAVE = delete(members).where(
    members.c.tenant_id == bindparam("was_tenant_id"),
    members.c.scope == bindparam("was_scope"),
    members.c.type == bindparam("was_type"),
    members.c.entity_id == bindparam("was_entity_id"),
)


def _was(row: dict[str, str]) -> dict[str, str]:
    return {f"was_{name}": value for name, value in row.items()}


def _member(link: Link, key: tuple[str, str, str]) -> dict[str, str]:
    return {"tenant_id": link.tenant_id, "scope": key[0], "type": key[1], "entity_id": key[2]}


async def _log(
    link: Link, meta: CommitMeta, changes: Sequence[Change], reached: Sequence[tuple[str, ...]], heads: dict[str, int]
) -> CommitId:
    commit_id = CommitId(new_id())
    rows = [
        _change_row(link, commit_id, ordinal, change, row)
        for ordinal, (change, row) in enumerate(zip(changes, reached, strict=True))
    ]
    seqs = msgspec.json.encode(heads)
    commit = {
        "tenant_id": link.tenant_id,
        "id": commit_id,
        "at": meta.at,
        "what": meta.what,
        "command_id": meta.command_id,
        "actor": meta.actor,
        "seqs": seqs,
        "transient": bool(heads) and all(_latest_only(scope) for scope in heads),
    }
    commit["digest"] = _digest(
        [commit_id, to_micros(meta.at), meta.what, meta.command_id, meta.actor, seqs.decode()],
        (row["digest"] for row in rows),
    )
    await link.connection.execute(insert(commits), [commit])
    await link.connection.execute(insert(changes_table), rows)
    if heads:
        thin = [
            {"tenant_id": link.tenant_id, "scope": scope, "seq": seq, "commit_id": commit_id}
            for scope, seq in sorted(heads.items())
        ]
        await link.connection.execute(insert(scope_log), thin)
    return commit_id


def _change_row(link: Link, commit_id: str, ordinal: int, change: Change, reach: tuple[str, ...]) -> dict[str, Any]:
    type_name, entity_id = _key(change)
    put = isinstance(change, PutEntity)
    body = codec.encode(change.entity) if isinstance(change, PutEntity) else b""
    salt = os.urandom(16)
    return {
        "tenant_id": link.tenant_id,
        "commit_id": commit_id,
        "ordinal": ordinal,
        "kind": "put" if put else "drop",
        "type": type_name,
        "entity_id": entity_id,
        "version": change.entity.version if isinstance(change, PutEntity) else 0,
        "scopes": msgspec.json.encode(reach),
        "body": body if put else None,
        "salt": salt,
        "digest": hashlib.sha256(salt + f"{type_name} {entity_id} ".encode() + body).digest(),
    }


def _digest(said: list[Any], parts: Iterable[bytes]) -> bytes:
    whole = hashlib.sha256(msgspec.json.encode(said))
    for part in parts:
        whole.update(part)
    return whole.digest()


def _latest_only(scope: str) -> bool:
    parsed = scopes.parse(scope)
    return parsed is not None and parsed.kind in scopes.LATEST_ONLY


async def _forget(link: Link, heads: dict[str, int]) -> None:
    """Boards and drafts keep their latest commit only; whoever is further behind gets a snapshot."""
    for scope, seq in sorted(heads.items()):
        if not _latest_only(scope):
            continue
        old = delete(scope_log).where(
            scope_log.c.tenant_id == link.tenant_id, scope_log.c.scope == scope, scope_log.c.seq < seq
        )
        gone = [row.commit_id for row in await link.connection.execute(old.returning(scope_log.c.commit_id))]
        floor = update(scope_heads).where(scope_heads.c.tenant_id == link.tenant_id, scope_heads.c.scope == scope)
        await link.connection.execute(floor.values(floor=seq - 1))
        if gone:
            await _drop_transient(link, gone)


async def _drop_transient(link: Link, commit_ids: Sequence[str]) -> None:
    mine = commits.c.tenant_id == link.tenant_id
    passing = delete(commits).where(mine, commits.c.id.in_(commit_ids), commits.c.transient)
    gone = [row.id for row in await link.connection.execute(passing.returning(commits.c.id))]
    if gone:
        rows = changes_table.c.tenant_id == link.tenant_id, changes_table.c.commit_id.in_(gone)
        await link.connection.execute(delete(changes_table).where(*rows))
