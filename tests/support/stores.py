"""Stores on fresh databases of both kinds, with the program's own roles on PostgreSQL."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

from backend.store.engine import DatabaseSettings
from backend.store.schema import migrate
from backend.store.store import Store
from tests.support.postgres import Cluster

APP_ROLE = "omnix_app"
RAW_ROLE = "omnix_raw"


def as_role(dsn: str, role: str) -> str:
    """The same database for another role."""
    return dsn.replace("//postgres@", f"//{role}@")


def _migrated(*urls: str) -> None:
    # in a thread of its own, because a fixture may run within a loop
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(migrate(*urls))).result()


def migrated_sqlite(folder: Path) -> DatabaseSettings:
    """A fresh SQLite database with the schema, copied from one that was migrated once."""
    file = folder / "omnix.db"
    file.write_bytes(_template())
    return DatabaseSettings(f"sqlite:///{file}")


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        _migrated(f"sqlite:///{file}")
        return file.read_bytes()


def migrated_postgres(cluster: Cluster) -> AbstractContextManager[DatabaseSettings]:
    """A fresh PostgreSQL database with schema and roles, copied from one that was migrated once per test run."""
    return copied_postgres(cluster, "omnix_store", lambda _: None)


@contextmanager
def copied_postgres(
    cluster: Cluster, name: str, fill: Callable[[DatabaseSettings], None]
) -> Iterator[DatabaseSettings]:
    """A copy of the database of this name, which the first test process that asks has migrated and filled."""

    def build(dsn: str) -> None:
        place = _as_the_program(dsn)
        _migrated(dsn, place.url, place.raw_url or "")
        fill(place)

    with cluster.database(cluster.template(name, build)) as dsn:
        yield _as_the_program(dsn)


def _as_the_program(dsn: str) -> DatabaseSettings:
    return DatabaseSettings(as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE))


@asynccontextmanager
async def opened(settings: DatabaseSettings) -> AsyncIterator[Store]:
    store = Store(settings)
    try:
        yield store
    finally:
        await store.close()
