"""An account is reached at one address, whoever makes it, and a route is one account's."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, insert, select

from backend.store import schema
from backend.store.engine import DatabaseSettings
from backend.store.errors import Conflict
from backend.store.raw import Route
from backend.store.store import Store
from backend.store.tables.control import webhook_routes
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from tests.support.stores import opened

OURS, THEIRS = TenantId("ours"), TenantId("theirs")


def route(kind: str = "line", tenant_id: TenantId = OURS, account: str = "") -> Route:
    return Route(new_id(), tenant_id, ChannelAccountId(account or new_id()), kind)


async def test_whoever_makes_an_accounts_route_at_once_gets_the_same(database: DatabaseSettings) -> None:
    async with opened(database) as one, opened(database) as other:
        made = await asyncio.gather(
            *(store.control.add_route(route(account="account")) for store in (one, other) for _ in range(5))
        )
        kept = await one.control.route_of(OURS, ChannelAccountId("account"))
        assert set(made) == {kept}
        assert await other.control.routes(["line"]) == [kept]


async def test_a_route_that_is_anothers_is_not_taken(store: Store) -> None:
    first = await store.control.add_route(route())
    with pytest.raises(Conflict):
        await store.control.add_route(Route(first.route, OURS, ChannelAccountId(new_id()), "line"))
    assert await store.control.route(first.route) == first


async def test_routes_are_found_by_kind_and_by_tenant(store: Store) -> None:
    line, x, theirs = [await store.control.add_route(it) for it in (route(), route("x"), route("x", THEIRS))]
    assert await store.control.routes(["line", "x"]) == sorted([line, x, theirs], key=lambda it: it.route)
    assert await store.control.routes(["line", "x"], OURS) == sorted([line, x], key=lambda it: it.route)
    assert await store.control.routes(["x"], THEIRS) == [theirs]
    assert await store.control.routes([]) == []


def test_of_two_routes_that_were_made_at_once_the_one_that_was_told_stays(tmp_path: Path) -> None:
    told, other, alone = Route("0", OURS, ChannelAccountId("1"), "x"), route(account="1"), route(account="2")
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        upgraded(connection, "0009")
        rows = [{name: getattr(it, name) for name in Route.__slots__} for it in (other, told, alone)]
        connection.execute(insert(webhook_routes), rows)
        upgraded(connection, "0010")
        left = set(connection.execute(select(webhook_routes.c.route)).scalars())
    engine.dispose()
    assert left == {told.route, alone.route}


def upgraded(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
