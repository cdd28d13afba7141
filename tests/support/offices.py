"""Founded offices to copy from: the commands that found one run once for each database, not for each test."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.ids import TenantId, derived_id
from tests.support.office import Office, found
from tests.support.postgres import Cluster
from tests.support.stores import copied_postgres, migrated_sqlite

TENANT_ID = TenantId(derived_id("the founded office"))


async def _found(settings: DatabaseSettings) -> None:
    store = Store(settings)
    try:
        await found(Office(store, tenant_id=TENANT_ID))
    finally:
        await store.close()


@contextmanager
def founded_sqlite(shared: Path, folder: Path) -> Iterator[DatabaseSettings]:
    """A copy in `folder` of the office that is founded once in `shared`. Not within a running loop."""
    first = shared / "office"
    if not first.exists():
        fresh = shared / "office-founding"
        fresh.mkdir()
        asyncio.run(_found(migrated_sqlite(fresh)))
        fresh.rename(first)
    copy = folder / "office.db"
    shutil.copy(first / "omnix.db", copy)
    yield DatabaseSettings(f"sqlite:///{copy}")
    for file in folder.glob("office.db*"):
        file.unlink()


def founded_postgres(cluster: Cluster) -> AbstractContextManager[DatabaseSettings]:
    """A copy of the office that is founded once in the cluster. Not within a running loop."""
    return copied_postgres(cluster, "omnix_office", lambda place: asyncio.run(_found(place)))
