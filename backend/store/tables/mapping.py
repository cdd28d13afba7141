"""Entity Struct -> table and columns, declared beside each table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from omnix_protocol.base import Entity

E = TypeVar("E", bound=Entity)


def _nothing(_entity: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Side(Generic[E]):
    """Rows of another table that follow from an entity: `owner` names them, `rows` are what they shall be."""

    table: Table
    owner: Callable[[E], Mapping[str, Any]]
    rows: Callable[[E], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Mapped(Generic[E]):
    """Where an entity is stored, and its index columns as a function of it."""

    kind: type[E]
    table: Table
    columns: Callable[[E], Mapping[str, Any]]
    side: Side[E] | None = None


MAPPED: dict[str, Mapped[Any]] = {}


def maps(
    kind: type[E],
    table: Table,
    columns: Callable[[E], Mapping[str, Any]] = _nothing,
    side: Side[E] | None = None,
) -> None:
    """Declare that this entity is stored in this table."""
    MAPPED[kind.__name__] = Mapped(kind, table, columns, side)


def mapped(kind: type[E]) -> Mapped[E]:
    return MAPPED[kind.__name__]
