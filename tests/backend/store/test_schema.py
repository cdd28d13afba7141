"""The migrations make exactly the schema that the program declares, on both databases, with its locks in place."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from backend.store.engine import DatabaseSettings
from backend.store.schema import migrate
from backend.store.store import Store
from backend.store.tables import metadata
from tests.support.stores import migrated_sqlite

Facts = dict[str, dict[str, Any]]


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def facts(connection: Connection) -> Facts:
    """What compare_metadata does not look at: checks, keys, conditions and uniqueness of indexes."""
    seen = inspect(connection)
    found: Facts = {}
    for table in sorted(set(seen.get_table_names()) - {"alembic_version"}):
        indexes = {
            index["name"]: (
                index["column_names"],
                bool(index["unique"]),
                str(index.get("dialect_options", {}).get(f"{connection.dialect.name}_where", "")),
            )
            for index in seen.get_indexes(table)
        }
        checks = {check["name"]: check["sqltext"] for check in seen.get_check_constraints(table)}
        key = seen.get_pk_constraint(table)["constrained_columns"]
        columns = {c["name"]: (str(c["type"]), c["nullable"], str(c["default"])) for c in seen.get_columns(table)}
        found[table] = {"indexes": indexes, "checks": checks, "key": key, "columns": columns}
    return found


def test_sqlite_migrations_make_what_is_declared(tmp_path: Path) -> None:
    database = migrated_sqlite(tmp_path)
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)
    migrated = create_engine(database.url)
    with declared.connect() as one, migrated.connect() as other:
        assert differences(other) == []
        assert facts(other) == facts(one)
    declared.dispose()
    migrated.dispose()


@pytest.mark.postgres
async def test_postgres_migrations_make_what_is_declared(postgres_dsn: str, postgres_module_dsn: str) -> None:
    await migrate(postgres_dsn, postgres_dsn.replace("//postgres@", "//omnix_app@"))
    migrated = create_async_engine(make_url(postgres_dsn).set(drivername="postgresql+asyncpg"))
    declared = create_async_engine(make_url(postgres_module_dsn).set(drivername="postgresql+asyncpg"))
    async with declared.begin() as connection:
        await connection.run_sync(metadata.create_all)
        expected = await connection.run_sync(facts)
    async with migrated.begin() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(facts) == expected
    await declared.dispose()
    await migrated.dispose()


async def test_migrating_again_changes_nothing(database: DatabaseSettings) -> None:
    owner = database.url.replace("//omnix_app@", "//postgres@")
    store = Store(database)
    before = await store.control.epoch()
    await migrate(owner, database.url, database.raw_url)
    assert await store.control.epoch() == before
    assert await store.control.renew_epoch() != before
    await store.close()


def test_every_tenants_table_begins_its_key_with_the_tenant() -> None:
    for table in metadata.tables.values():
        if table.info["tenant"]:
            assert next(iter(table.primary_key.columns)).name == "tenant_id", table.name
