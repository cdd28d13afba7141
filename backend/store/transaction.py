"""A transaction as the rest of the store sees it, whatever the database; and what its errors mean."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from backend.store.errors import Conflict, Unavailable
from backend.store.prepared import Prepared, Rows

T = TypeVar("T")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

# Lost races: serialization failure, deadlock, lock not available; unique and check violations, which a fresh look
# explains to whoever was second.
_LOST = frozenset({"40001", "40P01", "55P03", "23505", "23514"})
_AWAY = ("08", "53", "57P")  # connection gone, no space or memory left, shutting down


class Done:
    """What a statement gave: its rows, read to the end, and how many rows it touched."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Row[*tuple[Any, ...]]], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Row[*tuple[Any, ...]]]:
        return iter(self._rows)

    def all(self) -> Sequence[Row[*tuple[Any, ...]]]:
        return self._rows

    def first(self) -> Row[*tuple[Any, ...]] | None:
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None


class Transaction(ABC):
    """Statements one after another; a piece of work of many statements is given as a whole to `run`."""

    @abstractmethod
    async def run(self, work: Callable[[Connection], T]) -> T:
        """The work, which talks to the connection synchronously; on SQLite it runs in the connection's thread."""

    @abstractmethod
    async def fetch(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:
        """One prepared statement of a hot path: its rows as the driver gives them."""

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Done:
        return await self.run(lambda connection: done(connection, statement, parameters))


def done(connection: Connection, statement: Executable, parameters: Parameters | None = None) -> Done:
    result = connection.execute(statement, parameters)
    rows = result.all() if result.returns_rows else ()
    return Done(rows, result.rowcount)


@contextmanager
def known() -> Iterator[None]:
    """Errors of the database leave the block as what they mean."""
    try:
        yield
    except BaseException as error:
        if (meant := meaning(error)) is not None:
            raise meant from error
        raise


def meaning(error: BaseException) -> Exception | None:
    """Conflict or Unavailable where that is what the database's error means."""
    if isinstance(error, OSError | PoolTimeout):
        return Unavailable(str(error))
    origin: BaseException = error
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Unavailable(str(error.orig))
        origin = error.orig or error
    state = getattr(origin, "sqlstate", None)
    if state is not None:
        return _of_state(state, origin)
    if isinstance(error, DBAPIError | sqlite3.Error):
        return _of_words(origin)
    return None


def _of_state(state: str, error: BaseException) -> Exception | None:
    if state in _LOST:
        return Conflict(str(error))
    return Unavailable(str(error)) if state.startswith(_AWAY) else None


def _of_words(error: BaseException) -> Exception | None:
    words = str(error)
    if "UNIQUE constraint" in words or "CHECK constraint" in words or "database is locked" in words:
        return Conflict(words)
    away = isinstance(error, sqlite3.OperationalError | sqlite3.InterfaceError) and "no such" not in words
    return Unavailable(words) if away else None
