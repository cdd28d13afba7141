"""Outside row-level security, without customers' data: the epoch, tenants by code, webhook routes, heads."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, insert, select, text, tuple_, update

from backend.store.engine import Database
from backend.store.raw import Route
from backend.store.tables.base import upsert
from backend.store.tables.control import facts, scope_heads, tenant_index, webhook_routes
from omnix_protocol.ids import ChannelAccountId, TenantId

EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class TenantEntry:
    tenant_id: TenantId
    code: str
    name: str
    locale: str
    active: bool


class Control:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def epoch(self) -> str:
        """Another one means that sequences may have been rewound: clients begin anew from snapshots."""
        async with self._database.reading(None) as connection:
            found = (await connection.execute(select(facts.c.value).where(facts.c.name == EPOCH))).scalar()
        if found is None:
            raise LookupError("The database has no epoch: run `migrate`.")
        return str(found)

    async def renew_epoch(self) -> str:
        """After a restored backup."""
        fresh = str(uuid.uuid4())  # noqa: TID251  # no entity's id: it shall not look like one
        async with self._database.writing(None) as connection:
            done = await connection.execute(update(facts).where(facts.c.name == EPOCH).values(value=fresh))
            if not done.rowcount:
                await connection.execute(insert(facts).values(name=EPOCH, value=fresh))
        return fresh

    async def tenant_by_code(self, code: str) -> TenantEntry | None:
        return await self._tenant(tenant_index.c.code == code.strip().casefold())

    async def tenant(self, tenant_id: TenantId) -> TenantEntry | None:
        return await self._tenant(tenant_index.c.tenant_id == tenant_id)

    async def tenants(self) -> list[TenantEntry]:
        async with self._database.reading(None) as connection:
            rows = await connection.execute(select(tenant_index).order_by(tenant_index.c.code))
            return [_entry(row) for row in rows]

    async def add_tenant(self, entry: TenantEntry) -> None:
        """Raises Conflict where the code is taken."""
        row = {
            "tenant_id": entry.tenant_id,
            "code": entry.code.strip().casefold(),
            "name": entry.name,
            "locale": entry.locale,
            "active": entry.active,
        }
        async with self._database.writing(None) as connection:
            await connection.execute(insert(tenant_index), [row])

    async def route(self, route: str) -> Route | None:
        """Whose webhook this is."""
        async with self._database.reading(None) as connection:
            row = (await connection.execute(select(webhook_routes).where(webhook_routes.c.route == route))).first()
        return None if row is None else _route(row)

    async def route_of(self, tenant_id: TenantId, account_id: ChannelAccountId) -> Route | None:
        """Where this account is reached; the same each time."""
        async with self._database.reading(None) as connection:
            row = (await connection.execute(_of_account(tenant_id, account_id))).first()
        return None if row is None else _route(row)

    async def routes(self, kinds: Collection[str], tenant_id: TenantId | None = None) -> list[Route]:
        """Of all accounts of these kinds; with a tenant, of its own."""
        r = webhook_routes.c
        statement = select(webhook_routes).where(r.kind.in_(sorted(kinds))).order_by(r.route)
        if tenant_id is not None:
            statement = statement.where(r.tenant_id == tenant_id)
        async with self._database.reading(None) as connection:
            return [_route(row) for row in await connection.execute(statement)]

    async def add_route(self, route: Route) -> Route:
        """This one, or that which the account has, whoever made it meanwhile. Raises Conflict where it is another's."""
        row = {name: getattr(route, name) for name in Route.__slots__}
        fresh = upsert(webhook_routes, self._database.is_sqlite).values(row)
        async with self._database.writing(None) as connection:
            await connection.execute(fresh.on_conflict_do_nothing(index_elements=["tenant_id", "channel_account_id"]))
            found = (await connection.execute(_of_account(route.tenant_id, route.channel_account_id))).first()
        return route if found is None else _route(found)

    async def heads(self, scopes: Collection[tuple[TenantId, str]]) -> dict[tuple[TenantId, str], int]:
        """Heads of scopes of many tenants at once: what a process looks at every few seconds."""
        wanted = sorted(scopes)
        found: dict[tuple[TenantId, str], int] = dict.fromkeys(wanted, 0)
        async with self._database.reading(None) as connection:
            for start in range(0, len(wanted), 400):
                statement = select(scope_heads.c.tenant_id, scope_heads.c.scope, scope_heads.c.seq).where(
                    tuple_(scope_heads.c.tenant_id, scope_heads.c.scope).in_(wanted[start : start + 400])
                )
                for row in await connection.execute(statement):
                    found[TenantId(row.tenant_id), row.scope] = row.seq
        return found

    async def alive(self) -> None:
        """Raises Unavailable where the database does not answer: for readiness."""
        async with self._database.reading(None) as connection:
            await connection.execute(text("SELECT 1"))

    async def _tenant(self, condition: ColumnElement[bool]) -> TenantEntry | None:
        async with self._database.reading(None) as connection:
            row = (await connection.execute(select(tenant_index).where(condition))).first()
        return None if row is None else _entry(row)


def _entry(row: Row[*tuple[Any, ...]]) -> TenantEntry:
    return TenantEntry(TenantId(row.tenant_id), row.code, row.name, row.locale, row.active)


def _of_account(tenant_id: TenantId, account_id: ChannelAccountId) -> Select[Any]:
    r = webhook_routes.c
    return select(webhook_routes).where(r.tenant_id == tenant_id, r.channel_account_id == account_id)


def _route(row: Row[*tuple[Any, ...]]) -> Route:
    return Route(row.route, row.tenant_id, row.channel_account_id, row.kind)
