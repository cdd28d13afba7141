"""The forms of both files: one generic entity table, and declared index columns per entity."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from omnix_desktop.cache.reading import Bind, micros
from omnix_protocol.base import Entity

_REPLICA: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE scopes (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seq INTEGER)",
    (
        "CREATE TABLE entities (type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,"
        " PRIMARY KEY (type, id))"
    ),
    (
        "CREATE TABLE members (scope INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,"
        " PRIMARY KEY (scope, type, id)) WITHOUT ROWID"
    ),
    "CREATE INDEX members_of_entity ON members (type, id)",
    "CREATE TABLE unread (type TEXT, id TEXT, PRIMARY KEY (type, id)) WITHOUT ROWID",  # kept without understanding
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A side table: what queries look for in entities of some types."""

    table: str
    types: tuple[str, ...]
    columns: tuple[str, ...]  # attributes of the entity; moments are kept as microseconds
    form: tuple[str, ...]  # SQL of the table and its indexes

    def values(self, entity: Entity) -> tuple[Bind, ...]:
        return tuple(_column(getattr(entity, name)) for name in self.columns)


def _column(value: Any) -> Bind:
    return micros(value) if hasattr(value, "tzinfo") else value


INDEXED: Final = (
    Indexed(
        "interactions",
        ("Interaction",),
        (
            "conversation_id",
            "customer_id",
            "queue_id",
            "channel_account_id",
            "status",
            "queued_at",
            "last_at",
            "ended_at",
            "first_position",
            "unread",
        ),
        (
            (
                "CREATE TABLE interactions (type TEXT, id TEXT PRIMARY KEY, conversation_id TEXT, customer_id TEXT,"
                " queue_id TEXT, channel_account_id TEXT, status TEXT, queued_at INTEGER, last_at INTEGER,"
                " ended_at INTEGER, first_position INTEGER, unread INTEGER) WITHOUT ROWID"
            ),
            "CREATE INDEX interactions_waiting ON interactions (status, queued_at, id)",
            "CREATE INDEX interactions_of_account ON interactions (channel_account_id, status, queued_at, id)",
            "CREATE INDEX interactions_of_conversation ON interactions (conversation_id, first_position)",
            "CREATE INDEX interactions_of_customer ON interactions (customer_id)",
        ),
    ),
    Indexed(
        "entries",
        ("Message", "Memo"),
        ("conversation_id", "position"),
        (
            (
                "CREATE TABLE entries (type TEXT, id TEXT, conversation_id TEXT, position INTEGER,"
                " PRIMARY KEY (type, id)) WITHOUT ROWID"
            ),
            "CREATE INDEX entries_in_order ON entries (conversation_id, position, type, id)",
        ),
    ),
    Indexed(
        "work",
        ("Case", "Ticket"),
        ("customer_id", "at"),
        (
            (
                "CREATE TABLE work (type TEXT, id TEXT, customer_id TEXT, at INTEGER,"
                " PRIMARY KEY (type, id)) WITHOUT ROWID"
            ),
            "CREATE INDEX work_of_customer ON work (customer_id, type, at)",
        ),
    ),
    Indexed(
        "identities",
        ("Identity",),
        ("customer_id",),
        (
            "CREATE TABLE identities (type TEXT, id TEXT PRIMARY KEY, customer_id TEXT) WITHOUT ROWID",
            "CREATE INDEX identities_of_customer ON identities (customer_id, id)",
        ),
    ),
)

INDEX_OF: Final = {name: indexed for indexed in INDEXED for name in indexed.types}
REPLICA_FORM: Final = _REPLICA + tuple(sql for indexed in INDEXED for sql in indexed.form)
FINGERPRINT: Final = hashlib.sha256("\n".join(REPLICA_FORM).encode()).hexdigest()[:16]
"""Of cache.db's form: a file with another one is dropped and fetched again."""
