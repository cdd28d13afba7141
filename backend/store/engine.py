"""SQLite and PostgreSQL behind one door: transactions that know their tenant.

SQLite: one writer connection (BEGIN IMMEDIATE, behind an asyncio lock, so nobody ever finds it busy) and separate
readers; WAL with synchronous=FULL, because a provider's message that was acknowledged must survive a power cut.
PostgreSQL: READ COMMITTED for writes, whose decisions are version-guarded; one snapshot (REPEATABLE READ, read only)
for reads; the tenant set per transaction for row-level security; an insert-only role for the raw inbox.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from backend.store import guard
from backend.store.errors import Conflict, Unavailable

# Lost races: serialization failure, deadlock, unique and check violations that a fresh look explains.
_LOST = frozenset({"40001", "40P01", "55P03", "23505", "23514", "23503"})


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`url`: a SQLite file (sqlite:///path) or postgresql://role@host/database; `raw_url`: the insert-only role's."""

    url: str
    raw_url: str | None = None
    pool: int = 10
    readers: int = 4


class Database:
    """The connections of one process; opened and closed in one event loop."""

    def __init__(self, settings: DatabaseSettings) -> None:
        url = make_url(settings.url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._turn = asyncio.Lock()
        if self.is_sqlite:
            self.writer = _sqlite(url, 1, immediate=True)
            self.reader = _sqlite(url, settings.readers, immediate=False)
            self._raw = self.writer
        else:
            self.writer = _postgres(url, settings.pool)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._raw = _postgres(make_url(settings.raw_url), 2) if settings.raw_url else self.writer

    @asynccontextmanager
    async def writing(self, tenant_id: str | None) -> AsyncIterator[AsyncConnection]:
        """A read-write transaction of one tenant, or of none (control tables). Lost races raise Conflict."""
        if not self.is_sqlite:
            async with _begun(self.writer, tenant_id) as connection:
                yield connection
            return
        async with self._turn, _begun(self.writer, tenant_id, local=True) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self, tenant_id: str | None) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction: everything read in it is of one moment."""
        async with _begun(self.reader, tenant_id, local=self.is_sqlite) as connection:
            yield connection

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[AsyncConnection]:
        """The raw inbox's own short transaction, for rows of any tenant; it can insert and nothing else."""
        if not self.is_sqlite:
            async with _lost_races(), self._raw.begin() as connection:
                yield connection
            return
        async with self._turn, _begun(self.writer, guard.RAW, local=True) as connection:
            yield connection

    async def close(self) -> None:
        await self.reader.dispose()
        await self.writer.dispose()
        if self._raw is not self.writer:
            await self._raw.dispose()


@asynccontextmanager
async def _begun(engine: AsyncEngine, tenant_id: str | None, local: bool = False) -> AsyncIterator[AsyncConnection]:
    async with _lost_races(), engine.connect() as connection:
        if local:
            (await connection.get_raw_connection()).info["tenant"] = tenant_id
        async with connection.begin():
            if not local and tenant_id is not None:
                await connection.execute(_SET_TENANT, {"tenant": tenant_id})
            yield connection


_SET_TENANT = text("SELECT set_config('omnix.tenant', :tenant, true)")


@asynccontextmanager
async def _lost_races() -> AsyncIterator[None]:
    try:
        yield
    except (OSError, PoolTimeout) as error:
        raise Unavailable(str(error)) from error
    except DBAPIError as error:
        if is_lost_race(error):
            raise Conflict(str(error.orig)) from error
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            raise Unavailable(str(error.orig)) from error
        raise


def is_lost_race(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if state is not None:
        return state in _LOST
    words = str(error.orig)
    return "UNIQUE constraint" in words or "CHECK constraint" in words or "database is locked" in words


def _sqlite(url: URL, connections: int, *, immediate: bool) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=connections,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": 15},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(dbapi: Any, _record: Any) -> None:
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute(f"PRAGMA query_only={'OFF' if immediate else 'ON'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def bound(connection: Connection, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        guard.check(sql, parameters, many, connection.info.get("tenant"))

    return engine


def _postgres(url: URL, connections: int) -> AsyncEngine:
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=False,
        connect_args={"prepared_statement_cache_size": 500, "server_settings": {"application_name": "omnix-server"}},
    )
