"""The same program again: what is started, with which environment, and that it is started."""

import os
import sys
from pathlib import Path

import pytest

from omnix_desktop.platform.restart import AFRESH, SCALE, command_line, environment, start_anew
from tests.support.waiting import wait_until

OPTIONS = ["--profile", "uji", "--server", "https://omnix.example"]


@pytest.mark.parametrize(
    "given",
    [
        ["python3.11", "-m", "omnix_desktop", *OPTIONS],
        ["python3.11", "-X", "utf8", "/venv/bin/omnix-desktop", *OPTIONS],
        ["python3.11", "omnix_desktop/__main__.py", *OPTIONS],
    ],
)
def test_the_interpreter_is_given_what_it_was_given(given: list[str]) -> None:
    argv = ["/src/omnix_desktop/__main__.py", *OPTIONS]
    assert command_line("/venv/bin/python", given, argv, frozen=False) == ["/venv/bin/python", *given[1:]]


def test_a_frozen_program_is_its_own_interpreter() -> None:
    program = "/opt/omnix/omnix-desktop"
    assert command_line(program, ["omnix-desktop", *OPTIONS], ["omnix-desktop", *OPTIONS], frozen=True) == [
        program,
        *OPTIONS,
    ]


def test_a_scale_of_ours_is_not_handed_on_and_the_users_is() -> None:
    ours = {"PATH": "/bin", SCALE: "1.5"}
    assert environment(ours, scaled=True, frozen=False) == {"PATH": "/bin"}
    assert environment(ours, scaled=False, frozen=False) == ours
    assert ours == {"PATH": "/bin", SCALE: "1.5"}


def test_a_frozen_program_takes_nothing_over_from_the_one_before() -> None:
    assert environment({"PATH": "/bin"}, scaled=True, frozen=True) == {"PATH": "/bin", AFRESH: "1"}


def test_it_is_started_with_that_environment_alone(tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(os.environ.get('QT_SCALE_FACTOR', 'none'))"
    theirs = environment({**os.environ, SCALE: "1.5"}, scaled=True, frozen=False)
    assert start_anew([sys.executable, "-c", code, str(note)], theirs)
    wait_until(lambda: note.exists() and note.read_text() == "none", "the program was started", 20)


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    assert not start_anew([str(tmp_path / "nothing")], {})
