"""The profile: who it is, how to reach them, and what the server does not have yet (S0.35, S0.36)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.actions.calls import call_number, copy_number
from omnix_desktop.actions.customers import discard_refused_edit, resume_refused_edit, toggle_nik
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import number, tr
from omnix_desktop.models.customer_fields import masked, shown_phone, shown_service_number
from omnix_desktop.models.why import sentence
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Avatar
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.number_list import NumberList
from omnix_desktop.ui.widgets.structure import KeyValueRow
from omnix_protocol.customers import Customer

_FACTS = (
    ("emails", "mail", False),
    ("address", "map-pin", False),
    ("service_numbers", "router", True),
    ("channels", "link", False),
)


class ProfileView(QWidget):
    """Facts in rows; an absent one says so."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        place = commands.place
        self._status, self._card = place.desk.status, place.desk.customer
        self._telephone = place.desk.telephone
        self._avatar = Avatar("", size=44)
        self._name = ElidedLabel("", "heading")
        self._name.setObjectName("customer_name")
        self._number = ElidedLabel("", "body", "muted")
        self._number.setObjectName("customer_number")
        self._facts = {name: KeyValueRow("", icon=icon, tabular=tabular) for name, icon, tabular in _FACTS}
        for name, row in self._facts.items():
            row.setObjectName(f"customer_{name}")
        self.phones = NumberList()
        self.phones.setObjectName("customer_phones")
        self.phones.called.connect(lambda number: call_number(place, number))
        self.phones.copied.connect(lambda number: copy_number(place, number))
        self._nik = KeyValueRow("", icon="id-card", tabular=True)
        self._nik.setObjectName("customer_nik")
        self._reveal = IconButton("eye", "", size=28)
        self._reveal.setObjectName("customer_nik_reveal")
        self._reveal.clicked.connect(lambda: commands.start(toggle_nik(place), "nik"))
        self._unsent = Banner("", "soon")
        self._unsent.setObjectName("customer_unsent")
        self._unsent.activated.connect(lambda: resume_refused_edit(place))
        self._discard = Button("", "danger", small=True)
        self._discard.setObjectName("customer_discard_refused")
        self._discard.clicked.connect(lambda: discard_refused_edit(place))
        self._lay_out()
        self._card.changed.connect(self.tell)
        self._card.opened.connect(self.tell)
        self._status.linked.connect(self.tell)
        self._telephone.changed.connect(self.tell)
        self.retranslate()

    def retranslate(self) -> None:
        empty = tr("customer.not_set")
        for name, row in self._facts.items():
            row.set_caption(tr(f"customer.{name}"), empty)
        self.phones.set_words(tr("customer.phones"), empty, tr("telephone.call_named"), tr("telephone.copy"))
        self._nik.set_caption(tr("customer.nik"), empty)
        self._discard.set_text(tr("entries.action_discard"))
        self.tell()

    def tell(self) -> None:
        """Say the profile that is in force."""
        customer = self._card.customer
        if customer is None:
            return
        name = customer.name or tr("customer.name_not_set")
        self._avatar.set_person(customer.name or "?", customer.id)
        self._name.setText(name)
        self._name.set_colour("text" if customer.name else "faint")
        self._number.setText(tr("customer.number", number=number(customer.number).replace(".", "").replace(",", "")))
        values = {
            "emails": "\n".join(customer.emails),
            "address": customer.address,
            "service_numbers": "\n".join(shown_service_number(one) for one in customer.service_numbers),
            "channels": self._channels(),
        }
        numbers = tuple((one, shown_phone(one)) for one in customer.phones)
        self.phones.show_numbers(numbers, calls=self._telephone.calls)
        for fact, value in values.items():
            self._facts[fact].set_value(value)
        self._tell_nik(customer)
        self._tell_unsent()

    def _channels(self) -> str:
        reached = self._card.reached()
        blocked = tr("customer.blocked")
        told = ((one.channel, one.address, blocked if one.blocked else "") for one in reached)
        return "\n".join(" · ".join(part for part in parts if part) for parts in told)

    def _tell_nik(self, customer: Customer) -> None:
        shown, why = bool(self._card.shown_nik), self._status.offline()
        self._nik.set_value(self._card.shown_nik or masked(customer.nik))
        self._reveal.setEnabled(shown or why is None)
        self._nik.setVisible(bool(customer.nik))
        self._reveal.setVisible(bool(customer.nik))
        self._reveal.set_icon("eye-off" if shown else "eye")
        name = tr("customer.nik_hide" if shown else "customer.nik_show")
        self._reveal.describe(name, "", name if shown or why is None else f"{name} · {why}")

    def _tell_unsent(self) -> None:
        refused, edits = self._card.refused, self._card.edits
        if refused is not None and refused.refused is not None:
            words = tr("customer.edit_refused", reason=sentence(refused.refused))
            self._unsent.show_sentence(words, "bad", tr("customer.edit_look"))
        elif edits:
            self._unsent.show_sentence(tr(f"customer.edit_{edits[-1].state.value}"), "soon")
        else:
            self._unsent.show_sentence("")
        self._discard.setVisible(refused is not None)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        column.setSpacing(Space.S)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._number)
        head.addWidget(self._avatar)
        head.addLayout(words, 1)
        column.addLayout(head)
        column.addSpacing(Space.XS)
        column.addWidget(self.phones)
        for row in self._facts.values():
            column.addWidget(row)
        nik = QHBoxLayout()
        nik.addWidget(self._nik, 1)
        nik.addWidget(self._reveal)
        column.addLayout(nik)
        column.addWidget(self._unsent)
        column.addWidget(self._discard, 0, Qt.AlignmentFlag.AlignRight)
