"""To which address the transcript of the opened interaction is mailed (F28)."""

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from omnix_desktop.actions.place import Place
from omnix_desktop.actions.transcripts import known_address, mail_transcript_to
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import Field, TextLine
from omnix_protocol.conversations import Interaction
from omnix_protocol.rules import is_mail_address


class MailTranscriptDialog(Dialog):
    """It stays about the interaction that was open when it was opened."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        self._it: Interaction | None = place.desk.conversation.interaction
        name = (self._it.customer_name if self._it else "") or tr("customer.no_name")
        super().__init__(
            tr("transcript.title", customer=name),
            primary=tr("transcript.submit"),
            cancel=tr("shell.cancel"),
            sentence=tr("transcript.sentence"),
            width=440,
            parent=parent,
        )
        self.setObjectName("mail_transcript_dialog")
        self._place = place
        self._tasks = tasks or Tasks("mail transcript")
        self._address = TextLine()
        self._address.setObjectName("transcript_address")
        self._address.set_text(known_address(place))
        self._field = Field(tr("transcript.to"), self._address, required=True)
        self.body.addWidget(self._field)
        self.body.addStretch(1)
        self._address.submitted.connect(self.submit)
        self._address.edit.setFocus()
        self._address.edit.selectAll()

    def submit(self) -> None:
        address = self._address.text().strip()
        self.set_problem("")
        self._field.set_error("" if is_mail_address(address) else tr("transcript.address_wrong"))
        if self._it is None or not is_mail_address(address) or not self.primary_button.isEnabled():
            self._address.edit.setFocus()
            return
        self.primary_button.setEnabled(False)
        self._tasks.start(self._mail(self._it, address), "mail transcript")

    async def _mail(self, it: Interaction, address: str) -> None:
        refused = await mail_transcript_to(self._place, it, address)
        if not isValid(self):
            return  # closed meanwhile
        self.primary_button.setEnabled(True)
        if refused is None:
            self.accept()
        elif refused.code == "invalid_field":
            self._field.set_error(tr("transcript.address_wrong"))
            self._address.edit.setFocus()
        else:
            self.set_problem(sentence(refused))
