"""The tests' own PostgreSQL: one private cluster for all test processes, databases made afresh."""

import fcntl
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres_guardian import binaries
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Cluster:
    port: int
    folder: Path

    def dsn(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres") -> str:
        """What psql prints, one row a line; each call is a connection of its own."""
        options = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql, self.dsn(database)]
        done = subprocess.run([binaries() / "psql", *options], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{sql}\n{done.stderr}")
        return done.stdout.strip()

    def create(self, template: str = "template0") -> str:
        """The name of a fresh database."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """A database to copy from; the first test process that asks builds it, given its DSN."""
        with locked(self.folder / f"template-{name}.lock"):
            if not self.run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
                fresh = self.create()
                build(self.dsn(fresh))
                self.run(f"ALTER DATABASE {fresh} RENAME TO {name}")
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The DSN of a fresh database that is dropped afterwards."""
        name = self.create(template)
        try:
            yield self.dsn(name)
        finally:
            self.drop(name)


@contextmanager
def locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, kind)
        yield


@contextmanager
def shared_cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster of all who name this folder; it ends when the last of them has gone."""
    state = folder / "postgres.json"
    with (folder / "postgres.holders").open("w") as holders:
        with locked(folder / "postgres.starting"):
            fcntl.flock(holders, fcntl.LOCK_SH)
            if not state.exists():
                start_guardian(folder, state)
            port = json.loads(state.read_text())["port"]
        yield Cluster(port, folder)


def start_guardian(folder: Path, state: Path) -> None:
    with (folder / "postgres.log").open("ab") as log:
        guardian = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres_guardian", str(folder)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl+C is for the tests; the guardian ends after them
        )

    def ready() -> bool:
        if guardian.poll() is not None:
            raise RuntimeError((folder / "postgres.log").read_text()[-2000:])
        return state.exists()

    wait_until(ready, "PostgreSQL's cluster is started", timeout=90)
    # it outlives this process on purpose: whoever comes last ends it
    guardian.returncode = 0
