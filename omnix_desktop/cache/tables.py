"""The forms of both files: one generic entity table, and declared index columns per entity."""

import functools
import hashlib
from datetime import datetime
from typing import Any, Final

import msgspec

from omnix_desktop.cache.reading import Bind, micros

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


Column = tuple[str, Any] | tuple[str, Any, Any]
"""Name, type, and what it is where the body leaves it out."""


class Indexed(msgspec.Struct, frozen=True):
    """A side table: what queries look for in entities of some types."""

    table: str
    types: tuple[str, ...]
    columns: tuple[
        Column, ...
    ]  # attributes of the entity; moments become microseconds, of a part only that it is there
    form: tuple[str, ...]  # SQL of the table and its indexes

    def values(self, body: bytes) -> tuple[Bind, ...] | None:
        """The columns of a body, read without the rest of it; None where this release cannot read them."""
        try:
            found = _decoder(self.columns).decode(body)
        except (msgspec.DecodeError, UnicodeError):
            return None
        return tuple(_kept(value) for value in msgspec.structs.astuple(found))


def _kept(value: Any) -> Bind:
    if type(value) is datetime:
        return micros(value)
    kept: Bind = 1 if type(value) is dict else value
    return kept


@functools.cache
def _decoder(columns: tuple[Column, ...]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("Columns", columns, kw_only=True))


INDEXED: Final = (
    Indexed(
        "interactions",
        ("Interaction",),
        (
            ("conversation_id", str),
            ("customer_id", str),
            ("queue_id", str),
            ("channel_account_id", str),
            ("status", str),
            ("queued_at", datetime),
            ("last_at", datetime),
            ("ended_at", datetime | None, None),
            ("first_position", int),
            ("unread", int, 0),
            ("live_call", dict | None, None),
        ),
        (
            (
                "CREATE TABLE interactions (type TEXT, id TEXT PRIMARY KEY, conversation_id TEXT, customer_id TEXT,"
                " queue_id TEXT, channel_account_id TEXT, status TEXT, queued_at INTEGER, last_at INTEGER,"
                " ended_at INTEGER, first_position INTEGER, unread INTEGER, live_call INTEGER) WITHOUT ROWID"
            ),
            "CREATE INDEX interactions_live ON interactions (live_call) WHERE live_call IS NOT NULL",
            "CREATE INDEX interactions_waiting ON interactions (status, queued_at, id)",
            "CREATE INDEX interactions_of_account ON interactions (channel_account_id, status, queued_at, id)",
            "CREATE INDEX interactions_of_conversation ON interactions (conversation_id, first_position)",
            "CREATE INDEX interactions_of_customer ON interactions (customer_id)",
        ),
    ),
    Indexed(
        "entries",
        ("Message", "Memo"),
        (("conversation_id", str), ("position", int)),
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
        (("customer_id", str), ("at", datetime)),
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
        (("customer_id", str),),
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
