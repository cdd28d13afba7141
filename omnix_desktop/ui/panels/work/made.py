"""What was already written for this interaction, and what the server did not take (S0.42, promise 8)."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.actions.work import resume_refused
from omnix_desktop.i18n import tr
from omnix_desktop.models.work_form import CaseForm, Made, TicketForm
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.structure import Card, SectionHeader
from omnix_protocol.ids import CommandId


class MadeList(QWidget):
    """A card for each, newest first; nothing while there are none."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__()
        self.setObjectName(f"{name}_made")
        self._place = place
        self._shown: tuple[Made, ...] | None = None
        self._head = SectionHeader("")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self._head)
        column.addLayout(self._rows)

    def set_title(self, words: str) -> None:
        self._head.set_text(words)
        self._shown = None

    def tell(self, form: CaseForm | TicketForm) -> None:
        if form.made == self._shown:
            return
        self._shown = form.made
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for one in form.made:
            self._rows.addWidget(self._card(form, one))
        self._head.set_count(len(form.made))
        self.setVisible(bool(form.made))

    def _card(self, form: CaseForm | TicketForm, one: Made) -> QWidget:
        card = Card()
        card.column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(ElidedLabel(one.title, "body_strong"), 1)
        head.addWidget(Badge(one.pill, one.tone))
        card.column.addLayout(head)
        card.column.addWidget(ElidedLabel(one.detail, "small", "muted"))
        if one.reason:
            card.column.addWidget(Label(one.reason, "small", "bad", wrap=True))
        if one.command_id:
            card.column.addLayout(self._choices(form, CommandId(one.command_id)))
        card.setAccessibleName(", ".join(part for part in (one.title, one.pill, one.detail, one.reason) if part))
        return card

    def _choices(self, form: CaseForm | TicketForm, command_id: CommandId) -> QHBoxLayout:
        correct = Button(tr("work.correct"), "plain", small=True)
        correct.setObjectName("made_correct")
        correct.clicked.connect(lambda: resume_refused(self._place, form, command_id))
        discard = Button(tr("entries.action_discard"), "danger", small=True)
        discard.setObjectName("made_discard")
        discard.clicked.connect(lambda: self._place.ports.unsent.discard(command_id))
        row = QHBoxLayout()
        row.addWidget(correct)
        row.addWidget(discard)
        row.addStretch(1)
        return row
