"""One server process for each SQLite database: a lock beside it, which the kernel lets go however the holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from backend.store.errors import Occupied


@contextmanager
def sole(url: str) -> Iterator[None]:
    """While the block lasts no other process serves this SQLite database, or migrates it. Raises Occupied.

    PostgreSQL is made to be shared. Whoever only reads, or writes through a runner, needs no lock.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    place = Path(parsed.database).resolve()
    lock = os.open(place.with_name(f"{place.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(_sentence(lock, parsed.database)) from None
        with suppress(OSError):  # a full disk: the lock holds without the holder's number
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _sentence(lock: int, database: str) -> str:
    holder = os.pread(lock, 20, 0).decode("ascii", "replace")
    return (
        f"A server{f' (process {holder})' if holder else ''} is using {database} already: stop it first, "
        "or keep the data in PostgreSQL, which several servers may share."
    )
