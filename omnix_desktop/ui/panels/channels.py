"""Channels and queue: what waits in all, the one button that takes the next, accounts by group (S0.13–S0.20)."""

from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.actions.base import Action
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import number, tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.paged_list import ROW_ROLE, Index
from omnix_desktop.models.queue import ChannelRow
from omnix_desktop.models.why import Why
from omnix_desktop.ui.delegates import channel_row
from omnix_desktop.ui.delegates.channel_row import ChannelDelegate
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label, Line
from omnix_desktop.ui.widgets.menu import Menu
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState

NOT_SUPPORTED = ("Mobile", "Qiscus")
"""Channels that people look for (S3.17) and that have no connector: said where channels are listed."""
PICK = "interaction.pick_next"


class ChannelsPanel(Panel):
    """The number shouts, the button takes, the rows say how long somebody waits."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__("channels")
        self._desk = desk
        self._total = Label("0", "display", tabular=True)
        self._total.setObjectName("queue_total")
        self._caption = Label("", "small", "muted")
        self._pick = Button("", "primary", icon="play", shortcut="F2")
        self._pick.setObjectName("pick_next")
        self._reason = ElidedLabel("", "small", "soon")
        self._reason.setObjectName("pick_next_reason")
        self.list = RowList(ChannelDelegate(_painted), ChannelDelegate.HEIGHT)
        self.list.setObjectName("channel_list")
        self.list.setModel(desk.channels)
        self.list.clicked.connect(self._clicked)
        self.list.opened.connect(self._clicked)
        self._empty = EmptyState("inbox", "")
        self._filter = IconButton("list-filter", "")
        self._filter.setObjectName("channel_filter")
        self._filter.setCheckable(True)
        self._filter.clicked.connect(self._open_filter)
        self.title_bar.add_action(self._filter)
        self._bots = IconButton("bot", "")
        self._bots.setObjectName("bot_talks_open")
        self.title_bar.add_action(self._bots)
        self.column.addWidget(self._head())
        self.column.addWidget(Line())
        self.column.addSpacing(Space.S)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self._empty, 1)
        desk.channels.total_changed.connect(self._count)
        for signal in (desk.channels.modelReset, desk.channels.rowsInserted, desk.channels.rowsRemoved):
            signal.connect(self._fill)
        commands.bind(self._pick, PICK)
        commands.bind(self._bots, "bots.talks")
        commands.watch(PICK, self._explain)
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        self._caption.setText(tr("channels.waiting"))
        self._pick.set_text(tr("channels.pick"))
        self.list.setAccessibleName(tr("channels.list"))
        self._filter.describe(tr("channels.filter"))
        self._count(self._desk.channels.total)
        self._fill()

    def focus_first(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _head(self) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(Space.L - 4, Space.S, Space.L - 4, Space.M)
        column.setSpacing(2)
        row = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._total)
        words.addWidget(self._caption)
        row.addLayout(words, 1)
        row.addWidget(self._pick, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(row)
        column.addWidget(self._reason)
        return head

    def _count(self, total: int) -> None:
        self._total.setText(number(total))
        self._total.setAccessibleName(tr("channels.total_spoken", n=total))

    def _explain(self, _action: Action, why: Why | None) -> None:
        beside = "" if why is None or why.key == "refused.queue_empty" else str(why)
        self._reason.setText(beside)
        self._reason.setVisible(bool(beside))

    def _fill(self) -> None:
        filled, why = self._desk.channels.rowCount() > 0, "hidden" if self._desk.channels.narrowed else "empty"
        self._empty.set_texts(tr(f"channels.{why}"), tr(f"channels.{why}_why"))
        self.list.setVisible(filled)
        self._empty.setVisible(not filled)

    def _open_filter(self) -> None:
        """The kinds that are served, and those that nobody can serve (S3.17)."""
        channels = self._desk.channels
        self._filter.setChecked(channels.narrowed)
        menu = Menu(parent=self)
        menu.aboutToHide.connect(menu.deleteLater)
        for kind in channels.kinds():
            entry = menu.addAction(kind.name)
            entry.setCheckable(True)
            entry.setChecked(kind.shown)
            entry.toggled.connect(partial(self._show_kind, kind.kind))
        menu.addSeparator()
        for name in NOT_SUPPORTED:
            entry = menu.addAction(tr("channels.not_supported", name=name))
            entry.setEnabled(False)
            entry.setToolTip(tr("channels.not_supported_why", name=name))
        menu.popup(self._filter.mapToGlobal(self._filter.rect().bottomLeft()))

    def _show_kind(self, kind: str, shown: bool) -> None:
        self._desk.channels.show_kind(kind, shown)
        self._filter.setChecked(self._desk.channels.narrowed)

    def _clicked(self, index: QModelIndex) -> None:
        row = self._desk.channels.row(index.row())
        if row is None:
            return
        if row.account_id is None:
            self._desk.channels.toggle(row.key)
        elif row.account_id == self._desk.waiting.account_id:
            self._desk.waiting.unwatch()
            self.list.select_row(-1)
        else:
            self._desk.waiting.watch(row.account_id)


def _painted(index: Index) -> channel_row.ChannelRow | None:
    row: ChannelRow | None = index.data(ROW_ROLE)
    if row is None:
        return None
    if row.account_id is None:
        return channel_row.ChannelRow(row.name, section=True)
    return channel_row.ChannelRow(
        name=row.name,
        icon="triangle-alert" if row.fault else channel_icon(row.kind),
        waiting=row.waiting,
        longest=row.wait.words,
        longest_colour=row.wait.tone,
    )
