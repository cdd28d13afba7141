"""Stores on fresh databases of both kinds, with the program's own roles on PostgreSQL."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
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


def migrated_sqlite(folder: Path) -> DatabaseSettings:
    """A fresh SQLite database with the schema, copied from one that was migrated once. Not within a running loop."""
    file = folder / "omnix.db"
    file.write_bytes(_template())
    return DatabaseSettings(f"sqlite:///{file}")


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        asyncio.run(migrate(f"sqlite:///{file}"))
        return file.read_bytes()


@contextmanager
def migrated_postgres(cluster: Cluster) -> Iterator[DatabaseSettings]:
    """A fresh PostgreSQL database with schema and roles, copied from one that was migrated once per test run."""

    def build(dsn: str) -> None:
        asyncio.run(migrate(dsn, as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE)))

    with cluster.database(cluster.template("omnix_store", build)) as dsn:
        yield DatabaseSettings(as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE))


@asynccontextmanager
async def opened(settings: DatabaseSettings) -> AsyncIterator[Store]:
    store = Store(settings)
    try:
        yield store
    finally:
        await store.close()
