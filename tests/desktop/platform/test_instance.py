"""One program for each profile; the second start calls the first to the front."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from omnix_desktop.platform.instance import SingleInstance


def test_the_second_calls_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    first, second = SingleInstance(str(tmp_path)), SingleInstance(str(tmp_path))
    assert first.claim()
    with qtbot.waitSignal(first.called):
        assert not second.claim()
    first.release()
    assert second.claim()
    second.release()


def test_profiles_do_not_know_each_other(tmp_path: Path, qtbot: QtBot) -> None:
    one, other = SingleInstance(str(tmp_path / "a")), SingleInstance(str(tmp_path / "b"))
    assert one.claim()
    assert other.claim()
    one.release()
    other.release()
