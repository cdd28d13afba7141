"""A company on each database."""

from collections.abc import AsyncIterator

import pytest

from backend.store.store import Store
from tests.backend.store.conftest import database, store
from tests.support.office import Office, working

__all__ = ["company", "database", "store"]


@pytest.fixture
async def company(store: Store) -> AsyncIterator[Office]:  # pytest's way of naming fixtures
    async with working(store) as company:
        yield company
