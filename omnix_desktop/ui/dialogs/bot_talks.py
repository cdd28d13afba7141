"""What bots are answering right now, newest first; one of them is taken over (Handle, S3.4 and S3.9)."""

from collections.abc import Iterable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.bots import take_over, talks_page
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.paged_list import ROW_ROLE
from omnix_desktop.models.selection import Opened
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.delegates.inbox_row import Pill
from omnix_desktop.ui.dialogs.interaction_list import InteractionListDialog, Listed
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.conversations import Interaction
from omnix_protocol.errors import Refused
from omnix_protocol.ids import InteractionId

AGAIN_SECONDS = 5
"""Bots answer quickly: the list is asked for anew while its first page is all that is shown."""


class BotTalksDialog(InteractionListDialog):
    """Handle, or read along."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            place,
            parent,
            tr("bots.title"),
            EmptyState("bot", tr("bots.empty"), tr("bots.empty_why")),
            primary=tr("bots.handle"),
            cancel=tr("shell.close"),
            sentence=tr("bots.sentence"),
        )
        self.setObjectName("bot_talks_dialog")
        self.list.setObjectName("bot_talks")
        self._tasks = tasks or Tasks("bot talks")
        self.list.chosen.connect(lambda _index: self._tell())
        self.list.opened.connect(lambda _index: self.submit())
        self._more = Button(tr("bots.more"), "quiet", icon="chevron-down")
        self._more.setObjectName("bot_talks_more")
        self._more.clicked.connect(lambda: self._ask(self.rows.rows()[-1].interaction))
        self._read_along = Button(tr("bots.read"), "plain", icon="eye")
        self._read_along.setObjectName("bot_talks_read")
        self._read_along.clicked.connect(self._open)
        self.extra.addWidget(self._read_along)
        self.body.addWidget(self._more)
        self._more.hide()
        self._tell()
        again = QTimer(self)
        again.setInterval(AGAIN_SECONDS * 1000)
        again.timeout.connect(self._again)
        again.start()
        self._paged = False
        self._ask(None)

    def pills(self, it: Interaction) -> Iterable[Pill]:  # noqa: ARG002  # all of them are with a bot
        return ()

    def submit(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.accept()
            self._tasks.start(take_over(self._place, InteractionId(chosen.id)), "take over")

    def _open(self) -> None:
        """Read along; the bot goes on."""
        chosen = self._chosen()
        if chosen is not None:
            self.reject()
            opened = Opened(chosen.conversation_id, InteractionId(chosen.id), chosen.customer_id)
            self._place.desk.selection.open(opened)

    def _chosen(self) -> Interaction | None:
        row: Listed | None = self.list.marked().data(ROW_ROLE)
        return row.interaction if row is not None else None

    def _again(self) -> None:
        if not self._paged:
            self._ask(None)

    def _ask(self, last: Interaction | None) -> None:
        self._paged = last is not None
        self._tasks.start(self._read(last), "bot talks")

    async def _read(self, last: Interaction | None) -> None:
        answer = await talks_page(self._place, last)
        if not isValid(self):
            return  # closed meanwhile
        if isinstance(answer, Refused):
            self.show_refusal(answer)
            return
        before = self.rows.rows() if last is not None else ()
        self.show_rows([*(row.interaction for row in before), *answer.rows])
        self._more.setVisible(answer.more)
        self._tell()

    def _tell(self) -> None:
        chosen = self._chosen() is not None
        for button in (self.primary_button, self._read_along):
            button.setEnabled(chosen)
            button.setToolTip("" if chosen else tr("bots.choose_first"))
