"""What all tables share: key types, instants, and which of them belong to a tenant."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Bytes decide the order, as in SQLite: heads are locked in the order that Python sorts them, prefixes use the index.
Key = String().with_variant(String(collation="C"), "postgresql")


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC: the same number, order and precision on every database."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_micros(int(value))


class database_now(FunctionElement[datetime]):  # noqa: N801  # it reads as SQL's function
    """The database's clock: leases of many processes are compared by this one."""

    type = Instant()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ARG001
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


@compiles(database_now, "postgresql")
def _postgres_now(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ARG001
    return "(extract(epoch from clock_timestamp()) * 1000000)::bigint"


def tenant_table(name: str, *items: SchemaItem) -> Table:
    """A table of a tenant: its key begins with tenant_id, row-level security and the statement guard cover it."""
    return Table(name, metadata, Column("tenant_id", Key, primary_key=True), *items, info={"tenant": True})


def control_table(name: str, *items: SchemaItem) -> Table:
    """A table outside row-level security: no customer's data stands in it."""
    return Table(name, metadata, *items, info={"tenant": False})


def entity_table(name: str, *items: SchemaItem) -> Table:
    """The one table of an entity: `body` is the truth, the other columns are computed from it."""
    return tenant_table(
        name,
        Column("id", Key, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
        *items,
    )


def of_tenants() -> frozenset[str]:
    """Names of the tables that belong to tenants."""
    return frozenset(table.name for table in metadata.tables.values() if table.info["tenant"])


def upsert(table: Table, on_sqlite: bool) -> Any:
    """An insert of that dialect, which knows ON CONFLICT."""
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)
