"""One transaction's connection and tenant: the only way in which this package reads entities."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.store.tables.mapping import MAPPED, mapped
from omnix_protocol import codec
from omnix_protocol.base import Entity
from omnix_protocol.ids import TenantId

E = TypeVar("E", bound=Entity)
# Parameters of one IN list: below SQLite's and PostgreSQL's limits, and one plan for most sizes.
IN_LIST = 500


class Link:
    """Reads of one tenant in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, *, sqlite: bool, writable: bool) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.sqlite = sqlite
        self.writable = writable

    def select(self, kind: type[Entity], *more: Any) -> Select[Any]:
        """The bodies of this tenant's entities of a kind; narrow it with where()."""
        table = mapped(kind).table
        return select(table.c.body, *more).where(table.c.tenant_id == self.tenant_id)

    async def entities(self, kind: type[E], statement: Select[Any]) -> list[E]:
        found = await self.connection.execute(statement)
        return [codec.decode(row[0], kind) for row in found]

    async def entity(self, kind: type[E], statement: Select[Any]) -> E | None:
        row = (await self.connection.execute(statement)).first()
        return None if row is None else codec.decode(row[0], kind)

    async def scalar(self, statement: Select[Any]) -> Any:
        return (await self.connection.execute(statement)).scalar()

    async def rows(self, statement: Select[Any]) -> Sequence[Any]:
        found: Sequence[Any] = (await self.connection.execute(statement)).all()
        return found

    async def get(self, kind: type[E], entity_id: str, *, locked: bool = False) -> E | None:
        statement = self.select(kind).where(mapped(kind).table.c.id == entity_id)
        if locked and not self.sqlite:
            statement = statement.with_for_update(key_share=True)
        return await self.entity(kind, statement)

    async def get_many(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        wanted = sorted(set(ids))
        found: dict[str, E] = {}
        for start in range(0, len(wanted), IN_LIST):
            part = self.select(kind).where(mapped(kind).table.c.id.in_(wanted[start : start + IN_LIST]))
            found.update((entity.id, entity) for entity in await self.entities(kind, part))
        return found

    async def bodies(self, type_name: str, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Versions and bodies as stored, not decoded."""
        table = MAPPED[type_name].table
        statement = select(table.c.id, table.c.version, table.c.body).where(
            table.c.tenant_id == self.tenant_id, table.c.id.in_(ids)
        )
        return {row.id: (row.version, bytes(row.body)) for row in await self.rows(statement)}
