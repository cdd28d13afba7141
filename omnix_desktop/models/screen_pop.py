"""Who calls comes up on the screen; where nobody knows their name yet, with the form to write it down (F36)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QObject

from omnix_desktop.models.customer import CustomerCard
from omnix_desktop.models.customer_fields import is_named, is_phone, phone
from omnix_desktop.models.forms import Forms
from omnix_protocol.ids import CustomerId

PATIENCE: Final = timedelta(seconds=3)
"""A form that came later would open under the hands of whoever has gone on."""


class ScreenPop(QObject):
    """Waits for the customer who was asked for; the profile comes from the server a moment after it is opened."""

    def __init__(
        self, card: CustomerCard, forms: Forms, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._card, self._forms, self._now = card, forms, now
        self._awaited: tuple[CustomerId, str, datetime] | None = None
        for signal in (card.opened, card.changed):
            signal.connect(self._meet)

    def expect(self, customer_id: CustomerId, number: str) -> bool:
        """Who is being opened, and the number that they call from. Returns whether the form stands there already."""
        self._awaited = (customer_id, number, self._now())
        return self._meet()

    def _meet(self) -> bool:
        if self._awaited is None:
            return False
        customer_id, number, since = self._awaited
        if self._now() - since > PATIENCE:
            self._awaited = None
            return False
        customer = self._card.customer
        if customer is None or customer.id != customer_id:
            return False
        self._awaited = None
        return not is_named(customer.name, number) and self._begin(number)

    def _begin(self, number: str) -> bool:
        edit = self._forms.edit()
        if edit is None or edit.open:
            return False
        edit.open = True
        if is_phone(number) and phone(number) not in edit.mine.phones:
            edit.type_in(phones=(*edit.mine.phones, phone(number)))
            edit.replaced.emit()
        self._card.changed.emit()
        return True
