"""Where a benchmark runs: databases that keep their promises to the disk, server processes of the real program."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from backend.store.engine import DatabaseSettings
from backend.store.schema import migrate
from tests.support.postgres_guardian import initialise, start
from tests.support.stores import APP_ROLE, RAW_ROLE, as_role
from tests.support.waiting import DIES_WITH_US, free_port, wait_until

ROOT = Path(__file__).parents[1]
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


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


@dataclass(frozen=True)
class Serving:
    url: str
    port: int
    process: subprocess.Popen[bytes]


def environment(database: DatabaseSettings, home: Path, port: int) -> dict[str, str]:
    """What `omnix-server` is told; hashing of passwords is cheap, because nobody measures it here."""
    return os.environ | {
        "OMNIX_SERVER_PORT": str(port),
        "OMNIX_DATA_FOLDER": str(home),
        "OMNIX_DATA_DATABASE": database.url,
        "OMNIX_DATA_RAW_DATABASE": database.raw_url or "",
        "OMNIX_SECRETS_KEY": KEY,
        "OMNIX_SIGN_IN_HASH_MEMORY_KIB": "64",
        "OMNIX_SIGN_IN_HASH_ROUNDS": "1",
        "OMNIX_LIMITS_REQUESTS_PER_SECOND": "100000",
        "OMNIX_LOG_LEVEL": "error",
    }


@contextmanager
def server(
    database: DatabaseSettings, home: Path, module: str = "backend", more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Serving]:
    """A server process that is ready."""
    port = free_port()
    command = [*DIES_WITH_US, sys.executable, "-m", module, "serve"]
    env = {**environment(database, home, port), **more}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=sys.stderr, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(f"{url}/readyz"), "the server is ready", 60)
        if process.poll() is not None:
            raise ChildProcessError(f"the server ended with {process.returncode} at its start")
        yield Serving(url, port, process)
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
