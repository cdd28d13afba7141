"""Making the schema, the program's roles and their limits; run by the owner, never by the serving process."""

import asyncio
import uuid
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from backend.store.errors import SchemaMissing, SchemaNewer, Unavailable
from backend.store.tables import metadata
from backend.store.tables.base import of_tenants
from backend.store.tables.control import facts

_FOLDER = Path(__file__).parent / "migrations"
EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class Roles:
    """PostgreSQL's roles of the serving program, as its URLs name them; neither owns anything."""

    app: URL
    raw: URL | None = None


async def migrate(owner_url: str, app_url: str | None = None, raw_url: str | None = None) -> None:
    """Bring the schema to this release. On PostgreSQL also make the program's roles and hold them to their tenant."""
    url = make_url(owner_url)
    if url.get_backend_name() == "sqlite":
        await asyncio.get_running_loop().run_in_executor(None, _migrate_sqlite, url)
        return
    roles = Roles(make_url(app_url or owner_url), make_url(raw_url) if raw_url else None)
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            # several processes may be told to migrate at once: they take turns
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('omnix migrate'))")
            await connection.run_sync(_upgrade)
            await connection.run_sync(secure, roles)
    finally:
        await engine.dispose()


def _migrate_sqlite(url: URL) -> None:
    engine = create_engine(url.set(drivername="sqlite+pysqlite"))
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.execute(select(facts.c.value).where(facts.c.name == EPOCH)).scalar() is None:
        connection.execute(insert(facts).values(name=EPOCH, value=str(uuid.uuid4())))  # noqa: TID251  # no entity's id


def secure(connection: Connection, roles: Roles) -> None:
    """Row-level security on every tenant's table, forced; grants to the program's roles. May be run again."""
    _make_role(connection, roles.app)
    if roles.raw is not None:
        _make_role(connection, roles.raw)
    quote = connection.dialect.identifier_preparer.quote
    app = quote(str(roles.app.username))
    raw = quote(str(roles.raw.username)) if roles.raw is not None else None
    mine = "tenant_id = current_setting('omnix.tenant', true)"
    for table in sorted(of_tenants()):
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS own_tenant ON {table}")
        connection.exec_driver_sql(f"CREATE POLICY own_tenant ON {table} TO {app} USING ({mine}) WITH CHECK ({mine})")
    for table in sorted(metadata.tables):
        connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {app}")
    connection.exec_driver_sql("DROP POLICY IF EXISTS receive ON raw_inbox")
    connection.exec_driver_sql(f"CREATE POLICY receive ON raw_inbox FOR INSERT TO {raw or app} WITH CHECK (true)")
    if raw is not None:
        connection.exec_driver_sql(f"REVOKE ALL ON raw_inbox, jobs FROM {raw}")
        connection.exec_driver_sql(f"GRANT INSERT ON raw_inbox, jobs TO {raw}")


def _make_role(connection: Connection, url: URL) -> None:
    name = str(url.username)
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).scalar():
        return
    quoted = connection.dialect.identifier_preparer.quote(name)
    password = ""
    if url.password:
        escaped = str(url.password).replace("'", "''")
        password = f" PASSWORD '{escaped}'"
    # another process may make the same role at this moment: whoever comes second is content
    connection.exec_driver_sql(
        f"DO $$ BEGIN CREATE ROLE {quoted} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE{password}; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


async def require(url: str) -> None:
    """Raises SchemaMissing where the database is not yet at this release, SchemaNewer where it is beyond it."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    scripts = ScriptDirectory.from_config(config)
    wanted = scripts.get_current_head()
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    engine = create_async_engine(parsed.set(drivername="sqlite+aiosqlite" if sqlite else "postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except (ProgrammingError, OperationalError):
        found = None
    except DatabaseError as error:
        raise Unavailable(
            f"The database is damaged ({error.orig}): put a backup in its place, then `omnix-server doctor --restored`."
        ) from error
    except OSError as error:
        raise Unavailable(f"The database does not answer ({error.strerror or type(error).__name__}).") from error
    finally:
        await engine.dispose()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNewer(
            f"The database is at {found}, which this release ({wanted}) does not know: run the newer release again."
        )
    if found != wanted:
        raise SchemaMissing(
            f"The database is at {found or 'nothing'} and this release needs {wanted}: run `omnix-server migrate`."
        )
