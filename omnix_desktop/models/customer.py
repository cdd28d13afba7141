"""The opened conversation's customer: profile with the unsent edits laid over, and what is wrong with those."""

from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import customer as queries
from omnix_desktop.cache.queries.customer import CustomerPanel
from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.selection import Selection
from omnix_desktop.models.source import Refresh, Source
from omnix_protocol.customers import Customer, EditCustomer
from omnix_protocol.ids import CustomerId

_TYPES = frozenset({"Customer", "Identity", "Case", "Ticket", "outbox"})
EDITABLE = ("name", "phones", "emails", "address", "service_numbers", "nik")


class Reached(msgspec.Struct, frozen=True):
    """One way by which the customer writes to us."""

    kind: str
    channel: str
    address: str
    blocked: bool = False


class CustomerCard(QObject):
    """Follows the selection; `changed` when the profile says something else."""

    changed = Signal()  # the same one
    opened = Signal()  # another customer

    def __init__(
        self, source: Source, catalogue: Catalogue, selection: Selection, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._source, self._catalogue, self._selection = source, catalogue, selection
        self.customer_id: CustomerId | None = None
        self.known: CustomerPanel | None = None
        self.shown_nik = ""
        """Without its mask, where this user asked for it since the customer was opened."""
        self._refresh = Refresh(source.feed, _TYPES, self._read, self)
        selection.settled.connect(self._open)
        self._open()

    @property
    def customer(self) -> Customer | None:
        """As it will be once everything is sent."""
        return laid_over(self.known.customer, self.edits) if self.known else None

    @property
    def edits(self) -> tuple[Pending, ...]:
        """Edits on their way, in order; refused ones are not among them."""
        return tuple(pending for pending in self._unsent() if pending.state is not PendingState.REFUSED)

    @property
    def refused(self) -> Pending | None:
        """The last edit that the server did not take and nobody has looked at."""
        found = [pending for pending in self._unsent() if pending.state is PendingState.REFUSED]
        return found[-1] if found else None

    @property
    def base_version(self) -> int:
        """What an edit made now names: each one on its way counts."""
        return (self.known.customer.version if self.known else 0) + len(self.edits)

    def reached(self) -> tuple[Reached, ...]:
        """Similar channels (S0.35)."""
        identities = self.known.identities if self.known else ()
        return tuple(
            Reached(one.channel_kind, self._channel(one.channel_kind), one.handle or one.address, one.blocked)
            for one in identities
        )

    def show_nik(self, customer_id: CustomerId, nik: str) -> None:
        """The server has noted who looks; an empty one masks it again."""
        if customer_id == self.customer_id:
            self.shown_nik = nik
            self.changed.emit()

    def _channel(self, kind: str) -> str:
        return self._catalogue.channel_name(kind)

    def _unsent(self) -> tuple[Pending, ...]:
        unsent = self.known.unsent if self.known else ()
        return tuple(pending for pending in unsent if isinstance(pending.command, EditCustomer))

    def _open(self) -> None:
        opened = self._selection.opened
        customer_id = opened.customer_id if opened else None
        if customer_id == self.customer_id:
            return
        self.customer_id = customer_id
        self.known, self.shown_nik = self._known(), ""
        self.opened.emit()

    def _known(self) -> CustomerPanel | None:
        return queries.panel(self._source.reader, self.customer_id) if self.customer_id else None

    def _read(self) -> None:
        known = self._known()
        if known != self.known:
            self.known = known
            self.changed.emit()


def edited(command: EditCustomer) -> dict[str, Any]:
    """The fields that the edit names."""
    return {name: value for name in EDITABLE if (value := getattr(command, name)) is not UNSET}


def laid_over(customer: Customer, edits: tuple[Pending, ...]) -> Customer:
    for pending in edits:
        if isinstance(pending.command, EditCustomer):
            customer = replace(customer, **edited(pending.command))
    return customer
