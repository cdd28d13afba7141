"""What the server does not have yet, and what can be done about each (promise 8)."""

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from omnix_desktop.actions.messages import back_to_draft
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.status import UnsentRow
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.structure import Card, EmptyState
from omnix_protocol.ids import CommandId

_TONES = {"queued": "neutral", "held": "soon", "refused": "bad"}


class UnsentDialog(Dialog):
    """One card per command; it closes itself into an empty state when all is sent."""

    def __init__(self, place: Place, parent: QWidget) -> None:
        super().__init__(
            tr("unsent.title"),
            primary=tr("shell.close"),
            cancel="",
            sentence=tr("unsent.sentence"),
            width=560,
            parent=parent,
        )
        self.setObjectName("unsent_dialog")
        self.cancel_button.hide()
        self._place = place
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(Space.S)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(280)
        area.setWidget(self._inside)
        self.body.addWidget(area)
        place.desk.status.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        rows = self._place.desk.status.unsent()
        for row in rows:
            self._rows.addWidget(self._card(row))
        if not rows:
            self._rows.addWidget(EmptyState("check", tr("unsent.empty")))
        self._rows.addStretch(1)

    def _card(self, row: UnsentRow) -> QWidget:
        card = Card()
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(Label(row.what, "body_strong"))
        head.addWidget(Badge(tr(f"delivery.{row.state}"), _TONES.get(row.state, "neutral")))
        head.addStretch(1)
        head.addWidget(Label(row.at, "caption", "muted", tabular=True))
        card.column.addLayout(head)
        if row.text:
            card.column.addWidget(ElidedLabel(row.text, "body", "muted"))
        if row.reason:
            card.column.addWidget(Label(row.reason, "small", "bad", wrap=True))
        if row.state in ("held", "refused"):
            card.column.addLayout(self._choices(row))
        card.setAccessibleName(f"{row.what}, {tr(f'delivery.{row.state}')}, {row.text}, {row.reason}")
        return card

    def _choices(self, row: UnsentRow) -> QHBoxLayout:
        unsent, command_id = self._place.ports.unsent, CommandId(row.key)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        again = Button(tr("entries.action_send_anyway"), "plain", small=True)
        again.clicked.connect(lambda: unsent.send_anyway([command_id]))
        line.addWidget(again)
        if row.conversation_id:
            edit = Button(tr("entries.action_edit"), "quiet", small=True)
            edit.clicked.connect(lambda: back_to_draft(self._place, command_id))
            line.addWidget(edit)
        discard = Button(tr("entries.action_discard"), "danger", small=True)
        discard.clicked.connect(lambda: unsent.discard(command_id))
        line.addWidget(discard)
        line.addStretch(1)
        return line
