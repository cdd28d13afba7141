"""The wallboard's latest figures."""

from omnix_desktop.cache.reading import Reader, every
from omnix_protocol.reports import Board


def board(reader: Reader) -> Board | None:
    """None until the board's scope is followed and here (ports.Follows)."""
    found = every(reader, Board)
    return found[0] if found else None
