"""make run starts parts in order, says why one fails, and leaves nothing running."""

import os
from pathlib import Path

import psutil
import pytest

from scripts import run
from tests.support.waiting import free_port, listening, wait_until

SERVE_WITH_A_CHILD = """
import http.server, os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("child.pid", "w").write(str(child.pid))
http.server.HTTPServer(("127.0.0.1", int(os.environ["AT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    (tmp_path / "part.py").write_text(SERVE_WITH_A_CHILD)
    (tmp_path / "broken.py").write_text("import sys\nprint('working')\nsys.exit('The key is missing.')")
    return tmp_path


def test_a_part_is_ready_inside_and_gone_with_its_children_outside(folder: Path) -> None:
    port = free_port()
    with run.running(
        "server", ["part"], os.environ | {"AT": str(port)}, lambda: run.answers(f"http://127.0.0.1:{port}")
    ):
        assert listening(port)
        child = int((folder / "child.pid").read_text())
        assert psutil.pid_exists(child)
    assert not listening(port)
    wait_until(lambda: gone(child), "the child has ended")


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_a_part_that_fails_at_its_start_is_named_with_its_last_words() -> None:
    failing = run.running("server", ["broken"], os.environ, lambda: False)
    with pytest.raises(run.Failed, match=r"The server ended with 1 at its start: The key is missing\."), failing:
        pass


@pytest.mark.parametrize("quiet", [True, False])
def test_a_step_that_fails_is_named(quiet: bool) -> None:
    with pytest.raises(run.Failed, match=r"The demo ended with 1: The key is missing\."):
        run.once("demo", ["broken"], os.environ, quiet=quiet)


def test_an_address_is_the_same_each_time_unless_somebody_has_it() -> None:
    preferred = free_port()
    assert free_port(preferred) == preferred
    with run.running("server", ["part"], os.environ | {"AT": str(preferred)}, lambda: listening(preferred)):
        assert free_port(preferred) != preferred


def test_without_a_screen_and_the_programs_for_one_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "missing_programs", lambda: ["Xvfb"])
    with pytest.raises(run.Failed, match=r"for a virtual one these are missing: Xvfb\."):
        run.tour("http://127.0.0.1:1", os.environ)
