"""An office on each database."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from tests.support.databases import KINDS
from tests.support.office import Office, watched
from tests.support.offices import TENANT_ID, founded_postgres, founded_sqlite


@pytest.fixture(params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DatabaseSettings]:
    """A database in which the office has been founded."""
    if request.param == "sqlite":
        with founded_sqlite(tmp_path_factory.getbasetemp(), tmp_path) as settings:
            yield settings
        return
    with founded_postgres(request.getfixturevalue("postgres")) as settings:
        yield settings


@pytest.fixture
async def company(place: DatabaseSettings) -> AsyncIterator[Office]:
    """The office at work; a fault that a door reports fails the test."""
    store = Store(place)
    try:
        with watched() as faults:
            yield Office(store, tenant_id=TENANT_ID, faults=faults)
    finally:
        await store.close()
