"""Where a benchmark runs: databases that keep their promises to the disk."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.store.engine import DatabaseSettings
from backend.store.schema import migrate
from tests.support.postgres_guardian import initialise, start
from tests.support.stores import APP_ROLE, RAW_ROLE, as_role

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="omnix-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def database(kind: str) -> Iterator[DatabaseSettings]:
    """A fresh, migrated "sqlite" or "postgresql" database, as durable as in earnest."""
    with folder() as home:
        if kind == "sqlite":
            url = f"sqlite:///{home / 'omnix.db'}"
            asyncio.run(migrate(url))
            yield DatabaseSettings(url)
            return
        initialise(home)
        server, port = start(home, DURABLE)
        try:
            dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            asyncio.run(migrate(dsn, as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE)))
            yield DatabaseSettings(as_role(dsn, APP_ROLE), as_role(dsn, RAW_ROLE))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
