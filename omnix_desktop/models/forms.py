"""All forms of one signed-in life, made when first asked for and kept while something stands in them."""

from PySide6.QtCore import QObject, Signal

from omnix_desktop.models.customer import CustomerCard
from omnix_desktop.models.customer_edit import CustomerEdit, edit_key
from omnix_desktop.models.kept import Kept
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.source import Source
from omnix_desktop.models.work_form import CaseForm, TicketForm
from omnix_protocol.ids import CustomerId, InteractionId


class Forms(QObject):
    """One case form and one ticket form for an interaction, one edit for a customer."""

    wanted = Signal(str)  # the user asked for the form of what is open: case or ticket

    def __init__(self, source: Source, kept: Kept, card: CustomerCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._kept, self._card = source, kept, card
        self._cases: dict[InteractionId, CaseForm] = {}
        self._tickets: dict[InteractionId, TicketForm] = {}
        self._edits: dict[CustomerId, CustomerEdit] = {}
        self._left = kept.begun_forms()
        """Of the last life of the program."""
        for signal in (card.changed, card.opened):
            signal.connect(self._meet)

    def case(self, opened: Opened) -> CaseForm:
        if opened.interaction_id not in self._cases:
            self._cases[opened.interaction_id] = CaseForm(self._source, self._kept, opened, self)
        return self._cases[opened.interaction_id]

    def ticket(self, opened: Opened) -> TicketForm:
        if opened.interaction_id not in self._tickets:
            self._tickets[opened.interaction_id] = TicketForm(self._source, self._kept, opened, self)
        return self._tickets[opened.interaction_id]

    def let_go(self, form: CaseForm | TicketForm) -> None:
        """Nobody shows it and nothing stands in it."""
        if form.begun:
            return
        known = self._cases if isinstance(form, CaseForm) else self._tickets
        if known.pop(form.opened.interaction_id, None) is not None:
            form.deleteLater()

    def begun_edit(self) -> CustomerEdit | None:
        """Of the customer on the screen, where one was opened or was left by the last life of the program."""
        customer_id = self._card.customer_id
        if customer_id is None or (customer_id not in self._edits and edit_key(customer_id) not in self._left):
            return None
        return self.edit()

    def edit(self) -> CustomerEdit | None:
        """Of the customer on the screen; None while that one is not here."""
        customer = self._card.customer
        if customer is None:
            return None
        key = CustomerId(customer.id)
        if key not in self._edits:
            made = self._edits[key] = CustomerEdit(self._kept, customer, self._card.base_version, self)
            if made.begun:
                made.meet(customer, self._card.base_version)
        return self._edits[key]

    def flush(self) -> None:
        """Write down what is filled in: before the program ends."""
        for known in (self._cases, self._tickets, self._edits):
            for form in known.values():
                form.flush()

    def _meet(self) -> None:
        customer = self._card.customer
        edit = self._edits.get(CustomerId(customer.id)) if customer else None
        if customer is not None and edit is not None:
            edit.meet(customer, self._card.base_version)
