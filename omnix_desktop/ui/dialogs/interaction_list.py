"""Interactions that the server names, in a dialog: what one list of them is about says each that is made of it."""

from collections.abc import Iterable

import msgspec
from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import format_time, tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.entry_words import last_line
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.models.why import sentence
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate, InboxRow, Pill
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.conversations import Interaction
from omnix_protocol.errors import Refused

WIDTH = 560
ROWS_SHOWN = 6


class Listed(msgspec.Struct, frozen=True):
    """An interaction as the list says it."""

    key: str
    interaction: Interaction


class InteractionListDialog(Dialog):
    """Loading, rows, none, or why not."""

    def __init__(
        self, place: Place, parent: QWidget, title: str, empty: EmptyState, *, primary: str, cancel: str, sentence: str
    ) -> None:
        super().__init__(title, primary=primary, cancel=cancel, sentence=sentence, width=WIDTH, parent=parent)
        self._place = place
        self._progress = ProgressLine()
        self.rows: PagedList[Listed] = PagedList(self._spoken, self)
        self.list = RowList(InboxDelegate(self._painted), InboxDelegate.HEIGHT, title)
        self.list.setModel(self.rows)
        self._empty = empty
        self.body.addWidget(self._progress)
        for part in (self.list, empty):
            part.setMinimumHeight(InboxDelegate.HEIGHT * ROWS_SHOWN)
            self.body.addWidget(part)
        empty.hide()

    def pills(self, it: Interaction) -> Iterable[Pill]:
        """What stands beside its preview, before its channel."""
        raise NotImplementedError

    def show_refusal(self, refused: Refused) -> None:
        """What was there stays."""
        self._progress.hide()
        self.set_problem(sentence(refused))

    def show_rows(self, interactions: Iterable[Interaction]) -> None:
        self._progress.hide()
        self.problem.hide()
        self.rows.show(Listed(it.id, it) for it in interactions)
        self.list.setVisible(self.rows.rowCount() > 0)
        self._empty.setVisible(self.rows.rowCount() == 0)

    def _spoken(self, row: Listed) -> str:
        it = row.interaction
        name = it.customer_name or tr("customer.no_name")
        return ", ".join(filter(None, (name, self._account(it), last_line(it))))

    def _account(self, it: Interaction) -> str:
        return self._place.desk.catalogue.account_name(it.channel_account_id) or it.channel_kind

    def _painted(self, index: Index) -> InboxRow | None:
        row: Listed | None = index.data(ROW_ROLE)
        if row is None:
            return None
        it = row.interaction
        return InboxRow(
            name=it.customer_name or tr("customer.no_name"),
            preview=last_line(it),
            time=format_time(it.last_at),
            pills=(*self.pills(it), Pill(self._account(it))),
            channel_icon=channel_icon(it.channel_kind),
            seed=it.customer_id,
        )
