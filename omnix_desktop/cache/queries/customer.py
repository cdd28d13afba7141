"""The customer panel: profile, identities, cases and tickets, and what is still unsent about them."""

import msgspec

from omnix_desktop.cache.queries.pending import Pending, pending_rows
from omnix_desktop.cache.reading import Reader, entities, one
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import CustomerId
from omnix_protocol.work import Case, Ticket


class CustomerPanel(msgspec.Struct, frozen=True):
    customer: Customer
    identities: tuple[Identity, ...] = ()
    cases: tuple[Case, ...] = ()  # newest first
    tickets: tuple[Ticket, ...] = ()  # newest first
    unsent: tuple[Pending, ...] = ()  # EditCustomer, CreateCase, CreateTicket


def panel(reader: Reader, customer_id: CustomerId, limit: int = 100) -> CustomerPanel | None:
    """None while the customer is not here."""
    customer = one(reader, Customer, customer_id)
    if customer is None:
        return None
    identities = reader.rows(
        "SELECT e.body FROM identities i JOIN entities e ON e.type = 'Identity' AND e.id = i.id"
        " WHERE i.customer_id = ? ORDER BY i.id",
        (customer_id,),
    )
    return CustomerPanel(
        customer=customer,
        identities=entities(Identity, identities),
        cases=entities(Case, _work(reader, "Case", customer_id, limit)),
        tickets=entities(Ticket, _work(reader, "Ticket", customer_id, limit)),
        unsent=unsent(reader, customer_id),
    )


def unsent(reader: Reader, customer_id: CustomerId) -> tuple[Pending, ...]:
    """Edits of the customer, cases and tickets that wait or were refused."""
    return pending_rows(
        reader,
        "type IN ('EditCustomer', 'CreateCase', 'CreateTicket') AND state <> 'accepted' AND (lane = ?"
        " OR lane IN (SELECT i.id FROM interactions i WHERE i.customer_id = ?))",
        (customer_id, customer_id),
    )


def _work(reader: Reader, kind: str, customer_id: CustomerId, limit: int) -> list[tuple[object, ...]]:
    return reader.rows(
        "SELECT e.body FROM work w JOIN entities e ON e.type = w.type AND e.id = w.id"
        " WHERE w.customer_id = ? AND w.type = ? ORDER BY w.at DESC LIMIT ?",
        (customer_id, kind, limit),
    )
