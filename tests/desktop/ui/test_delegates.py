"""Rows are painted in both colour sets, whole and in part, and have words for a screen reader."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from omnix_desktop.ui.delegates.agent_row import AgentDelegate, AgentRow
from omnix_desktop.ui.delegates.base import Index, RowDelegate
from omnix_desktop.ui.delegates.cell import Cell, CellDelegate
from omnix_desktop.ui.delegates.channel_row import ChannelDelegate, ChannelRow
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate, InboxRow, Pill
from omnix_desktop.ui.delegates.journey_row import JourneyDelegate, JourneyRow
from omnix_desktop.ui.theme import DARK, LIGHT, Theme
from omnix_desktop.ui.widgets.row_list import RowList
from tests.desktop.ui.test_theme import colours_in

Made = Callable[[Callable[[Index], Any]], RowDelegate[Any]]

LATE = InboxRow("Nadia Putri", "Re: Upgrade", "14:58", 3, (Pill("Lewat 02:10", "bad"),), "mail")
ROWS = [
    (InboxDelegate, LATE),
    (InboxDelegate, InboxRow("م" * 5_000, "baris\nkedua " * 100_000)),
    (ChannelDelegate, ChannelRow("WhatsApp Care", "message-circle", 14, "03:12", "bad")),
    (ChannelDelegate, ChannelRow("Suara", section=True)),
    (JourneyDelegate, JourneyRow("Email", "Backroom", "2 Jul 09:12", "mail", "Eskalasi", "soon")),
    (AgentDelegate, AgentRow("Sinta Dewi", "Siap", "good", "5/8", "02:14")),
    (CellDelegate, Cell("14", strong=True, bar=0.7, bar_colour="soon")),
]


def row_list(qtbot: QtBot, delegate: Made, row: object) -> RowList:
    model = QStandardItemModel()
    item = QStandardItem()
    item.setData(row, Qt.ItemDataRole.UserRole)
    model.appendRow(item)
    made = delegate(lambda index: index.data(Qt.ItemDataRole.UserRole))
    view = RowList(made, made.HEIGHT)
    model.setParent(view)
    view.setModel(model)
    view.resize(320, made.HEIGHT)
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.mark.parametrize(("delegate", "row"), ROWS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_row_is_painted(qtbot: QtBot, themed: Theme, delegate: Made, row: object, mode: str) -> None:
    themed.set_mode("dark" if mode == "dark" else "light")
    view = row_list(qtbot, delegate, row)
    assert len(colours_in(view.grab().toImage())) > 5


@pytest.mark.parametrize("delegate", [InboxDelegate, ChannelDelegate, JourneyDelegate, AgentDelegate, CellDelegate])
def test_a_row_that_is_not_loaded_yet_is_a_grey_bar(qtbot: QtBot, themed: Theme, delegate: Made) -> None:
    assert LIGHT.hover in colours_in(row_list(qtbot, delegate, None).grab().toImage())


def test_what_is_too_late_is_red_in_both_colour_sets(qtbot: QtBot, themed: Theme) -> None:
    view = row_list(qtbot, InboxDelegate, LATE)
    assert LIGHT.bad_soft in colours_in(view.grab().toImage())
    themed.set_mode("dark")
    assert DARK.bad_soft in colours_in(view.grab().toImage())


def test_rows_have_words(themed: Theme) -> None:
    assert LATE.spoken() == "Nadia Putri, Lewat 02:10, Re: Upgrade, 14:58"
    assert ChannelRow("SMS").spoken() == "SMS, 0"
    assert JourneyRow("Email", "Backroom", pill="Selesai").spoken() == "Email, Backroom, Selesai"
    assert AgentRow("Sinta", "Siap", load="5/8").spoken() == "Sinta, Siap, 5/8"
