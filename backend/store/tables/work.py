"""Cases and tickets."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, String

from backend.store.tables.base import Instant, Key, entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.work import Case, Ticket

cases = entity_table(
    "cases",
    Column("number", BigInteger, nullable=False),
    Column("interaction_id", Key, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("status", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("uq_cases_number", "tenant_id", "number", unique=True),
    Index("ix_cases_interaction", "tenant_id", "interaction_id", "at"),
    Index("ix_cases_customer", "tenant_id", "customer_id", "at"),
)

tickets = entity_table(
    "tickets",
    Column("number", BigInteger, nullable=False),
    Column("interaction_id", Key),
    Column("customer_id", Key, nullable=False),
    Column("owner_group_id", Key, nullable=False),
    Column("status", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("uq_tickets_number", "tenant_id", "number", unique=True),
    Index("ix_tickets_interaction", "tenant_id", "interaction_id", "at"),
    Index("ix_tickets_customer", "tenant_id", "customer_id", "at"),
    Index("ix_tickets_group", "tenant_id", "owner_group_id", "status", "at"),
)


def _case(entity: Case) -> dict[str, Any]:
    return {
        "number": entity.number,
        "interaction_id": entity.interaction_id,
        "customer_id": entity.customer_id,
        "status": entity.status.value,
        "at": entity.at,
    }


def _ticket(entity: Ticket) -> dict[str, Any]:
    return {
        "number": entity.number,
        "interaction_id": entity.interaction_id,
        "customer_id": entity.customer_id,
        "owner_group_id": entity.owner_group_id,
        "status": entity.status.value,
        "priority": entity.priority.value,
        "at": entity.at,
    }


maps(Case, cases, _case)
maps(Ticket, tickets, _ticket)
