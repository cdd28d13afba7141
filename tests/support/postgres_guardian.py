"""A private PostgreSQL cluster that lives as long as somebody holds its lock.

Started by the first test process that needs it (python -m tests.support.postgres_guardian FOLDER);
the kernel releases the lock of a process however it ends, so nothing is left behind.
"""

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.waiting import free_port, wait_until

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "10s",
    "logging_collector": "off",
}


def binaries() -> Path:
    """Debian's newest server; the programs are not on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("PostgreSQL's server is missing; `make test` installs it.")
    return found[-1].parent


def account() -> str | None:
    """The server refuses to run as root: then it runs as Debian's user postgres."""
    return "postgres" if os.geteuid() == 0 else None


def initialise(home: Path) -> None:
    if user := account():
        entry = pwd.getpwnam(user)
        os.chown(home, entry.pw_uid, entry.pw_gid)
    options = "--auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync"
    subprocess.run(
        [binaries() / "initdb", "-D", home / "data", *options.split()],
        user=account(),
        extra_groups=[] if account() else None,
        cwd=home,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def start(home: Path, changed: Mapping[str, str] = {}) -> tuple[subprocess.Popen[bytes], int]:  # only read
    port = free_port()
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, **changed}.items()]
    with (home / "log").open("ab") as log:
        server = subprocess.Popen(
            [binaries() / "postgres", "-D", home / "data", "-p", str(port), "-k", home, *settings],
            user=account(),
            extra_groups=[] if account() else None,
            cwd=home,
            stdout=log,
            stderr=log,
        )

    def answers() -> bool:
        if server.poll() is not None:
            raise ChildProcessError((home / "log").read_text()[-2000:])
        check = ["-q", "-h", "127.0.0.1", "-p", str(port)]
        return subprocess.run([binaries() / "pg_isready", *check]).returncode == 0

    wait_until(answers, "PostgreSQL answers", timeout=60)
    return server, port


def start_on_a_free_port(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Somebody else may take the port between asking and using it."""
    for _ in range(4):
        with contextlib.suppress(ChildProcessError):
            return start(home)
    return start(home)


def guard(folder: Path) -> None:
    state = folder / "postgres.json"
    home = Path(tempfile.mkdtemp(prefix="omnix-postgres-"))
    try:
        initialise(home)
        server, port = start_on_a_free_port(home)
        written = folder / "postgres.json.new"
        written.write_text(json.dumps({"port": port, "home": str(home), "pid": server.pid}))
        written.rename(state)
        with (folder / "postgres.holders").open("w") as holders:
            fcntl.flock(holders, fcntl.LOCK_EX)
            state.unlink(missing_ok=True)
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
