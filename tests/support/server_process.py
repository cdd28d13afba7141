"""Server processes of the real program, on free ports of the loopback."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from backend.store.engine import DatabaseSettings
from tests.support.waiting import DIES_WITH_US, free_port, wait_until

ROOT = Path(__file__).parents[2]
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@dataclass(frozen=True)
class Serving:
    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path  # its errors and what is worse

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/socket"


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
    with begun(database, home, module, more) as serving:
        ready(serving)
        yield serving


@contextmanager
def begun(
    database: DatabaseSettings, home: Path, module: str = "backend", more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Serving]:
    """A server process that is starting: several may do so side by side."""
    port = free_port()
    command = [*DIES_WITH_US, sys.executable, "-m", module, "serve"]
    env = {**environment(database, home, port), **more}
    log = home / "server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        yield Serving(f"http://127.0.0.1:{port}", port, process, log)
    finally:
        process.terminate()
        process.wait(30)


def ready(serving: Serving) -> None:
    wait_until(
        lambda: serving.process.poll() is not None or answers(f"{serving.url}/readyz"), "the server is ready", 60
    )
    if serving.process.poll() is not None:
        raise ChildProcessError(f"the server ended at its start: {serving.log.read_text()}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
