"""What is unsent, refused and known: the status bar and the list behind it."""

import msgspec

from omnix_desktop.cache.queries.pending import Pending, pending_rows
from omnix_desktop.cache.reading import Reader


class OutboxCounts(msgspec.Struct, frozen=True):
    queued: int = 0
    held: int = 0
    refused: int = 0


def outbox_counts(reader: Reader) -> OutboxCounts:
    counts = dict(reader.rows("SELECT state, count(*) FROM local.outbox GROUP BY state"))
    return OutboxCounts(counts.get("queued", 0), counts.get("held", 0), counts.get("refused", 0))


def unsent(reader: Reader) -> tuple[Pending, ...]:
    """Everything that waits, is held or was refused, in order."""
    return pending_rows(reader, "state <> 'accepted'")


def cursors(reader: Reader) -> dict[str, int]:
    """The last sequence applied of each scope that is here."""
    return dict(reader.rows("SELECT key, seq FROM scopes WHERE seq IS NOT NULL"))


def setting(reader: Reader, name: str) -> bytes | None:
    """A setting or layout of this machine, as it was saved."""
    rows = reader.rows("SELECT value FROM local.settings WHERE name = ?", (name,))
    return bytes(rows[0][0]) if rows else None
