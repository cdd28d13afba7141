"""Entities to rows: version-guarded, and the rows of other tables that follow from them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from backend.store.changes import Change, DropEntity, PutEntity
from backend.store.errors import Conflict
from backend.store.link import Link
from backend.store.tables.conversations import interactions
from backend.store.tables.mapping import MAPPED, Mapped
from omnix_protocol import codec
from omnix_protocol.base import Entity

_QUEUE = "queue:"


async def write_entities(link: Link, changes: Sequence[Change]) -> None:
    """Rows of all puts, always in the same order of keys; the loser of a race learns by Conflict."""
    window = _window(changes)
    puts = [change.entity for change in changes if isinstance(change, PutEntity)]
    for entity in sorted(puts, key=lambda entity: (type(entity).__name__, entity.id, entity.version)):
        await _write(link, entity, window)
    written = {entity.id for entity in puts}
    for interaction_id in sorted(window.keys() - written):
        await _set_window(link, interaction_id, window[interaction_id])


def _window(changes: Iterable[Change]) -> dict[str, int]:
    """Interactions that enter or leave a queue's scope, which holds the longest waiting ones."""
    window: dict[str, int] = {}
    for change in changes:
        if not any(scope.startswith(_QUEUE) for scope in change.scopes):
            continue
        if isinstance(change, DropEntity) and change.type == "Interaction":
            window[change.id] = 0
        elif isinstance(change, PutEntity) and type(change.entity).__name__ == "Interaction":
            window[change.entity.id] = 1
    return window


async def _write(link: Link, entity: Entity, window: dict[str, int]) -> None:
    where = MAPPED[type(entity).__name__]
    row: dict[str, Any] = {"version": entity.version, "body": codec.encode(entity), **where.columns(entity)}
    if where.table is interactions and entity.id in window:
        row["in_window"] = window[entity.id]
    key = {"tenant_id": link.tenant_id, "id": entity.id}
    if entity.version == 1:
        await link.connection.execute(insert(where.table), [key | row])
    else:
        table = where.table
        guarded = update(table).where(
            table.c.tenant_id == bindparam("key_tenant"),
            table.c.id == bindparam("key_id"),
            table.c.version == bindparam("key_version"),
        )
        keys = {"key_tenant": link.tenant_id, "key_id": entity.id, "key_version": entity.version - 1}
        done = await link.connection.execute(guarded, row | keys)
        if done.rowcount != 1:
            raise Conflict(f"{type(entity).__name__} {entity.id} is no longer at version {entity.version - 1}")
    await _write_side(link, entity, where)


async def _write_side(link: Link, entity: Entity, where: Mapped[Any]) -> None:
    side = where.side
    if side is None:
        return
    owner = {"tenant_id": link.tenant_id, **side.owner(entity)}
    if entity.version > 1:
        conditions = [side.table.c[name] == value for name, value in owner.items()]
        await link.connection.execute(delete(side.table).where(*conditions))
    if rows := side.rows(entity):
        await link.connection.execute(insert(side.table), [owner | row for row in rows])


async def _set_window(link: Link, interaction_id: str, inside: int) -> None:
    mine = interactions.c.tenant_id == link.tenant_id, interactions.c.id == interaction_id
    await link.connection.execute(update(interactions).where(*mine).values(in_window=inside))
