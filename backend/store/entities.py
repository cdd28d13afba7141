"""Entities to rows: version-guarded, and the rows of other tables that follow from them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, literal_column, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from backend.store.changes import Change, DropEntity, PutEntity
from backend.store.errors import Conflict
from backend.store.prepared import Prepared, fetch, many
from backend.store.tables.conversations import interactions
from backend.store.tables.mapping import MAPPED, Side
from backend.store.writer import Writer
from omnix_protocol import codec
from omnix_protocol.base import Entity

_QUEUE = "queue:"
_Row = dict[str, Any]


def write_entities(writer: Writer, changes: Sequence[Change]) -> list[bytes]:
    """Rows of all puts, always in the same order of keys; the loser of a race learns by Conflict.

    Gives the body of each change, empty for drops.
    """
    window = _window(changes)
    bodies = [codec.encode(change.entity) if isinstance(change, PutEntity) else b"" for change in changes]
    puts = [(change, body) for change, body in zip(changes, bodies, strict=True) if isinstance(change, PutEntity)]
    puts.sort(key=_order)
    alike: dict[tuple[str, bool, tuple[str, ...]], list[_Row]] = {}
    for change, body in puts:
        row = _row(writer, change, body, window)
        alike.setdefault((type(change.entity).__name__, change.entity.version > 1, tuple(row)), []).append(row)
    for (type_name, known, _), rows in alike.items():
        _write(writer, MAPPED[type_name].table, rows, known=known)
    for change, _ in puts:
        side = MAPPED[type(change.entity).__name__].side
        if side is not None:
            _write_side(writer, change.entity, side)
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


def _order(put: tuple[PutEntity, bytes]) -> tuple[str, bool, str, int]:
    entity = put[0].entity
    return type(entity).__name__, entity.version > 1, entity.id, entity.version


def _row(writer: Writer, change: PutEntity, body: bytes, window: dict[str, int]) -> _Row:
    entity = change.entity
    where = MAPPED[type(entity).__name__]
    row: _Row = {"version": entity.version, "body": body, **where.columns(entity), **change.columns}
    if where.table is interactions and entity.id in window:
        row["in_window"] = window[entity.id]
    if entity.version == 1:
        return {**row, "tenant_id": writer.tenant_id, "id": entity.id}
    return {**row, "key_tenant_id": writer.tenant_id, "key_id": entity.id, "guard": entity.version - 1}


def _write(writer: Writer, table: Table, rows: Sequence[_Row], *, known: bool) -> None:
    columns = tuple(rows[0])
    if not known:
        many(writer.connection, _insert(table, columns), rows)
    elif len(rows) == 1 or writer.sqlite or len({row["key_id"] for row in rows}) < len(rows):
        for row in rows:
            _hold(table, rows, len(fetch(writer.connection, _update(table, columns), row)), 1)
    else:
        together = {name: [row[name] for row in rows] for name in columns if name != "key_tenant_id"}
        found = fetch(writer.connection, _update_many(table, columns), {"key_tenant_id": writer.tenant_id, **together})
        _hold(table, rows, len(found), len(rows))


def _hold(table: Table, rows: Sequence[_Row], found: int, wanted: int) -> None:
    if found != wanted:
        raise Conflict(f"of {table.name} {[row['key_id'] for row in rows]} not all are at the version that was read")


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
def _update_many(table: Table, columns: tuple[str, ...]) -> Prepared:
    """On PostgreSQL: the same for many rows, each under its own guard, in one round trip."""
    changed = [column for column in table.c if column.name in columns]
    types = {column.name: column.type for column in changed}
    types |= {"key_id": table.c.id.type, "guard": table.c.version.type}
    statement = text(
        f"UPDATE {table.name} AS t SET {', '.join(f'{column.name} = n.{column.name}' for column in changed)} "  # noqa: S608  # names of our own tables
        f"FROM unnest({', '.join(f':{name}' for name in types)}) AS n ({', '.join(types)}) "
        "WHERE t.tenant_id = :key_tenant_id AND t.id = n.key_id AND t.version = n.guard RETURNING 1"
    )
    return Prepared(statement.bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in types.items())))


@cache
def _delete(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(delete(table).where(*(table.c[name] == bindparam(name) for name in columns)))


_SET_WINDOW = Prepared(
    update(interactions)
    .where(interactions.c.tenant_id == bindparam("tenant"), interactions.c.id == bindparam("entity"))
    .values(in_window=bindparam("inside"))
)
