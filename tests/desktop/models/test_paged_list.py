"""The one base list: whatever it is told to become, it becomes, and touches only what differs."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from omnix_desktop.models.paged_list import ROW_ROLE, WINDOW, PagedList


@dataclass(frozen=True)
class Line:
    key: int
    words: str = ""


def lines() -> PagedList[Line]:
    return PagedList(lambda line: line.words)


rows = st.lists(st.builds(Line, st.integers(0, 20), st.sampled_from("ab")), max_size=12)


def without_repeats(shown: list[Line]) -> list[Line]:
    return [line for place, line in enumerate(shown) if line.key not in {above.key for above in shown[:place]}]


@given(st.lists(st.tuples(rows, st.booleans()), max_size=6))
def test_it_becomes_what_it_is_told_with_each_key_once(shown: list[tuple[list[Line], bool]]) -> None:
    model = lines()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for told, anew in shown:
        (model.begin_anew if anew else model.show)(told)
        wanted = without_repeats(told)
        assert [model.index(place).data(ROW_ROLE) for place in range(model.rowCount())] == wanted
        assert all(model.place_of(line.key) == place for place, line in enumerate(wanted))
    assert tester.model() is model


def test_one_changed_row_is_told_as_one_row(qtbot: QtBot) -> None:
    model = lines()
    model.show([Line(n, "a") for n in range(100)])
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.assertNotEmitted(model.rowsInserted):
        model.show([Line(n, "b" if n == 40 else "a") for n in range(100)])
    assert told == [(40, 40)]


def test_rows_at_either_end_come_together(qtbot: QtBot) -> None:
    model = lines()
    model.show([Line(n) for n in range(100, 200)])
    runs: list[tuple[int, int]] = []

    def note(_parent: QModelIndex, first: int, last: int) -> None:
        runs.append((first, last))

    model.rowsInserted.connect(note)
    model.show([Line(n) for n in range(300)])
    assert runs == [(0, 99), (200, 299)]


def test_it_holds_no_more_than_its_window() -> None:
    model = lines()
    model.show(Line(n) for n in range(WINDOW + 500))
    assert model.rowCount() == WINDOW


def test_what_is_gone_answers_nothing() -> None:
    model: QAbstractItemModel = lines()
    assert model.data(model.index(3, 0), ROW_ROLE) is None
