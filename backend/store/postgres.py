"""PostgreSQL: pooled connections; a transaction begins, and learns its tenant, in one round trip."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from asyncpg.exceptions import InterfaceError
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.store.errors import Conflict, Unavailable
from backend.store.prepared import Prepared, Rows
from backend.store.transaction import Transaction, meaning

T = TypeVar("T")
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresTransaction(Transaction):
    def __init__(self, connection: AsyncConnection, driver: Any) -> None:
        self._connection = connection
        self._driver = driver

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._connection.run_sync(work)

    async def fetch(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        form = prepared.form(on_sqlite=False)
        found: Rows = await self._driver.fetch(form.sql, *form.arguments(parameters))
        return found


class Postgres:
    """The connections of one role."""

    def __init__(self, url: URL, connections: int) -> None:
        # AUTOCOMMIT: the driver begins nothing by itself, `_begun` does
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            isolation_level="AUTOCOMMIT",
            pool_size=connections,
            max_overflow=0,
            connect_args={
                "prepared_statement_cache_size": 500,
                "server_settings": {"application_name": "omnix-server", "jit": "off"},
            },
        )

    def writing(self, tenant_id: str | None) -> Any:
        return self._begun(_WRITE, tenant_id)

    def reading(self, tenant_id: str | None) -> Any:
        return self._begun(_READ, tenant_id)

    async def glance(self, tenant_id: str | None, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        """A transaction of one statement."""
        transaction: Transaction
        async with self.reading(tenant_id) as transaction:
            return await transaction.fetch(prepared, parameters)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def _begun(self, begin: str, tenant_id: str | None) -> AsyncIterator[Transaction]:
        if tenant_id is not None:
            quoted = tenant_id.replace("'", "''")
            begin = f"{begin}; SET LOCAL omnix.tenant = '{quoted}'"
        try:
            async with self._engine.connect() as connection:
                driver = await _living(connection)
                try:
                    await driver.execute(begin)
                    yield PostgresTransaction(connection, driver)
                    if await driver.execute("COMMIT") != "COMMIT":
                        raise Conflict("a statement had failed, so nothing was committed")
                finally:
                    await _cleared(connection, driver)
        except InterfaceError as error:
            raise Unavailable(str(error)) from error
        except Exception as error:
            if (known := meaning(error)) is not None:
                raise known from error
            raise


async def _living(connection: AsyncConnection) -> Any:
    """The driver's connection; one that the server has closed while it lay in the pool is replaced."""
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None or driver.is_closed():
        await connection.invalidate()
        driver = (await connection.get_raw_connection()).driver_connection
    return driver


async def _cleared(connection: AsyncConnection, driver: Any) -> None:
    """Never give a connection back to the pool inside of a transaction."""
    if driver.is_closed():
        await connection.invalidate()
    elif driver.is_in_transaction():
        try:
            await asyncio.shield(asyncio.wait_for(driver.execute("ROLLBACK"), 5))
        except Exception:  # whatever it is, this connection is not used again
            await connection.invalidate()
