"""A look of one statement: guarded like every other, and it gives its connection back whatever happens."""

import asyncio

import pytest
from sqlalchemy import bindparam, select, text

from backend.store.errors import TenantUnbound
from backend.store.prepared import Prepared
from backend.store.store import Store
from backend.store.tables.customers import customers
from tests.backend.store.test_tenants import OURS, THEIRS, their_customer

_NAMES = Prepared(select(customers.c.id).where(customers.c.tenant_id == bindparam("tenant")))
_UNBOUND = Prepared(select(customers.c.id))
_WRONG = Prepared(text("SELECT name FROM nowhere"))


async def test_it_sees_its_tenant_and_no_other(store: Store) -> None:
    customer = await their_customer(store)
    assert [row[0] for row in await store.database.glance(THEIRS, _NAMES, {"tenant": THEIRS})] == [customer.id]
    assert list(await store.database.glance(OURS, _NAMES, {"tenant": OURS})) == []


async def test_a_forgotten_tenant_shows_nothing(store: Store) -> None:
    await their_customer(store)
    if store.database.is_sqlite:
        with pytest.raises(TenantUnbound):
            await store.database.glance(OURS, _UNBOUND, {})
    else:
        assert list(await store.database.glance(OURS, _UNBOUND, {})) == []


async def test_it_never_keeps_a_connection(store: Store) -> None:
    for _ in range(30):
        with pytest.raises(Exception, match="nowhere"):
            await store.database.glance(OURS, _WRONG, {})
    async with asyncio.timeout(10):
        assert list(await store.database.glance(OURS, _NAMES, {"tenant": OURS})) == []


async def test_whoever_is_cancelled_leaves_the_connection_as_it_was(store: Store) -> None:
    for _ in range(30):
        looking = asyncio.ensure_future(_read(store))
        await asyncio.sleep(0)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    async with asyncio.timeout(10):
        await _read(store)


async def _read(store: Store) -> None:
    async with store.database.reading(OURS) as transaction:
        await transaction.fetch(_NAMES, {"tenant": OURS})
