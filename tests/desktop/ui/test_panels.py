"""What the panels promise: one change paints one row, everything is named, layouts are remembered, languages switch."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from omnix_desktop.i18n import set_language
from omnix_desktop.ports import LinkState
from omnix_desktop.ui.panels.conversation import ConversationPanel
from omnix_desktop.ui.panels.conversation.sheets import Sheet
from omnix_desktop.ui.shell.palette import Palette
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.panel import Panel
from tests.support import cached_workspace
from tests.support.workbench import Workbench, workbench


def test_the_head_of_the_queue_counts(bench: Workbench) -> None:
    total = bench.window.findChild(QWidget, "queue_total")
    assert total is not None
    assert total.property("text") == "24"


def test_a_second_repaints_only_rows_whose_time_runs(bench: Workbench) -> None:
    told: list[int] = []

    def note(first: QModelIndex, _last: QModelIndex) -> None:
        told.append(first.row())

    bench.desk.inbox.handling.dataChanged.connect(note)
    bench.clock[0] = bench.clock[0].replace(second=5)
    bench.desk.tick.beat()
    running = [
        place for place, row in enumerate(bench.desk.inbox.handling.rows()) if row.pill.words.startswith("Balas")
    ]
    assert told == running
    assert len(told) < bench.desk.inbox.handling.rowCount()


def test_every_control_has_a_name_for_tests_and_one_for_people(bench: Workbench) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    bench.settle()
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTableView)
    controls = [one for kind in kinds for one in bench.window.findChildren(kind)]
    shown = [one for one in controls if one.isVisible() and one.width() > 0 and not one.objectName().startswith("qt_")]
    unnamed = [
        f"{type(one).__name__} {one.objectName()!r}"
        for one in shown
        if not one.objectName() or not (one.accessibleName() or one.property("text"))
    ]
    assert not [name for name in unnamed if "QTableCornerButton" not in name], unnamed


def test_the_language_switches_without_restart(bench: Workbench) -> None:
    pick = bench.window.findChild(QAbstractButton, "pick_next")
    assert pick is not None
    assert pick.text() == "Ambil"
    set_language("en")
    bench.desk.retell()
    assert pick.text() == "Take next"
    said = {row.pill.words.split()[0] for row in bench.desk.inbox.handling.rows()}
    assert said <= {"Reply", "Overdue", "Waiting"}


def test_a_layout_is_remembered(bench: Workbench) -> None:
    bench.shell.docks.hide("channels")
    saved = bench.shell.layout_state()
    bench.shell.docks.show("channels")
    bench.shell.restore_layout(saved)
    assert not bench.shell.docks.is_shown("channels")
    bench.shell.restore_layout(b"\x00\x00\xff\xffshort")
    assert not bench.shell.docks.is_shown("channels")


def test_the_next_window_stands_as_the_last_one_did(tmp_path: Path, themed: Theme) -> None:
    assert not themed.tokens.dark
    workspace = cached_workspace.build(tmp_path, messages=120, unsent=False)
    saved = b""
    for _ in range(3):
        with workbench(workspace) as bench:
            bench.shell.restore_layout(saved)
            bench.window.show()
            bench.settle()
            if not saved:
                bench.shell.docks.hide("channels")
                bench.shell.docks.show("ticket")
                bench.settle()
            assert not bench.shell.docks.is_shown("channels")
            assert bench.shell.docks.is_shown("ticket")
            saved = bench.shell.layout_state()


def test_the_palette_finds_and_does(bench: Workbench, qtbot: QtBot) -> None:
    bench.commands.run("view.palette")
    palette = bench.window.findChild(Palette)
    assert palette is not None
    QTest.keyClicks(palette.search.edit, "panel perc")
    QTest.keyClick(palette.search.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.shell.docks.active() == "conversation" or not palette.isVisible())


def test_offline_everything_is_readable_and_said(bench: Workbench) -> None:
    bench.fake.link.become(LinkState.OFFLINE)
    assert bench.desk.status.line.dot == "bad"
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    assert len(panel.bubbles.rows) > 3
    view = panel.area.current()
    assert view is not None
    assert view.editor.isEnabled()
    assert not view.attach.isEnabled()


def test_a_thousand_switches_keep_a_sheet_for_each_conversation(bench: Workbench) -> None:
    panel = bench.shell.panels["conversation"]
    assert isinstance(panel, ConversationPanel)
    rows = bench.desk.inbox.handling.rows()
    for number in range(100):
        bench.open(rows[number % len(rows)].opened)
    QApplication.processEvents()
    assert len(panel.area.findChildren(Sheet)) == len(rows)
    assert {sheet.composer.conversation_id for sheet in panel.area.findChildren(Sheet)} == {
        row.conversation_id for row in rows
    }


def test_a_panel_behind_others_comes_to_the_front_when_it_is_asked_for(bench: Workbench, qtbot: QtBot) -> None:
    bench.open(bench.desk.inbox.handling.rows()[0].opened)
    panels = {name: bench.screens._parent().panels[name] for name in ("case", "ticket", "customer")}
    for name in ("case", "ticket", "customer", "case", "customer"):
        bench.screens.show_panel(name)
        qtbot.waitUntil(partial(_is_on_top, panels, name))


def _is_on_top(panels: dict[str, Panel], wanted: str) -> bool:
    return [name for name, panel in panels.items() if not _dock(panel).visibleRegion().isEmpty()] == [wanted]


def _dock(panel: Panel) -> QWidget:
    dock = panel.parentWidget()
    assert isinstance(dock, QDockWidget)
    return dock
