"""No tenant sees, counts, searches or writes anything of another, even where a statement forgets to say whose."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from backend.store.changes import CommitMeta, PutEntity
from backend.store.errors import TenantUnbound
from backend.store.guard import check
from backend.store.raw import Route
from backend.store.store import Store
from backend.store.tables import metadata
from backend.store.tables.base import of_tenants
from backend.store.tables.customers import customers
from backend.store.tables.inbox import raw_inbox
from omnix_protocol.customers import Customer
from omnix_protocol.ids import ChannelAccountId, CommandId, TenantId, UserId, new_id
from tests.support import samples
from tests.support.postgres import Cluster
from tests.support.stores import migrated_postgres, opened

OURS, THEIRS = TenantId("ours"), TenantId("theirs")


async def their_customer(store: Store) -> Customer:
    customer = samples.customer(name="Rahasia")
    async with store.begin(THEIRS) as tx:
        meta = CommitMeta(samples.NOON, "Test", CommandId(new_id()), "system")
        await tx.save(meta, [PutEntity(customer, ("tenant",))])
    return customer


async def test_reads_of_another_tenant_find_nothing(store: Store) -> None:
    customer = await their_customer(store)
    async with store.read(OURS) as tx:
        assert await tx.get(Customer, customer.id) is None
        assert await tx.customers.search("rahasia") == []
        assert await tx.customers.page() == []
        assert await tx.journal.heads(["tenant"]) == {"tenant": 0}
        assert (await tx.snapshots.page("tenant")).puts == ()
    async with store.read(THEIRS) as tx:
        assert await tx.customers.search("rahasia") == [customer]


async def test_a_forgotten_where_shows_nothing_of_another_tenant(store: Store) -> None:
    await their_customer(store)
    async with store.database.reading(OURS) as transaction:
        if store.database.is_sqlite:
            with pytest.raises(TenantUnbound):
                await transaction.execute(select(customers.c.body))
        else:
            assert list(await transaction.execute(select(customers.c.body))) == []


async def test_binding_another_tenant_shows_nothing_of_it(store: Store) -> None:
    await their_customer(store)
    theirs = select(customers.c.body).where(customers.c.tenant_id == THEIRS)
    async with store.database.reading(OURS) as transaction:
        if store.database.is_sqlite:
            with pytest.raises(TenantUnbound):
                await transaction.execute(theirs)
        else:
            assert list(await transaction.execute(theirs)) == []


async def test_nothing_is_written_for_another_tenant(store: Store) -> None:
    customer = await their_customer(store)
    row = {"tenant_id": THEIRS, "id": new_id(), "version": 1, "body": b"{}", "number": 9}
    with pytest.raises((TenantUnbound, DBAPIError)):
        async with store.database.writing(OURS) as transaction:
            await transaction.execute(insert(customers), [row])
    change = update(customers).where(customers.c.id == customer.id).values(body=b"broken")
    try:
        async with store.database.writing(OURS) as transaction:
            assert (await transaction.execute(change)).rowcount == 0
    except TenantUnbound:
        assert store.database.is_sqlite
    async with store.read(THEIRS) as tx:
        assert await tx.get(Customer, customer.id) == customer


async def test_a_transaction_without_a_tenant_sees_no_tenants_rows(store: Store) -> None:
    await their_customer(store)
    async with store.database.reading(None) as transaction:
        if store.database.is_sqlite:
            with pytest.raises(TenantUnbound):
                await transaction.execute(select(customers.c.body))
        else:
            assert list(await transaction.execute(select(customers.c.body))) == []


async def test_the_raw_inboxs_own_role_cannot_read(store: Store) -> None:
    route = Route("r", OURS, ChannelAccountId("a"), "telegram")
    await store.raw.append(route, {}, b"{}")
    with pytest.raises((TenantUnbound, DBAPIError)):
        async with store.database.receiving() as transaction:
            await transaction.execute(select(raw_inbox.c.body).where(raw_inbox.c.tenant_id == OURS))


async def test_the_tenant_is_forgotten_when_its_transaction_ends(store: Store) -> None:
    await their_customer(store)
    for _ in range(30):  # all connections of the pool have served that tenant
        async with store.read(THEIRS) as tx:
            assert len(await tx.customers.page()) == 1
        async with store.read(OURS) as tx:
            assert await tx.customers.page() == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT body FROM customers",
        "SELECT c.body FROM customers AS c WHERE c.id = ?",
        "SELECT c.body FROM customers AS c JOIN identities AS i ON i.customer_id = c.id WHERE c.tenant_id = ?",
        "SELECT 1 FROM facts, customers WHERE facts.name = ?",
        "UPDATE customers SET body = ? WHERE customers.id = ?",
        "DELETE FROM customers",
        "DELETE FROM customers WHERE customers.id IN (SELECT s.customer_id FROM search_terms AS s) AND tenant_id = ?",
        "SELECT customers.body FROM customers WHERE customers.tenant_id = 'ours'",
        "INSERT INTO customers (id, tenant_id) VALUES (?, ?)",
        "INSERT INTO customers (tenant_id, id) VALUES ('theirs', ?)",
        "INSERT OR REPLACE INTO customers (tenant_id, id) VALUES (?, ?)",
    ],
)
def test_sql_on_a_tenants_table_without_a_bound_tenant_is_rejected(sql: str) -> None:
    with pytest.raises(TenantUnbound):
        check(sql, [OURS] * sql.count("?"), False, OURS)


def test_every_row_of_an_insert_is_looked_at() -> None:
    sql = "INSERT INTO customers (tenant_id, id) VALUES (?, ?), (?, ?)"
    check(sql, [OURS, "1", OURS, "2"], False, OURS)
    with pytest.raises(TenantUnbound):
        check(sql, [OURS, "1", THEIRS, "2"], False, OURS)
    many = "INSERT INTO customers (tenant_id, id) VALUES (?, ?)"
    check(many, [(OURS, "1"), (OURS, "2")], True, OURS)
    with pytest.raises(TenantUnbound):
        check(many, [(OURS, "1"), (THEIRS, "2")], True, OURS)


@pytest.mark.postgres
async def test_row_level_security_covers_every_tenants_table(postgres: Cluster) -> None:
    secured = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
    with migrated_postgres(postgres) as settings:
        async with opened(settings) as store, store.database.reading(OURS) as transaction:
            assert {row.relname for row in await transaction.execute(secured)} == of_tenants()


def test_control_tables_hold_no_bodies_of_entities() -> None:
    bodies = re.compile("body|text|name_of|email|phone")
    control = [table for table in metadata.tables.values() if not table.info["tenant"]]
    assert control
    for table in control:
        assert not [column.name for column in table.c if bodies.search(column.name)], table.name


async def test_a_lease_is_not_shown_to_another_tenant(store: Store) -> None:
    await store.presence.renew(THEIRS, UserId("u"), "c", "Laptop", timedelta(seconds=60))
    assert await store.presence.devices(OURS, UserId("u")) == ()
