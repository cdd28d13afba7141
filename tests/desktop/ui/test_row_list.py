"""A list of rows: what is walked to is told; what Qt marks because a row left is nobody's choice."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate, InboxRow
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.row_list import RowList
from tests.support.workbench import Workbench


@dataclass(frozen=True)
class Named:
    key: str


def painted(index: Index) -> InboxRow | None:
    row: Named | None = index.data(ROW_ROLE)
    return None if row is None else InboxRow(name=row.key, preview="", time="")


def test_a_row_that_leaves_chooses_nobody(qtbot: QtBot, themed: Theme) -> None:
    themed.set_mode("light")
    rows: PagedList[Named] = PagedList(lambda row: row.key)
    rows.show([Named("a"), Named("b"), Named("c")])
    made = RowList(InboxDelegate(painted), InboxDelegate.HEIGHT, "daftar")
    qtbot.addWidget(made)
    made.setModel(rows)
    told: list[str] = []
    made.chosen.connect(lambda index: told.append(index.data(ROW_ROLE).key))
    made.setCurrentIndex(rows.index(0))
    rows.show([Named("b"), Named("c")])
    assert told == ["a"]
    QTest.keyClick(made, Qt.Key.Key_Down)
    assert told[1:] == ["c"]


def test_what_nobody_chose_is_not_marked_until_it_is(qtbot: QtBot, themed: Theme) -> None:
    themed.set_mode("light")
    rows: PagedList[Named] = PagedList(lambda row: row.key)
    rows.show([Named("a"), Named("b"), Named("c"), Named("d")])
    made = RowList(InboxDelegate(painted), InboxDelegate.HEIGHT, "daftar")
    qtbot.addWidget(made)
    made.setModel(rows)
    made.resize(300, 400)
    made.show()
    told: list[str] = []
    opened: list[str] = []
    made.chosen.connect(lambda index: told.append(index.data(ROW_ROLE).key))
    made.opened.connect(lambda index: opened.append(index.data(ROW_ROLE).key))
    made.setCurrentIndex(rows.index(0))
    for left in (rows.rows()[1:], rows.rows()[2:]):
        rows.show(list(left))
        QTest.keyClick(made, Qt.Key.Key_Return)
        assert (made.marked().isValid(), made.selectionModel().hasSelection(), opened) == (False, False, [])
    QTest.mouseClick(made.viewport(), Qt.MouseButton.LeftButton, pos=made.visualRect(made.currentIndex()).center())
    assert (told, made.marked().data(ROW_ROLE).key) == (["a", "c"], "c")
    rows.show([Named("c")])
    assert made.marked().data(ROW_ROLE).key == "c", "another one left"
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert opened == ["c"]


def test_what_was_taken_stays_open_when_it_leaves_the_waiting_list(bench: Workbench) -> None:
    account_id = next(row.account_id for row in bench.desk.channels.rows() if row.account_id and row.waiting > 1)
    bench.desk.waiting.watch(account_id)
    bench.settle()
    first = bench.desk.waiting.rows()[0]
    bench.open(first.opened)
    bench.desk.waiting.show(bench.desk.waiting.rows()[1:])
    bench.settle()
    assert bench.desk.selection.opened == first.opened
