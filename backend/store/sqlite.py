"""SQLite: one writer and a few readers, each connection used by one transaction at a time, in threads of their own.

The driver is the standard library's: a transaction that writes is given to its thread in a few pieces, where a
driver for asyncio would go there and back three times for each statement.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL

from backend.store import guard
from backend.store.prepared import Prepared, Rows, fetch
from backend.store.transaction import Transaction, known

T = TypeVar("T")


class SqliteTransaction(Transaction):
    """Begins together with its first statement: each way to the thread and back costs more than most statements."""

    def __init__(self, engine: Engine, threads: ThreadPoolExecutor, tenant_id: str | None) -> None:
        self._engine = engine
        self._threads = threads
        self._tenant_id = tenant_id
        self._connection: Connection | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await in_thread(self._threads, lambda: work(self._begun()))

    async def fetch(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        return await in_thread(self._threads, lambda: fetch(self._begun(), prepared, parameters))

    async def commit(self) -> None:
        if self._connection is not None:
            await in_thread(self._threads, _commit, self._connection)

    async def close(self) -> None:
        """Let go of the connection; what was not committed is undone."""
        if self._connection is not None and not self._connection.closed:
            await in_thread(self._threads, self._connection.close)

    def glance(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        """All of it at once, in the connection's thread."""
        try:
            return fetch(self._begun(), prepared, parameters)
        finally:
            if self._connection is not None:
                self._connection.close()

    def _begun(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            try:
                connection.info["tenant"] = self._tenant_id
                connection.begin()
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


async def in_thread(threads: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
    """The work's result. Whoever is cancelled meanwhile leaves only when the thread has let go of the connection."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    running = threads.submit(work, *arguments)
    running.add_done_callback(lambda _: loop.call_soon_threadsafe(_tell, over))
    try:
        await over
    except asyncio.CancelledError:
        late = asyncio.wrap_future(running)
        await asyncio.wait([late])
        late.exception()  # nobody else will look at it
        raise
    return running.result()


def _tell(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


class Sqlite:
    """The connections to one database file."""

    def __init__(self, url: URL, readers: int) -> None:
        self._writer = _engine(url, 1, writes=True)
        self._reader = _engine(url, readers, writes=False)
        self._writer_thread = ThreadPoolExecutor(1, "sqlite writer")
        self._reader_threads = ThreadPoolExecutor(readers, "sqlite reader")
        self._readers = asyncio.Semaphore(readers)

    @asynccontextmanager
    async def writing(self, tenant_id: str | None) -> AsyncIterator[Transaction]:
        """One at a time: the caller sees to it."""
        async with _begun(self._writer, self._writer_thread, tenant_id) as transaction:
            yield transaction

    @asynccontextmanager
    async def reading(self, tenant_id: str | None) -> AsyncIterator[Transaction]:
        async with self._readers, _begun(self._reader, self._reader_threads, tenant_id) as transaction:
            yield transaction

    async def glance(self, tenant_id: str | None, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        """A transaction of one statement, in one piece."""
        transaction = SqliteTransaction(self._reader, self._reader_threads, tenant_id)
        async with self._readers:
            with known():
                return await in_thread(self._reader_threads, transaction.glance, prepared, parameters)

    async def close(self) -> None:
        await in_thread(self._reader_threads, self._reader.dispose)
        await in_thread(self._writer_thread, self._writer.dispose)
        self._reader_threads.shutdown()
        self._writer_thread.shutdown()


@asynccontextmanager
async def _begun(engine: Engine, threads: ThreadPoolExecutor, tenant_id: str | None) -> AsyncIterator[Transaction]:
    transaction = SqliteTransaction(engine, threads, tenant_id)
    try:
        with known():
            yield transaction
            await transaction.commit()
    finally:
        await transaction.close()


def _commit(connection: Connection) -> None:
    connection.commit()
    connection.close()


def _engine(url: URL, connections: int, *, writes: bool) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": 15, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-65536",
            "temp_store=MEMORY",
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def bound(connection: Connection, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        guard.check(sql, parameters, many, connection.info.get("tenant"))

    return engine
