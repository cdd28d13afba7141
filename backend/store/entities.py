"""Entities to rows: version-guarded, and the rows of other tables that follow from them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, literal_column, update

from backend.store.changes import Change, DropEntity, PutEntity
from backend.store.errors import Conflict
from backend.store.prepared import Prepared, fetch, many
from backend.store.tables.conversations import interactions
from backend.store.tables.mapping import MAPPED, Side
from backend.store.writer import Writer
from omnix_protocol import codec
from omnix_protocol.base import Entity

_QUEUE = "queue:"


def write_entities(writer: Writer, changes: Sequence[Change]) -> list[bytes]:
    """Rows of all puts, always in the same order of keys; the loser of a race learns by Conflict.

    Gives the body of each change, empty for drops.
    """
    window = _window(changes)
    bodies = [codec.encode(change.entity) if isinstance(change, PutEntity) else b"" for change in changes]
    puts = [(change, body) for change, body in zip(changes, bodies, strict=True) if isinstance(change, PutEntity)]
    for change, body in sorted(puts, key=_order):
        _write(writer, change, body, window)
    for interaction_id in sorted(window.keys() - {change.entity.id for change, _ in puts}):
        parameters = {"tenant": writer.tenant_id, "entity": interaction_id, "inside": window[interaction_id]}
        fetch(writer.connection, _SET_WINDOW, parameters)
    return bodies


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


def _order(put: tuple[PutEntity, bytes]) -> tuple[str, str, int]:
    entity = put[0].entity
    return type(entity).__name__, entity.id, entity.version


def _write(writer: Writer, change: PutEntity, body: bytes, window: dict[str, int]) -> None:
    entity = change.entity
    where = MAPPED[type(entity).__name__]
    row: dict[str, Any] = {"version": entity.version, "body": body, **where.columns(entity), **change.columns}
    if where.table is interactions and entity.id in window:
        row["in_window"] = window[entity.id]
    row["tenant_id"] = writer.tenant_id
    row["id"] = entity.id
    if entity.version == 1:
        fetch(writer.connection, _insert(where.table, tuple(row)), row)
    else:
        row["guard"] = entity.version - 1
        row["key_tenant_id"], row["key_id"] = row.pop("tenant_id"), row.pop("id")
        if not fetch(writer.connection, _update(where.table, tuple(row)), row):
            raise Conflict(f"{type(entity).__name__} {entity.id} is no longer at version {entity.version - 1}")
    if where.side is not None:
        _write_side(writer, entity, where.side)


def _write_side(writer: Writer, entity: Entity, side: Side[Any]) -> None:
    owner = {"tenant_id": writer.tenant_id, **side.owner(entity)}
    if entity.version > 1:
        fetch(writer.connection, _delete(side.table, tuple(owner)), owner)
    rows = [owner | row for row in side.rows(entity)]
    if rows:
        many(writer.connection, _insert(side.table, tuple(rows[0])), rows)


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Prepared:
    ordered = [column for column in table.c if column.name in columns]
    return Prepared(
        insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in ordered})
    )


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Prepared:
    changed = [column for column in table.c if column.name in columns]
    key = (
        table.c.tenant_id == bindparam("key_tenant_id"),
        table.c.id == bindparam("key_id"),
        table.c.version == bindparam("guard"),
    )
    values = {column.name: bindparam(column.name, type_=column.type) for column in changed}
    return Prepared(update(table).where(*key).values(values).returning(literal_column("1")))


@cache
def _delete(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(delete(table).where(*(table.c[name] == bindparam(name) for name in columns)))


_SET_WINDOW = Prepared(
    update(interactions)
    .where(interactions.c.tenant_id == bindparam("tenant"), interactions.c.id == bindparam("entity"))
    .values(in_window=bindparam("inside"))
)
