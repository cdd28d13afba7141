"""For whom the form is: one line for a case, the customer's block for a ticket (S0.62)."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.customer_fields import shown_phone
from omnix_desktop.models.work_form import CaseForm, TicketForm
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Avatar
from omnix_desktop.ui.widgets.labels import ElidedLabel
from omnix_desktop.ui.widgets.structure import Card, KeyValueRow
from omnix_protocol.customers import Customer

_FACTS = (("phones", "phone"), ("emails", "mail"), ("address", "map-pin"))


class Whose(Card):
    """Name and number; with `block` the ways to reach them too."""

    def __init__(self, name: str, *, block: bool) -> None:
        super().__init__("thread")
        self.setObjectName(f"{name}_whose")
        self._avatar = Avatar("", size=32)
        self._name = ElidedLabel("", "body_strong")
        self._name.setObjectName(f"{name}_customer")
        self._what = ElidedLabel("", "small", "muted")
        self._facts = {fact: KeyValueRow("", icon=icon) for fact, icon in _FACTS} if block else {}
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._what)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        self.column.setSpacing(2)
        self.column.addLayout(row)
        for fact in self._facts.values():
            self.column.addWidget(fact)

    def tell(self, form: CaseForm | TicketForm) -> None:
        it, customer = form.interaction, form.customer
        name = (customer.name if customer else it.customer_name if it else "") or tr("customer.no_name")
        icon = channel_icon(it.channel_kind) if it else ""
        self._avatar.set_person(name, form.opened.customer_id, icon)
        self._name.setText(name)
        parts = [tr("customer.number", number=str(customer.number))] if customer else []
        parts += [tr("journey.session", number=str(it.number))] if it else []
        self._what.setText(" · ".join(parts))
        for fact, row in self._facts.items():
            row.set_caption(tr(f"customer.{fact}"), tr("customer.not_set"))
            row.set_value(_value(customer, fact) if customer else "")
        self.setAccessibleName(f"{name}, {' · '.join(parts)}")


def _value(customer: Customer, fact: str) -> str:
    if fact == "phones":
        return ", ".join(shown_phone(one) for one in customer.phones)
    return ", ".join(customer.emails) if fact == "emails" else customer.address
