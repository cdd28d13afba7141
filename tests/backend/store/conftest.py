"""A store on each database: every test of this folder that asks for one runs on both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from tests.support.databases import on_both
from tests.support.postgres import Cluster
from tests.support.stores import migrated_postgres, migrated_sqlite, opened

pytest_generate_tests = on_both


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseSettings]:
    """A fresh, migrated database of the kind that `pytest_generate_tests` gives."""
    if request.param == "sqlite":
        yield migrated_sqlite(tmp_path)
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with migrated_postgres(cluster) as settings:
        yield settings


@pytest.fixture
async def store(database: DatabaseSettings) -> AsyncIterator[Store]:
    async with opened(database) as store:
        yield store
