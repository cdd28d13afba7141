"""Where the set-up cannot do its work, it says in one sentence what is missing; done once, it is silent."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.support.waiting import free_port

TOOLS = ["bash", "dirname", "mkdir", "flock", "awk", "sha256sum", "cat", "grep", "cut", "rm", "chmod"]
Result = subprocess.CompletedProcess[str]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone on a machine with a shell and nothing else."""
    for name in ("scripts", "tests/simulators/npm"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "requirements.lock").write_text("msgspec==0.20.0 --hash=sha256:" + "0" * 64 + "\n")
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def has(folder: Path, name: str, script: str) -> None:
    program = folder / "bin" / name
    program.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    program.chmod(0o755)


def is_somebody(folder: Path, user: int) -> None:
    has(folder, "id", f"echo {user}")


@pytest.fixture
def set_up(bare: Path) -> Callable[..., Result]:
    def run(need: str, **more: str) -> Result:
        env = {"PATH": str(bare / "bin"), "HOME": str(bare), "POLICY_RC_D": str(bare / "policy")} | more
        return subprocess.run(["bash", "scripts/setup.sh", need], cwd=bare, env=env, capture_output=True, text=True)

    return run


def said(result: Result) -> str:
    assert result.returncode == 1, result.stderr
    return result.stderr.strip().splitlines()[-1]


def test_without_python_311_it_says_so(set_up: Callable[..., Result]) -> None:
    assert said(set_up("lint")).startswith("setup: Python 3.11 with venv is missing")


def test_who_is_not_root_is_told_what_root_has_to_install(bare: Path, set_up: Callable[..., Result]) -> None:
    is_somebody(bare, 1000)
    has(bare, "dpkg-query", 'for name; do [ "$name" = xvfb ] || echo -n "installed=$name "; done')
    has(bare, "python3.11", "exit 0")
    has(bare, "node", "exit 0")
    sentence = said(set_up("test"))
    assert "only root may install them" in sentence
    assert sentence.endswith("sudo apt-get install --no-install-recommends xvfb npm")


def test_when_apt_finds_no_network_it_says_so_and_takes_its_policy_away(
    bare: Path, set_up: Callable[..., Result]
) -> None:
    is_somebody(bare, 0)
    has(bare, "dpkg-query", "exit 1")
    has(bare, "apt-get", f"cat {bare}/policy; echo 'E: Failed to fetch a list'; exit 100")
    assert "apt could not install the Debian packages (E: Failed to fetch a list)" in said(set_up("run", DISPLAY=":0"))
    assert "exit 101" in (bare / "build" / "apt.log").read_text()
    assert not (bare / "policy").exists()


def test_without_network_for_python_it_says_so_and_tries_again_next_time(
    bare: Path, set_up: Callable[..., Result]
) -> None:
    (bare / "pip.conf").write_text(
        f"[global]\nindex-url = http://127.0.0.1:{free_port()}/\nretries = 0\nfind-links =\nextra-index-url =\n"
    )
    for _ in range(2):
        sentence = said(set_up("lint", PYTHON=sys.executable, PIP_CONFIG_FILE=str(bare / "pip.conf")))
        assert "the locked dependencies could not be installed" in sentence
        assert "check the network" in sentence


def test_what_is_done_is_not_done_again(bare: Path, set_up: Callable[..., Result]) -> None:
    lock = (bare / "requirements.lock").read_bytes()
    venv = bare / "ready"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / ".locked").write_text(f"{sha256(lock).hexdigest()}  -\n")
    done = set_up("lint", VENV=str(venv), PYTHON=sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_target_is_named(set_up: Callable[..., Result]) -> None:
    assert "there is no target nonsense" in set_up("nonsense").stderr
