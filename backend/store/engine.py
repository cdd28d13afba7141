"""SQLite and PostgreSQL behind one door: transactions that know their tenant.

SQLite: one writer connection (BEGIN IMMEDIATE, behind an asyncio lock, so nobody ever finds it busy) and separate
readers, each in a thread of its own; WAL with synchronous=FULL, because a provider's message that was acknowledged
must survive a power cut. PostgreSQL: READ COMMITTED for writes, whose decisions are version-guarded; one snapshot
(REPEATABLE READ, read only) for reads; the tenant set per transaction for row-level security; an insert-only role
for the raw inbox.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import make_url

from backend.store import guard
from backend.store.postgres import Postgres
from backend.store.prepared import Prepared, Rows
from backend.store.sqlite import Sqlite
from backend.store.transaction import Transaction


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
        self._engine: Sqlite | Postgres
        self._raw: Sqlite | Postgres
        if self.is_sqlite:
            self._engine = self._raw = Sqlite(url, settings.readers)
        else:
            self._engine = Postgres(url, settings.pool)
            self._raw = Postgres(make_url(settings.raw_url), 2) if settings.raw_url else self._engine

    @asynccontextmanager
    async def writing(self, tenant_id: str | None) -> AsyncIterator[Transaction]:
        """A read-write transaction of one tenant, or of none (control tables). Lost races raise Conflict."""
        if self.is_sqlite:
            async with self._turn, self._engine.writing(tenant_id) as transaction:
                yield transaction
        else:
            async with self._engine.writing(tenant_id) as transaction:
                yield transaction

    def reading(self, tenant_id: str | None) -> AbstractAsyncContextManager[Transaction]:
        """A read-only transaction: everything read in it is of one moment."""
        return self._engine.reading(tenant_id)

    async def glance(self, tenant_id: str | None, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        """One statement that reads, in a transaction of its own: the cheapest look there is."""
        return await self._engine.glance(tenant_id, prepared, parameters)

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Transaction]:
        """The raw inbox's own short transaction, for rows of any tenant; it can insert and nothing else."""
        if self.is_sqlite:
            async with self._turn, self._engine.writing(guard.RAW) as transaction:
                yield transaction
        else:
            async with self._raw.writing(None) as transaction:
                yield transaction

    async def close(self) -> None:
        await self._engine.close()
        if self._raw is not self._engine:
            await self._raw.close()
