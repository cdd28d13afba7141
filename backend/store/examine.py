"""What `doctor` asks of the database: does PostgreSQL hold the program to its tenant."""

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from backend.store.tables.base import of_tenants


async def postgres_faults(url: str) -> list[str]:
    """Sentences about what is wrong with the program's role and with row-level security; none: all is well."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            role = (
                await connection.execute(
                    text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
                )
            ).one()
            owned = (
                await connection.execute(
                    text(
                        "SELECT count(*) FROM pg_tables "
                        "WHERE schemaname = current_schema() AND tableowner = current_user"
                    )
                )
            ).scalar_one()
            loose = (
                await connection.execute(
                    text(
                        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = "
                        "current_schema()::regnamespace AND NOT (relrowsecurity AND relforcerowsecurity)"
                    )
                )
            ).scalars()
            open_tables = sorted(set(loose) & of_tenants())
    finally:
        await engine.dispose()
    faults = []
    if role.rolsuper or role.rolbypassrls:
        faults.append(f"{role.rolname} passes row-level security by; name an ordinary role in data.database.")
    if owned:
        faults.append(f"{role.rolname} owns the tables; let another role own them (data.owner_database) and migrate.")
    if open_tables:
        faults.append(f"row-level security is not forced on {', '.join(open_tables)}; run `omnix-server migrate`.")
    return faults
