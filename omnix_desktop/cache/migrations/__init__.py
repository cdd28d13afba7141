"""For local.db only: numbered steps, each once, in order; cache.db is dropped and fetched again instead."""

from typing import Final

from omnix_desktop.cache.writing import Connection

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        (
            "CREATE TABLE drafts (conversation_id TEXT NOT NULL, mode TEXT NOT NULL, text TEXT NOT NULL,"
            " at INTEGER NOT NULL, PRIMARY KEY (conversation_id, mode)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE outbox (n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE,"
            " type TEXT NOT NULL, body BLOB NOT NULL, lane TEXT NOT NULL, subject_id TEXT NOT NULL,"
            " at INTEGER NOT NULL, state TEXT NOT NULL, refused BLOB)"
        ),
        "CREATE INDEX outbox_lanes ON outbox (lane, state)",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    ),
    (
        "ALTER TABLE drafts ADD COLUMN attachments BLOB NOT NULL DEFAULT x'5B5D'",  # []
        "ALTER TABLE drafts ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE drafts ADD COLUMN agreed TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE drafts ADD COLUMN offered TEXT",
        "ALTER TABLE drafts ADD COLUMN apart INTEGER NOT NULL DEFAULT 0",
    ),
    (
        "ALTER TABLE drafts ADD COLUMN beside BLOB NOT NULL DEFAULT x'7B7D'",  # {}
        "DELETE FROM drafts WHERE mode = 'mail'",  # of no release: it stands in `beside`
    ),
    ("ALTER TABLE drafts ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0",),
)
"""Append only: what stood in a release is never edited."""


class TooNew(Exception):
    """local.db was written by a newer release; it is left as it is."""


def upgrade(connection: Connection) -> None:
    """Bring the file to this release's form; interrupted, it stays at a whole step. Raises TooNew."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise TooNew(f"local.db has form {version}, this release knows {len(STEPS)}: install the newer release again.")
    for number, statements in enumerate(STEPS[version:], version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for sql in statements:
            connection.execute(sql)
        connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")
