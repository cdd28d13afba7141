"""What the first paint leaves for later: its place is kept, and whoever asks for it early has it at once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QFocusFrame, QScrollArea, QTableView
from pytestqt.qtbot import QtBot

from omnix_desktop.ui.panels import PANELS
from omnix_desktop.ui.shell.fetched import LATER
from omnix_desktop.ui.shell.main_window import FIRST
from omnix_desktop.ui.shell.palette import Palette
from omnix_desktop.ui.theme import Theme
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.structure import EmptyState
from tests.support import cached_workspace
from tests.support.workbench import Workbench, workbench

BEFORE_THE_FIRST_PAINT = """
import sys
import omnix_desktop.__main__, omnix_desktop.session, omnix_desktop.platform.instance, omnix_desktop.ui.shell.program
late = ("omnix_desktop.ui.dialogs", "omnix_desktop.ui.windows", "omnix_desktop.ui.panels.customer",
    "omnix_desktop.ui.panels.work", "omnix_desktop.ui.shell.fetched", "PySide6.QtNetwork", "httpx", "websockets",
    "keyring", "qasync", "sqlalchemy", "importlib.metadata")
print(*(name for name in late if name in sys.modules))
"""


@pytest.fixture
def first(tmp_path: Path, themed: Theme) -> Iterator[Workbench]:
    """A window as it is painted first, not furnished."""
    assert not themed.tokens.dark
    workspace = cached_workspace.build(tmp_path, messages=120, handled=5, ended=2, unsent=False)
    with workbench(workspace, furnished=False) as made:
        made.window.resize(1366, 768)
        made.window.show()
        made.settle()
        yield made


def widths(bench: Workbench) -> dict[str, int]:
    return {dock.objectName(): dock.width() for dock in bench.window.findChildren(QDockWidget)}


def test_panels_find_their_places_in_a_window_that_is_shown_already(tmp_path: Path, themed: Theme) -> None:
    workspace = cached_workspace.build(tmp_path, messages=20, handled=5, ended=2, unsent=False)
    for _ in range(6):  # what Qt did wrong here crashed two of five
        with workbench(workspace, shown=True) as made:
            made.settle()
            there = {name for name in made.shell.docks.names() if made.shell.docks.is_shown(name)}
            assert there == {"channels", "interactions", "conversation", "customer"}


def test_the_first_paint_imports_nothing_that_it_does_not_show() -> None:
    done = subprocess.run([sys.executable, "-c", BEFORE_THE_FIRST_PAINT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_panel_is_made_in_one_of_two_places() -> None:
    assert sorted([*FIRST, *LATER.panels]) == sorted(place.name for place in PANELS)


def test_an_empty_dock_keeps_the_place_until_it_is_furnished(first: Workbench) -> None:
    assert first.window.findChild(QScrollArea, "customer_area") is None
    before = widths(first)
    first.shell.furnish()
    first.settle()
    assert first.window.findChild(QScrollArea, "customer_area") is not None
    assert widths(first) == before


def test_a_key_for_what_is_not_there_yet_brings_it(first: Workbench, qtbot: QtBot) -> None:
    QTest.keyClick(first.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert first.window.findChild(QScrollArea, "customer_area") is not None
    assert first.shell.panels["customer"].isVisible()


def test_the_palette_opens_before_anything_is_furnished(first: Workbench, qtbot: QtBot) -> None:
    QTest.keyClick(first.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = first.window.findChild(Palette)
    assert palette is not None
    palette.close()


def test_what_was_opened_early_stands_in_the_customer_afterwards(first: Workbench) -> None:
    row = first.desk.inbox.handling.rows()[1]
    first.open(row.opened)
    first.shell.furnish()
    first.settle()
    assert first.shell.panels["customer"].findChildren(QScrollArea)
    assert first.desk.customer.customer_id == row.opened.customer_id


def test_a_list_is_made_when_its_page_is_turned_to(first: Workbench) -> None:
    panel = first.shell.panels["interactions"]
    assert panel.findChild(QTableView, "history_list") is None
    panel.tabs.setCurrentIndex(1)  # type: ignore[attr-defined]  # of this panel
    first.settle()
    history = panel.findChild(QTableView, "history_list")
    assert history is not None
    assert history.isVisible()
    assert history.model().rowCount() == 2
    assert history.accessibleName()


def test_an_empty_state_is_furnished_when_it_is_shown(themed: Theme, qtbot: QtBot) -> None:
    state = EmptyState("inbox", "Belum ada interaksi", "Ambil satu dari antrean.", "Ambil berikutnya")
    qtbot.addWidget(state)
    state.set_texts("Kosong", "", "Muat ulang")
    assert state.findChild(Button) is None
    state.show()
    button = state.findChild(Button)
    assert button is not None
    assert (button.text(), state.accessibleName()) == ("Muat ulang", "Kosong")


def test_no_style_lays_a_frame_over_what_paints_itself(first: Workbench) -> None:
    assert first.window.findChildren(Button)
    assert not [frame for frame in first.window.findChildren(QFocusFrame) if isinstance(frame.parent(), Button)]
