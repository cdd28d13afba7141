"""Statements of the hot paths: compiled once for each dialect and given to the driver as they are.

SQLAlchemy's own execution costs several times what the databases need for a row by key; reports and rare reads
keep it, what every message passes through does not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.util import await_only

from backend.store import guard

Rows = Sequence[Sequence[Any]]
_SQLITE = sqlite.dialect()
_POSTGRES = asyncpg_dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Form:
    """SQL of one dialect and how its parameters are found."""

    sql: str
    names: tuple[str, ...]
    binders: tuple[tuple[int, Callable[[Any], Any]], ...]  # place -> what makes the driver's value
    constants: Mapping[str, Any]

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        constants = self.constants
        values = [parameters[name] if name in parameters else constants[name] for name in self.names]
        for place, bind in self.binders:
            values[place] = bind(values[place])
        return values


class Prepared:
    """One statement; for `on_postgres` another where the dialects differ."""

    __slots__ = ("_forms", "_statements")

    def __init__(self, statement: Any, on_postgres: Any = None) -> None:
        self._statements = {True: statement, False: statement if on_postgres is None else on_postgres}
        self._forms: dict[bool, Form] = {}

    def form(self, on_sqlite: bool) -> Form:
        form = self._forms.get(on_sqlite)
        if form is None:
            form = self._forms[on_sqlite] = _compiled(self._statements[on_sqlite], on_sqlite)
        return form


def _compiled(statement: Executable, on_sqlite: bool) -> Form:
    dialect = _SQLITE if on_sqlite else _POSTGRES
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    names = tuple(compiled.positiontup)
    processors = compiled._bind_processors  # noqa: SLF001  # what execution would apply, read once
    binders = tuple((place, processors[name]) for place, name in enumerate(names) if processors.get(name))
    constants = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    return Form(compiled.string, names, binders, constants)


def fetch(connection: Connection, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
    """All rows of it, inside of a piece of work."""
    on_sqlite = connection.dialect.name == "sqlite"
    form = prepared.form(on_sqlite)
    arguments = form.arguments(parameters)
    driver: Any = connection.connection.driver_connection
    if not on_sqlite:
        found: Rows = await_only(driver.fetch(form.sql, *arguments))
        return found
    guard.check(form.sql, arguments, False, connection.info.get("tenant"))
    rows: Rows = driver.execute(form.sql, arguments).fetchall()
    return rows


def many(connection: Connection, prepared: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
    """The statement once for each row, in one round trip."""
    if not rows:
        return
    on_sqlite = connection.dialect.name == "sqlite"
    form = prepared.form(on_sqlite)
    arguments = [form.arguments(row) for row in rows]
    driver: Any = connection.connection.driver_connection
    if not on_sqlite:
        await_only(driver.executemany(form.sql, arguments))
        return
    guard.check(form.sql, arguments, True, connection.info.get("tenant"))
    driver.executemany(form.sql, arguments)
