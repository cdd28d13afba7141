"""The command line, as processes of their own: a company is set up, served and stopped; mistakes get one sentence."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.postgres import Cluster
from tests.support.waiting import free_port, wait_until

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs the server's commands with their own data folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OMNIX_")}
        self.environment = clean | {
            "OMNIX_DATA_FOLDER": str(folder / "data"),
            "OMNIX_SERVER_PORT": str(self.port),
            "OMNIX_SIGN_IN_HASH_MEMORY_KIB": "64",
        }

    def run(self, *arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "backend", *arguments],
            cwd=ROOT,
            env=self.environment | more,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "backend", "serve"], cwd=ROOT, env=self.environment, stdout=file, stderr=file
            )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One with a company, for what changes nothing of it."""
    shell = Shell(tmp_path_factory.mktemp("settled"))
    found(shell)
    return shell


def found(shell: Shell) -> None:
    added = shell.run("tenant", "add", "--code", "samudra", "--name", "Samudra")
    assert added.returncode == 0, added.stderr
    person = ["user", "add", "--tenant", "samudra", "--email", "a@samudra.example", "--name", "Ayu", "--group", "Satu"]
    assert shell.run(*person, typed="correct horse\n").returncode == 0


def test_a_company_from_nothing_to_signing_in_and_a_graceful_end(shell: Shell, tmp_path: Path) -> None:
    found(shell)
    server = shell.start(tmp_path / "serve.log")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{shell.port}", trust_env=False) as http:

            def ready() -> bool:
                try:
                    return http.get("/readyz").status_code == 200
                except httpx.TransportError:
                    return False

            wait_until(ready, "the server is ready")
            credentials = {
                "tenant_code": "samudra",
                "email": "a@samudra.example",
                "password": "correct horse",
                "device_id": "d",
            }
            signed_in = http.post("/v1/sign-in", json=credentials)
            assert signed_in.json()["must_change_password"] is True
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    finally:
        server.kill()
        server.wait()
    log = (tmp_path / "serve.log").read_text()
    assert "correct horse" not in log
    assert "oxa_" not in log


def test_the_doctor_finds_nothing_wrong_and_then_something(shell: Shell) -> None:
    empty = shell.run("doctor")
    assert empty.returncode == 1
    assert "migrate" in empty.stdout
    found(shell)
    well = shell.run("doctor")
    assert (well.returncode, "✗" in well.stdout) == (0, False), well.stdout
    ill = shell.run("doctor", OMNIX_BUS_URL="nats://127.0.0.1:9", OMNIX_SECRETS_KEY="short")
    assert ill.returncode != 0
    assert "127.0.0.1:9" in ill.stdout
    assert "32 bytes" in ill.stdout


def test_a_restored_database_gets_a_new_epoch(settled: Shell) -> None:
    before = next(line for line in settled.run("doctor").stdout.splitlines() if "epoch" in line)
    assert settled.run("doctor", "--restored").returncode == 0
    after = next(line for line in settled.run("doctor").stdout.splitlines() if "epoch" in line)
    assert before != after


@pytest.mark.parametrize(
    ("arguments", "typed", "words", "code"),
    [
        (["tenant", "add", "--code", "samudra", "--name", "Lagi"], "", "already", 1),
        (["tenant", "add", "--code", "Bad Code!", "--name", "X"], "", "code: expected 2 to 39", 1),
        (["user", "add", "--tenant", "nobody", "--email", "a@b", "--name", "X"], "long enough pw\n", "no tenant", 1),
        (["user", "add", "--tenant", "samudra", "--email", "b@c", "--name", "X"], "short\n", "at least 10", 1),
        (["user", "add", "--tenant", "samudra", "--email", "b@c", "--name", "X"], "", "standard input", 1),
        (
            ["user", "add", "--tenant", "samudra", "--email", "b", "--name", "X"],
            "long enough pw\n",
            "email: expected",
            1,
        ),
        (
            ["channel", "add", "--tenant", "samudra", "--kind", "pigeon", "--name", "X", "--group", "G"],
            "",
            "webchat",
            1,
        ),
    ],
)
def test_mistakes_get_a_sentence(settled: Shell, arguments: list[str], typed: str, words: str, code: int) -> None:
    done = settled.run(*arguments, typed=typed)
    assert done.returncode == code
    assert words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_a_channel_is_added_with_its_address(settled: Shell) -> None:
    arguments = ["channel", "add", "--tenant", "samudra", "--kind", "webchat", "--name", "Situs", "--group", "Satu"]
    done = settled.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert f"Its page: http://127.0.0.1:{settled.port}/chat/" in done.stdout


def test_an_address_that_somebody_has_is_named(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", shell.port)):
        done = shell.run("serve")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"server.port: nobody can listen at 127.0.0.1:{shell.port}")
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_made_is_named(shell: Shell) -> None:
    done = shell.run("serve", OMNIX_DATA_FOLDER="/proc/nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("data.folder: /proc/nothing cannot be made")


@pytest.mark.parametrize("arguments", [["serve"], ["migrate"], ["tenant", "add", "--code", "x2", "--name", "X"]])
def test_a_damaged_database_gets_one_sentence(shell: Shell, arguments: list[str]) -> None:
    file = Path(shell.environment["OMNIX_DATA_FOLDER"]) / "omnix.db"
    file.parent.mkdir()
    file.write_bytes(bytes(range(256)) * 100)
    done = shell.run(*arguments)
    assert done.returncode == 1
    assert done.stderr == "The database does not answer; `omnix-server doctor` says what is wrong.\n"
    assert "✗ database: The database is damaged" in shell.run("doctor").stdout


def test_a_database_of_a_newer_release_is_left_alone(shell: Shell) -> None:
    found(shell)
    with contextlib.closing(sqlite3.connect(Path(shell.environment["OMNIX_DATA_FOLDER"]) / "omnix.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    done = shell.run("serve")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "9999" in done.stderr


@pytest.mark.postgres
def test_postgresql_is_not_served_before_it_is_migrated(shell: Shell, postgres: Cluster) -> None:
    with postgres.database() as dsn:
        app = dsn.replace("//postgres@", "//omnix_app@")
        postgres.run("DO $$ BEGIN CREATE ROLE omnix_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        where = {
            "OMNIX_DATA_DATABASE": app,
            "OMNIX_DATA_RAW_DATABASE": dsn.replace("//postgres@", "//omnix_raw@"),
            "OMNIX_DATA_OWNER_DATABASE": dsn,
            "OMNIX_SECRETS_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        }
        refused = shell.run("serve", **where)
        assert refused.returncode == 2
        assert "omnix-server migrate" in refused.stderr
        assert shell.run("migrate", **where).returncode == 0
        assert shell.run("tenant", "add", "--code", "samudra", "--name", "Samudra", **where).returncode == 0
        well = shell.run("doctor", **where)
        assert well.returncode == 0, well.stdout
        owner = shell.run("doctor", **(where | {"OMNIX_DATA_DATABASE": dsn}))
        assert owner.returncode == 1
        assert "passes row-level security by" in owner.stdout
        keyless = {name: value for name, value in where.items() if name != "OMNIX_SECRETS_KEY"}
        assert "secrets.key" in shell.run("doctor", **keyless).stdout
