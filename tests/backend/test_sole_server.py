"""SQLite has one server: a second one says so and leaves; what only writes commands goes on beside it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.store.errors import Occupied
from backend.store.sole import sole
from tests.backend.test_cli import Shell, found
from tests.support.server_process import answers
from tests.support.waiting import wait_until


@contextmanager
def serving(shell: Shell, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    server = shell.start(log)
    try:
        there = f"http://127.0.0.1:{shell.port}/readyz"
        wait_until(lambda: server.poll() is not None or answers(there), "the server is ready", 60)
        assert server.poll() is None, log.read_text()
        yield server
    finally:
        server.kill()
        server.wait()


def test_a_second_server_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    found(shell)
    with serving(shell, tmp_path / "first.log") as first:
        second = shell.run("serve", OMNIX_SERVER_PORT="0")
        assert second.returncode == 1
        assert second.stderr.splitlines()[-1].startswith(f"A server (process {first.pid}) is using ")
        assert "Traceback" not in second.stderr
        restored = shell.run("doctor", "--restored")
        assert (restored.returncode, "stop it first" in restored.stderr) == (1, True)
        for arguments in (["doctor"], ["migrate"], ["replay"], ["tenant", "add", "--code", "nusa", "--name", "Nusa"]):
            done = shell.run(*arguments)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert answers(f"http://127.0.0.1:{shell.port}/readyz")
    with serving(shell, tmp_path / "after-kill.log"):  # kill -9 left nothing to be cleared away
        pass


def test_the_database_is_free_again_when_its_server_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'omnix.db'}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(tmp_path)
    with sole(url), pytest.raises(Occupied), sole(f"sqlite:///{elsewhere / 'omnix.db'}"):
        pass
    with sole(url):
        pass


def test_postgresql_is_shared() -> None:
    url = "postgresql://omnix@127.0.0.1/omnix"
    with sole(url), sole(url):
        pass
