"""Password hashes of users, and what is known about failed attempts to sign in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, and_, bindparam, delete, insert, select, update

from backend.store.engine import Database
from backend.store.prepared import Prepared
from backend.store.tables.base import upsert
from backend.store.tables.control import attempts
from backend.store.tables.inbox import credentials
from backend.store.tables.people import users
from backend.store.transaction import Transaction
from omnix_protocol import codec
from omnix_protocol.ids import TenantId, UserId
from omnix_protocol.people import User


@dataclass(frozen=True, slots=True)
class Credential:
    hash: str
    must_change: bool


class Credentials:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant_id: TenantId, user_id: UserId) -> Credential | None:
        c = credentials.c
        statement = select(c.hash, c.must_change).where(c.tenant_id == tenant_id, c.user_id == user_id)
        async with self._database.reading(tenant_id) as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else Credential(row.hash, row.must_change)

    async def standing(self, tenant_id: TenantId, user_id: UserId) -> tuple[User, bool] | None:
        """A user, and whether their one-time password waits to be changed."""
        found = await self._database.glance(tenant_id, _STANDING, {"tenant": tenant_id, "user": user_id})
        return (codec.decode(found[0][0], User), bool(found[0][1])) if found else None

    async def put(self, tenant_id: TenantId, user_id: UserId, credential: Credential, now: datetime) -> None:
        c = credentials.c
        values = {"hash": credential.hash, "must_change": credential.must_change, "changed_at": now}
        mine = update(credentials).where(c.tenant_id == tenant_id, c.user_id == user_id)
        async with self._database.writing(tenant_id) as connection:
            if not (await connection.execute(mine.values(**values))).rowcount:
                row = {"tenant_id": tenant_id, "user_id": user_id, **values}
                await connection.execute(insert(credentials), [row])


_STANDING = Prepared(
    select(users.c.body, credentials.c.must_change)
    .outerjoin_from(
        users,
        credentials,
        and_(credentials.c.tenant_id == bindparam("tenant"), credentials.c.user_id == users.c.id),
    )
    .where(users.c.tenant_id == bindparam("tenant"), users.c.id == bindparam("user"))
)


@dataclass(frozen=True, slots=True)
class Attempt:
    failures: int
    last_at: datetime
    blocked_until: datetime | None


class Attempts:
    """Keys are digests that the door for signing in makes of an account, an address, or the pair of both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, keys: Collection[str]) -> dict[str, Attempt]:
        a = attempts.c
        statement = select(attempts).where(a.key.in_(sorted(keys)))
        async with self._database.reading(None) as connection:
            rows = await connection.execute(statement)
            return {row.key: Attempt(row.failures, row.last_at, row.blocked_until) for row in rows}

    async def fail(self, key: str, now: datetime, forget: timedelta) -> int:
        """One failure more; counts afresh where the last one is longer ago than `forget`."""
        async with self._database.writing(None) as connection:
            row = await self._locked(connection, key, now)
            failures = 1 if now - row.last_at > forget else row.failures + 1
            await connection.execute(_of(key).values(failures=failures, last_at=now))
            return failures

    async def use(self, key: str, most: int, now: datetime, pause: timedelta) -> datetime | None:
        """One more of so many, after which there is a pause; where there are no more, until when."""
        async with self._database.writing(None) as connection:
            row = await self._locked(connection, key, now)
            used = 0 if now - row.last_at > pause else row.failures
            if used >= most:
                return row.blocked_until or row.last_at + pause
            until = now + pause if used + 1 == most else None
            await connection.execute(_of(key).values(failures=used + 1, last_at=now, blocked_until=until))
        return None

    async def give_back(self, keys: Collection[str]) -> None:
        """What was used came to nothing: it may be used again."""
        a = attempts.c
        less = update(attempts).where(a.key.in_(sorted(keys)), a.failures > 0)
        async with self._database.writing(None) as connection:
            await connection.execute(less.values(failures=a.failures - 1, blocked_until=None))

    async def _locked(self, connection: Transaction, key: str, now: datetime) -> Attempt:
        """What is known of a key, and nobody else changes it until this transaction ends."""
        fresh = upsert(attempts, self._database.is_sqlite).values(key=key, failures=0, last_at=now, blocked_until=None)
        await connection.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))
        found = select(attempts).where(attempts.c.key == key)
        if not self._database.is_sqlite:
            found = found.with_for_update()
        (row,) = await connection.execute(found)
        return Attempt(row.failures, row.last_at, row.blocked_until)

    async def block(self, key: str, until: datetime) -> None:
        async with self._database.writing(None) as connection:
            await connection.execute(_of(key).values(blocked_until=until))

    async def clear(self, keys: Collection[str]) -> None:
        async with self._database.writing(None) as connection:
            await connection.execute(delete(attempts).where(attempts.c.key.in_(sorted(keys))))

    async def purge(self, before: datetime) -> None:
        async with self._database.writing(None) as connection:
            await connection.execute(delete(attempts).where(attempts.c.last_at < before))


def _of(key: str) -> Update:
    return update(attempts).where(attempts.c.key == key)
