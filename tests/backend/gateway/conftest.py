"""A server with a company in it, on each database."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.config import Settings
from backend.store.engine import DatabaseSettings
from tests.support.backend import Backend, People, founded, running, settings_for
from tests.support.databases import on_both
from tests.support.founded import founded_postgres, founded_sqlite

pytest_generate_tests = on_both


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseSettings]:
    """A database of the kind that `pytest_generate_tests` gives, with the company in it."""
    if request.param == "sqlite":
        yield founded_sqlite(tmp_path)
        return
    with founded_postgres(request.getfixturevalue("postgres")) as settings:
        yield settings


@pytest.fixture
def settings(database: DatabaseSettings, tmp_path: Path) -> Callable[..., Settings]:
    """Settings for the test's database; changes are whole sections."""

    def made(**changes: Any) -> Settings:
        return settings_for(database, tmp_path, **changes)

    return made


@pytest.fixture
async def backend(settings: Callable[..., Settings]) -> AsyncIterator[Backend]:
    async with running(settings()) as backend:
        yield backend


@pytest.fixture
async def people(backend: Backend) -> People:
    return await founded(backend.parts)
