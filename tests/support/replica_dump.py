"""What a replica holds, in a form that two of them can be compared by."""

from dataclasses import dataclass

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.reading import Reader
from omnix_desktop.cache.tables import INDEXED


@dataclass(frozen=True)
class Dump:
    """Everything but the private numbers of the file."""

    entities: frozenset[tuple[object, ...]]
    members: frozenset[tuple[object, ...]]
    cursors: frozenset[tuple[object, ...]]
    index: frozenset[tuple[object, ...]]


def dump_of(reader: Reader) -> Dump:
    index = [(indexed.table, *row) for indexed in INDEXED for row in reader.rows(f"SELECT * FROM {indexed.table}")]
    members = "SELECT s.key, m.type, m.id FROM members m JOIN scopes s ON s.n = m.scope"
    return Dump(
        entities=frozenset(reader.rows("SELECT type, id, version, body FROM entities")),
        members=frozenset(reader.rows(members)),
        cursors=frozenset(reader.rows("SELECT key, seq FROM scopes WHERE seq IS NOT NULL")),
        index=frozenset(index),
    )


def dump(engine: Engine) -> Dump:
    return dump_of(engine.reader())
