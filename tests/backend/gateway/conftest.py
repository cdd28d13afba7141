"""A server with a company in it, on each database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from backend.config import Settings
from backend.store.engine import DatabaseSettings
from tests.backend.store.conftest import database
from tests.support.backend import Backend, People, founded, running, settings_for

__all__ = ["database"]


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
