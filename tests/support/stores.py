"""Stores on fresh databases of both kinds, with the program's own roles on PostgreSQL."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
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


@contextmanager
def migrated_postgres(cluster: Cluster) -> Iterator[DatabaseSettings]:
    """A fresh PostgreSQL database with schema and roles, copied from one that was migrated once per test run."""

    def build(dsn: str) -> None:
        _migrated(dsn, as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE))

    with cluster.database(cluster.template("omnix_store", build)) as dsn:
        yield DatabaseSettings(as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE))


@asynccontextmanager
async def opened(settings: DatabaseSettings) -> AsyncIterator[Store]:
    store = Store(settings)
    try:
        yield store
    finally:
        await store.close()
