"""The list behind a number of the wallboard, asked from the server when the number is pressed."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import format_time, tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.due import wait_pill
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.models.why import sentence
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate, InboxRow, Pill
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.errors import Refused
from omnix_protocol.reports import BoardList, BoardListAnswer

Start = Callable[[Coroutine[Any, Any, None], str], object]


class Listed(msgspec.Struct, frozen=True):
    """An interaction as the list says it."""

    key: str
    interaction: Interaction


class BoardListDialog(Dialog):
    """Loading, rows, none, or why not."""

    def __init__(self, place: Place, start: Start, title: str, query: BoardList, parent: QWidget) -> None:
        super().__init__(title, primary=tr("shell.close"), cancel="", width=560, parent=parent)
        self.setObjectName("board_list_dialog")
        self.cancel_button.hide()
        self._place, self._query = place, query
        self._progress = ProgressLine()
        self.rows: PagedList[Listed] = PagedList(lambda row: row.interaction.customer_name, self)
        self.list = RowList(InboxDelegate(self._painted), InboxDelegate.HEIGHT, title)
        self.list.setObjectName("board_list")
        self.list.setModel(self.rows)
        self.list.setMinimumHeight(InboxDelegate.HEIGHT * 5)
        self._empty = EmptyState("circle-check", tr("wallboard.list_empty"))
        self._empty.setMinimumHeight(InboxDelegate.HEIGHT * 3)
        self._more = Label("", "small", "muted")
        for part in (self._progress, self.list, self._empty, self._more):
            self.body.addWidget(part)
        self._empty.hide()
        self._more.hide()
        start(self._ask(), "board list")

    async def _ask(self) -> None:
        answer = await self._place.ports.ask.ask(self._query, BoardListAnswer)
        if not isValid(self):
            return  # closed meanwhile
        self._progress.hide()
        if isinstance(answer, Refused):
            self.list.hide()
            self.set_problem(sentence(answer))
            return
        self.rows.show(Listed(it.id, it) for it in answer.rows)
        self.list.setVisible(bool(answer.rows))
        self._empty.setVisible(not answer.rows)
        self._more.setText(tr("wallboard.list_more", n=len(answer.rows)))
        self._more.setVisible(answer.more)

    def _painted(self, index: Index) -> InboxRow | None:
        listed: Listed | None = index.data(ROW_ROLE)
        if listed is None:
            return None
        it, desk = listed.interaction, self._place.desk
        pills = [self._pill(it)]
        if it.owner_name:
            pills.append(Pill(it.owner_name))
        pills.append(Pill(desk.catalogue.account_name(it.channel_account_id) or it.channel_kind))
        return InboxRow(
            name=it.customer_name or tr("customer.no_name"),
            preview=it.last_preview,
            time=format_time(it.last_at),
            pills=tuple(pills),
            channel_icon=channel_icon(it.channel_kind),
            seed=it.customer_id,
        )

    def _pill(self, it: Interaction) -> Pill:
        desk = self._place.desk
        if it.status is Status.QUEUED:
            wait = wait_pill(desk.catalogue.rules, it.queued_at, desk.tick.now())
            tone = {"muted": "good"}.get(wait.tone, wait.tone)
            return Pill(tr("inbox.waiting_for", clock=wait.words), tone)
        if it.ended_at is not None:
            words = tr("wallboard.abandoned_row") if it.abandoned else tr("inbox.ended")
            return Pill(words, "soon" if it.abandoned else "neutral")
        return Pill(tr("wallboard.handling_state"), "accent")
