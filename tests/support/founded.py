"""Databases in which the company of the tests is founded already: its commands run once for each kind of database."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from backend.app import assembled
from backend.store.engine import DatabaseSettings
from tests.support.backend import founded, settings_for
from tests.support.postgres import Cluster
from tests.support.stores import copied_postgres, migrated_sqlite


def founded_sqlite(folder: Path) -> DatabaseSettings:
    """A copy in `folder`; `founded` tells who is in it."""
    file = folder / "omnix.db"
    file.write_bytes(_template())
    return DatabaseSettings(f"sqlite:///{file}")


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        _found(migrated_sqlite(Path(folder)))
        return (Path(folder) / "omnix.db").read_bytes()


def founded_postgres(cluster: Cluster) -> AbstractContextManager[DatabaseSettings]:
    """A copy of the one that the first test process made; `founded` tells who is in it."""
    return copied_postgres(cluster, "omnix_company", _found)


def _found(place: DatabaseSettings) -> None:
    async def work(folder: str) -> None:
        async with assembled(settings_for(place, Path(folder))) as parts:
            await founded(parts)

    # in a thread of its own, because a fixture may run within a loop
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work(folder))).result()
