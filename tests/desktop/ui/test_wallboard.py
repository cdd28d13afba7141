"""The wallboard: right numbers, each opening its list, never silently stale, one change painting one cell."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from omnix_desktop.i18n import format_datetime, format_time
from omnix_desktop.models.board_table import BoardRow, BoardTable
from omnix_desktop.models.status import Status
from omnix_desktop.models.wallboard import Wallboard
from omnix_desktop.ports import LinkState, LinkStatus
from omnix_desktop.ui.dialogs.board_list import BoardListDialog
from omnix_desktop.ui.windows.wallboard import WallboardWindow
from omnix_protocol import scopes
from omnix_protocol.ids import BoardId, ChannelAccountId
from omnix_protocol.people import Role
from omnix_protocol.reports import BoardFigure, BoardList, BoardListAnswer
from tests.support.scene import Moment
from tests.support.scene_board import board
from tests.support.workbench import Immediate, Workbench
from tests.support.workspace_catalogue import TENANT_ID

SCOPE = scopes.board(BoardId(TENANT_ID))


@pytest.fixture
def wall(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Iterator[WallboardWindow]:
    """The window of a supervisor, with figures."""
    Moment(bench.engine).begin(SCOPE, board())
    monkeypatch.setattr(WallboardWindow, "start", lambda _self, work, name: Immediate("wall").start(work, name))
    made = WallboardWindow(bench.place)
    made.show()
    bench.settle()
    yield made
    if isValid(made):
        made.close()
    QApplication.processEvents()


def test_the_figures_are_those_of_the_board(wall: WallboardWindow) -> None:
    said = {name: figure.accessibleName() for name, figure in wall.wall.figures.items()}
    assert said["waiting"] == "Menunggu sekarang, 40, di 9 kanal"
    assert said["oldest"] == "Tunggu terlama, 08:30, Email · care@"
    assert said["in_time"].startswith("Dibalas tepat waktu, 91,4 %")
    assert said["handled"].startswith("Ditangani hari ini, 1.284")


def test_a_new_state_paints_only_the_cells_that_differ(bench: Workbench, wall: WallboardWindow, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []

    def note(first: QModelIndex, _last: QModelIndex) -> None:
        told.append((first.row(), first.column()))

    wall.board.channels.dataChanged.connect(note)
    first, *rest = board().channels
    newer = replace(board(), version=2, channels=(replace(first, handled_today=32), *rest), handled_today=1285)
    Moment(bench.engine).put([newer], SCOPE)
    qtbot.waitUntil(lambda: "1.285" in wall.wall.figures["handled"].accessibleName())
    assert told == [(0, 3)]


def test_waits_run_with_the_clock(bench: Workbench, wall: WallboardWindow) -> None:
    bench.clock[0] += timedelta(seconds=5)
    bench.desk.tick.beat()
    assert "08:35" in wall.wall.figures["oldest"].accessibleName()


def test_waits_beyond_the_rule_stand_in_the_strip_and_open_their_list(bench: Workbench, wall: WallboardWindow) -> None:
    assert "Email · care@ 08:30" in wall.wall.alarm.text()
    bench.fake.ask.answers[BoardList] = BoardListAnswer(rows=bench.workspace.waiting[:3])
    wall.wall.alarm.click()
    assert bench.fake.ask.asked[-1] == BoardList(figure=BoardFigure.WAITING)
    dialog = wall.findChild(BoardListDialog)
    assert dialog is not None
    assert dialog.rows.rowCount() == 3


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("waiting", BoardFigure.WAITING),
        ("handled", BoardFigure.HANDLED_TODAY),
        ("abandoned", BoardFigure.ABANDONED),
        ("handling", BoardFigure.HANDLING),
    ],
)
def test_each_number_opens_the_list_behind_it(
    bench: Workbench, wall: WallboardWindow, name: str, figure: BoardFigure
) -> None:
    bench.fake.ask.answers[BoardList] = BoardListAnswer()
    wall.wall.figures[name].click()
    assert bench.fake.ask.asked[-1] == BoardList(figure=figure)


def test_a_channels_number_opens_that_channels_list(bench: Workbench, wall: WallboardWindow) -> None:
    bench.fake.ask.answers[BoardList] = BoardListAnswer()
    row = wall.board.channels.row(0)
    assert row is not None
    wall.wall.channels.clicked.emit(wall.board.channels.index(0, 1))
    expected = BoardList(figure=BoardFigure.WAITING, channel_account_id=ChannelAccountId(row.key))
    assert bench.fake.ask.asked[-1] == expected


def test_numbers_that_grow_old_say_so_with_the_reason(bench: Workbench, wall: WallboardWindow) -> None:
    assert wall.wall.fresh.text().startswith("langsung · diperbarui ")
    assert wall.wall.fresh.colour() == "muted"
    bench.fake.link.become(LinkState.OFFLINE)
    assert wall.wall.fresh.text().startswith("Tidak tersambung · angka per ")
    bench.clock[0] += timedelta(seconds=6)
    bench.desk.tick.beat()
    assert wall.wall.fresh.colour() == "soon"
    bench.fake.link.become(LinkState.ONLINE)
    assert wall.wall.fresh.colour() == "muted"


def test_a_quiet_server_lets_the_time_run_on(bench: Workbench, wall: WallboardWindow) -> None:
    before = wall.wall.fresh.text()
    bench.clock[0] += timedelta(seconds=65)
    bench.fake.link.become(LinkState.ONLINE, last_sync=bench.clock[0])  # as each answered heartbeat says
    bench.desk.tick.beat()
    assert wall.wall.fresh.text() == f"langsung · diperbarui {format_time(bench.clock[0], seconds=True)}" != before
    assert wall.wall.fresh.colour() == "muted"
    assert "09:35" in wall.wall.figures["oldest"].accessibleName()
    assert "Email · care@ 09:35" in wall.wall.alarm.text()
    assert [row.cells[2].words for row in _rows(wall.board.channels)][2] == "09:35"
    assert _rows(wall.board.agents)[0].cells[3].words == "03:19"


def test_without_a_connection_the_board_stands_at_the_last_moment_that_was_known(
    bench: Workbench, wall: WallboardWindow
) -> None:
    known = bench.clock[0] + timedelta(seconds=3)
    bench.fake.link.become(LinkState.ONLINE, last_sync=known)
    bench.clock[0] += timedelta(seconds=14)  # the silence was noticed only now
    bench.fake.link.become(LinkState.OFFLINE)
    for minutes in range(3):
        bench.clock[0] += timedelta(minutes=minutes)
        bench.desk.tick.beat()
        assert wall.wall.fresh.text().endswith(f" · angka per {format_time(known, seconds=True)}")
        assert wall.wall.fresh.colour() == "soon"
        assert "08:33" in wall.wall.figures["oldest"].accessibleName()
        assert "Email · care@ 08:33" in wall.wall.alarm.text()
        assert _rows(wall.board.agents)[0].cells[3].words == "02:17"
    bench.fake.link.become(LinkState.BEHIND)
    assert "08:33" in wall.wall.figures["oldest"].accessibleName()  # connected, and not yet as the server has it
    bench.fake.link.become(LinkState.ONLINE, last_sync=bench.clock[0])
    assert "11:44" in wall.wall.figures["oldest"].accessibleName()
    assert wall.wall.fresh.text().startswith("langsung · ")


def test_a_board_of_another_day_says_the_day(bench: Workbench) -> None:
    Moment(bench.engine).begin(SCOPE, board())
    bench.fake.link.status = LinkStatus(LinkState.CONNECTING)  # just started: nothing is known but what was kept
    bench.clock[0] += timedelta(days=2)
    status = Status(bench.desk.source, bench.fake.link, bench.desk.tick, bench.desk.root)
    shown = Wallboard(bench.desk.source, bench.desk.catalogue, status, bench.desk.tick, bench.desk.root)
    assert shown.fresh.words.endswith(f" · angka per {format_datetime(board().at)}")
    assert shown.figures["oldest"].value == "08:30"


def _rows(table: BoardTable) -> list[BoardRow]:
    return [row for place in range(table.rowCount()) if (row := table.row(place)) is not None]


def test_the_board_is_followed_while_the_window_is_open(bench: Workbench, wall: WallboardWindow) -> None:
    assert ("hold", SCOPE) in bench.fake.rest.noted
    assert ("let_go", SCOPE) not in bench.fake.rest.noted
    wall.close()
    assert ("let_go", SCOPE) in bench.fake.rest.noted


def test_it_stands_where_it_was_left(bench: Workbench, wall: WallboardWindow) -> None:
    wall.setGeometry(20, 30, 900, 640)
    wall.close()
    bench.settle()
    again = WallboardWindow(bench.place)
    again.show()
    bench.settle()
    assert (again.width(), again.height()) == (900, 640)
    again.close()


def test_agents_may_not_and_are_told_so(bench: Workbench) -> None:
    assert not bench.commands.qaction("view.wallboard").isEnabled()
    assert bench.commands.qaction("view.wallboard").toolTip() == "Untuk supervisor"
    bench.fake.account.me = replace(bench.fake.account.me, role=Role.SUPERVISOR)
    bench.commands.refresh()
    assert bench.commands.qaction("view.wallboard").isEnabled()


def test_a_taken_right_hides_the_numbers(bench: Workbench, wall: WallboardWindow) -> None:
    assert wall.board.known
    wall._revoked(SCOPE)
    assert not wall.board.known
    assert wall._empty.isVisible()
    assert bench.window.isVisible()
    assert wall.findChild(QAbstractButton, "wallboard_full_screen") is not None
