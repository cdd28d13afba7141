"""One ticket with all of it, to be read (S0.53)."""

from PySide6.QtWidgets import QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.story import work_line
from omnix_desktop.ui.dialogs.journey_detail import WorkCard
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_protocol.work import Ticket


class TicketDetailDialog(Dialog):
    """Subject, category, group, priority, documents, remark."""

    def __init__(self, ticket: Ticket, parent: QWidget) -> None:
        super().__init__(tr("ticket.one"), primary=tr("shell.close"), cancel="", width=520, parent=parent)
        self.setObjectName("ticket_detail")
        self.cancel_button.hide()
        self.body.addWidget(WorkCard(work_line(ticket)))
        self.body.addStretch(1)
