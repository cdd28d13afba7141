"""One transaction's connection and tenant: the only way in which this package reads entities."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, Table, bindparam, select, text

from backend.store.prepared import Prepared, Rows
from backend.store.tables.mapping import MAPPED, mapped
from backend.store.transaction import Transaction
from omnix_protocol import codec
from omnix_protocol.base import Entity
from omnix_protocol.ids import TenantId

E = TypeVar("E", bound=Entity)
# Parameters of one IN list: below SQLite's and PostgreSQL's limits, and one plan for most sizes.
IN_LIST = 500


class Link:
    """Reads of one tenant in one transaction."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, *, sqlite: bool, writable: bool) -> None:
        self.transaction = transaction
        self.tenant_id = tenant_id
        self.sqlite = sqlite
        self.writable = writable

    def select(self, kind: type[Entity], *more: Any) -> Select[Any]:
        """The bodies of this tenant's entities of a kind; narrow it with where()."""
        table = mapped(kind).table
        return select(table.c.body, *more).where(table.c.tenant_id == self.tenant_id)

    async def entities(self, kind: type[E], statement: Select[Any]) -> list[E]:
        found = await self.transaction.execute(statement)
        return [codec.decode(row[0], kind) for row in found]

    async def entity(self, kind: type[E], statement: Select[Any]) -> E | None:
        row = (await self.transaction.execute(statement)).first()
        return None if row is None else codec.decode(row[0], kind)

    async def scalar(self, statement: Select[Any]) -> Any:
        return (await self.transaction.execute(statement)).scalar()

    async def rows(self, statement: Select[Any]) -> Sequence[Any]:
        return (await self.transaction.execute(statement)).all()

    async def get(self, kind: type[E], entity_id: str, *, locked: bool = False) -> E | None:
        return await self.one(kind, self.by_id(kind, locked=locked), {"id": entity_id})

    def by_id(self, kind: type[Entity], *, locked: bool) -> Prepared:
        return _by_id(mapped(kind).table, locked and not self.sqlite)

    async def one(self, kind: type[E], prepared: Prepared, parameters: dict[str, Any]) -> E | None:
        """The first entity of a prepared statement that gives bodies."""
        found = await self.fetch(prepared, parameters)
        return codec.decode(found[0][0], kind) if found else None

    async def fetch(self, prepared: Prepared, parameters: dict[str, Any]) -> Rows:
        return await self.transaction.fetch(prepared, {"tenant": self.tenant_id, **parameters})

    async def get_many(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        found = await self.bodies(kind.__name__, sorted(set(ids)))
        return {entity_id: codec.decode(body, kind) for entity_id, (_, body) in found.items()}

    async def bodies(self, type_name: str, ids: Sequence[str], *, locked: bool = False) -> dict[str, tuple[int, bytes]]:
        """Versions and bodies as stored, not decoded; locked in the order of their ids."""
        if not ids:
            return {}
        wanted = {"ids": msgspec.json.encode(ids).decode()}
        found = await self.fetch(_by_ids(MAPPED[type_name].table, locked and not self.sqlite), wanted)
        return {row[0]: (row[1], bytes(row[2])) for row in found}


@cache
def _by_id(table: Table, locked: bool) -> Prepared:
    c = table.c
    statement = select(c.body).where(c.tenant_id == bindparam("tenant"), c.id == bindparam("id"))
    return Prepared(statement.with_for_update(key_share=True) if locked else statement)


@cache
def _by_ids(table: Table, locked: bool) -> Prepared:
    c = table.c
    statement = select(c.id, c.version, c.body).where(c.tenant_id == bindparam("tenant"))
    any_of = text("ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:ids AS text) AS json))))")
    on_postgres = statement.where(c.id == any_of)
    return Prepared(
        statement.where(c.id.in_(text("SELECT value FROM json_each(:ids)"))),
        on_postgres.order_by(c.id).with_for_update(key_share=True) if locked else on_postgres,
    )
