"""Leases by the database's clock: who is present, and which process does what only one may do."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, type_coerce, update
from sqlalchemy.types import BigInteger

from backend.store.engine import Database
from backend.store.tables.base import database_now, upsert
from backend.store.tables.control import leases, presence_leases
from omnix_protocol.ids import TenantId, UserId


def _in(lease: timedelta) -> ColumnElement[int]:
    return type_coerce(database_now(), BigInteger) + lease // timedelta(microseconds=1)


class PresenceLeases:
    """One row per connection, renewed by the gateway that holds the socket."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(
        self, tenant_id: TenantId, user_id: UserId, connection_id: str, device: str, lease: timedelta
    ) -> None:
        row = {"tenant_id": tenant_id, "user_id": user_id, "connection_id": connection_id}
        fresh = upsert(presence_leases, self._database.is_sqlite).values(device=device, lease_until=_in(lease), **row)
        renewed = {"device": device, "lease_until": fresh.excluded.lease_until}
        async with self._database.writing(None) as connection:
            await connection.execute(fresh.on_conflict_do_update(index_elements=list(row), set_=renewed))

    async def end(self, tenant_id: TenantId, user_id: UserId, connection_id: str) -> None:
        p = presence_leases.c
        mine = p.tenant_id == tenant_id, p.user_id == user_id, p.connection_id == connection_id
        async with self._database.writing(None) as connection:
            await connection.execute(delete(presence_leases).where(*mine))

    async def devices(self, tenant_id: TenantId, user_id: UserId) -> tuple[str, ...]:
        """What the person is connected with now."""
        p = presence_leases.c
        statement = select(p.device).where(
            p.tenant_id == tenant_id, p.user_id == user_id, p.lease_until > database_now()
        )
        async with self._database.reading(None) as connection:
            return tuple(sorted(row.device for row in await connection.execute(statement)))

    async def take_expired(self, limit: int = 200) -> list[tuple[TenantId, UserId]]:
        """Whose leases have run out: removed, to be recorded by a command. Each is given to one caller only."""
        p = presence_leases.c
        over = delete(presence_leases).where(
            p.connection_id.in_(select(p.connection_id).where(p.lease_until <= database_now()).limit(limit)),
            p.lease_until <= database_now(),
        )
        async with self._database.writing(None) as connection:
            rows = await connection.execute(over.returning(p.tenant_id, p.user_id))
            return sorted({(TenantId(row.tenant_id), UserId(row.user_id)) for row in rows})


@dataclass(frozen=True, slots=True)
class Lease:
    name: str
    holder: str
    fence: int


class Leases:
    """A name that one process holds at a time: a listener's account, a board's writer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, lease: timedelta) -> Lease | None:
        """None while somebody else holds it."""
        fresh = upsert(leases, self._database.is_sqlite).values(
            name=name, holder=holder, fence=1, lease_until=_in(lease)
        )
        taken = fresh.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "fence": leases.c.fence + 1, "lease_until": fresh.excluded.lease_until},
            where=leases.c.lease_until <= database_now(),
        )
        async with self._database.writing(None) as connection:
            fence = (await connection.execute(taken.returning(leases.c.fence))).scalar()
        return None if fence is None else Lease(name, holder, int(fence))

    async def renew(self, lease: Lease, more: timedelta) -> bool:
        """False where it was lost: stop at once."""
        mine = update(leases).where(leases.c.name == lease.name, leases.c.fence == lease.fence)
        async with self._database.writing(None) as connection:
            done = await connection.execute(mine.values(lease_until=_in(more)))
        return bool(done.rowcount)

    async def release(self, lease: Lease) -> None:
        mine = update(leases).where(leases.c.name == lease.name, leases.c.fence == lease.fence)
        async with self._database.writing(None) as connection:
            await connection.execute(mine.values(lease_until=database_now()))

    async def free(self) -> None:
        """Where no other process is: what one that died held is anybody's."""
        async with self._database.writing(None) as connection:
            await connection.execute(update(leases).values(lease_until=database_now()))
