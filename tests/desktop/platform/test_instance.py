"""One program for each profile; the second start calls the first to the front."""

import subprocess
import sys
import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from omnix_desktop.platform.instance import SingleInstance

HOLDER = """
import os, signal, sys
from omnix_desktop.platform.instance import SingleInstance
mine = SingleInstance(sys.argv[1])
assert mine.claim()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_second_calls_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    first, second = SingleInstance(str(tmp_path)), SingleInstance(str(tmp_path))
    assert first.claim()
    first.listen()
    with qtbot.waitSignal(first.called):
        assert not second.claim()
    first.release()
    assert second.claim()
    second.listen()
    second.release()


def test_profiles_do_not_know_each_other(tmp_path: Path, qtbot: QtBot) -> None:
    one, other = SingleInstance(str(tmp_path / "a")), SingleInstance(str(tmp_path / "b"))
    for mine in (one, other):
        assert mine.claim()
        mine.listen()
        mine.release()


def test_the_second_waits_while_the_first_is_starting(tmp_path: Path, qtbot: QtBot) -> None:
    """Two clicks on the icon: the first has the lock and is not listening yet."""
    first = SingleInstance(str(tmp_path))
    assert first.claim()
    answers: list[bool] = []
    second = threading.Thread(target=lambda: answers.append(SingleInstance(str(tmp_path)).claim()))
    second.start()
    qtbot.wait(150)
    assert not answers
    with qtbot.waitSignal(first.called):
        first.listen()
    second.join(10)
    assert answers == [False]
    first.release()


def test_one_that_was_killed_is_in_nobodys_way(tmp_path: Path, qtbot: QtBot) -> None:
    subprocess.run([sys.executable, "-c", HOLDER, str(tmp_path)], check=False)
    next_one = SingleInstance(str(tmp_path))
    assert Path(next_one._lock.fileName()).exists()
    assert not Path(next_one._lock.fileName()).is_relative_to(tmp_path)  # a home may be shared by machines
    assert next_one.claim()
    next_one.listen()
    next_one.release()
