"""The list behind a number of the wallboard, asked from the server when the number is pressed."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.due import wait_pill
from omnix_desktop.ui.delegates.inbox_row import Pill
from omnix_desktop.ui.dialogs.interaction_list import InteractionListDialog
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.errors import Refused
from omnix_protocol.reports import BoardList, BoardListAnswer

Start = Callable[[Coroutine[Any, Any, None], str], object]


class BoardListDialog(InteractionListDialog):
    """One page, with how many there are more."""

    def __init__(self, place: Place, start: Start, title: str, query: BoardList, parent: QWidget) -> None:
        empty = EmptyState("circle-check", tr("wallboard.list_empty"))
        super().__init__(place, parent, title, empty, primary=tr("shell.close"), cancel="", sentence="")
        self.setObjectName("board_list_dialog")
        self.list.setObjectName("board_list")
        self.cancel_button.hide()
        self._query = query
        self._more = Label("", "small", "muted")
        self._more.hide()
        self.body.addWidget(self._more)
        start(self._ask(), "board list")

    def pills(self, it: Interaction) -> Iterable[Pill]:
        yield self._state(it)
        if it.owner_name:
            yield Pill(it.owner_name)

    async def _ask(self) -> None:
        answer = await self._place.ports.ask.ask(self._query, BoardListAnswer)
        if not isValid(self):
            return  # closed meanwhile
        if isinstance(answer, Refused):
            self.list.hide()
            self.show_refusal(answer)
            return
        self.show_rows(answer.rows)
        self._more.setText(tr("wallboard.list_more", n=len(answer.rows)))
        self._more.setVisible(answer.more)

    def _state(self, it: Interaction) -> Pill:
        desk = self._place.desk
        if it.status is Status.QUEUED:
            wait = wait_pill(desk.catalogue.rules, it.queued_at, desk.tick.now())
            tone = {"muted": "good"}.get(wait.tone, wait.tone)
            return Pill(tr("inbox.waiting_for", clock=wait.words), tone)
        if it.ended_at is not None:
            words = tr("wallboard.abandoned_row") if it.abandoned else tr("inbox.ended")
            return Pill(words, "soon" if it.abandoned else "neutral")
        return Pill(tr("wallboard.handling_state"), "accent")
