"""How queries read: rows of SQL through the driver, bodies decoded into entities, pages by key."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import msgspec

from omnix_protocol import codec
from omnix_protocol.base import Entity

E = TypeVar("E", bound=Entity)
R = TypeVar("R")

Bind = str | int | float | bytes | None
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Reader(Protocol):
    """Both files, to be read: cache.db as it is, local.db as `local`."""

    def rows(self, sql: str, binds: Sequence[Bind] = ()) -> list[tuple[Any, ...]]: ...


class Key(msgspec.Struct, frozen=True):
    """Where a page ended: the sorting moment and the id of its last row."""

    at: int  # microseconds
    id: str


class Page(msgspec.Struct, Generic[R], frozen=True):
    """Rows in order; `after` is the key to ask for the next page with, None at the end."""

    rows: tuple[R, ...] = ()
    after: Key | None = None


def micros(moment: datetime | None) -> int | None:
    """A moment as the index columns hold it."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def entities(kind: type[E], bodies: Iterable[tuple[Any, ...]]) -> tuple[E, ...]:
    """Decode the first column of each row; what this release cannot read stays unseen until the upgrade."""
    found = []
    for row in bodies:
        try:
            found.append(codec.decode(row[0], kind))
        except codec.Malformed:
            continue
    return tuple(found)


def one(reader: Reader, kind: type[E], id: str) -> E | None:  # noqa: A002  # an entity's id
    rows = reader.rows("SELECT body FROM entities WHERE type = ? AND id = ?", (kind.__name__, id))
    found = entities(kind, rows)
    return found[0] if found else None


def every(reader: Reader, kind: type[E]) -> tuple[E, ...]:
    """All of a type; for the catalogue's small ones."""
    return entities(kind, reader.rows("SELECT body FROM entities WHERE type = ?", (kind.__name__,)))


def page(rows: list[tuple[Any, ...]], made: tuple[R, ...], limit: int, key: tuple[int, int]) -> Page[R]:
    """A page of what was `made` of the rows; `key` names the columns of the sorting moment and the id."""
    if len(rows) < limit:
        return Page(made)
    last = rows[-1]
    return Page(made, Key(cast(int, last[key[0]]), cast(str, last[key[1]])))
