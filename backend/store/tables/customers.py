"""Customers, their identities, and the terms by which they are found."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index

from backend.store.tables.base import Key, entity_table, tenant_table
from backend.store.tables.mapping import Side, maps
from backend.store.terms import customer_terms, identity_terms
from omnix_protocol.customers import Customer, Identity

customers = entity_table(
    "customers",
    Column("number", BigInteger, nullable=False),
    Index("uq_customers_number", "tenant_id", "number", unique=True),
)

identities = entity_table(
    "identities",
    Column("customer_id", Key, nullable=False),
    Column("channel_kind", Key, nullable=False),
    Column("account", Key, nullable=False),  # empty where the address means the same to every account
    Column("address", Key, nullable=False),
    Index("uq_identities_address", "tenant_id", "channel_kind", "account", "address", unique=True),
    Index("ix_identities_customer", "tenant_id", "customer_id"),
)

search_terms = tenant_table(
    "search_terms",
    Column("type", Key, primary_key=True),
    Column("entity_id", Key, primary_key=True),
    Column("term", Key, primary_key=True),
    Column("customer_id", Key, nullable=False),
    Index("ix_search_terms_term", "tenant_id", "term", "customer_id"),
)


def _customer(entity: Customer) -> dict[str, Any]:
    return {"number": entity.number}


def _identity(entity: Identity) -> dict[str, Any]:
    return {
        "customer_id": entity.customer_id,
        "channel_kind": entity.channel_kind,
        "account": entity.channel_account_id or "",
        "address": entity.address,
    }


def _customer_terms(entity: Customer) -> list[dict[str, Any]]:
    return [{"term": term, "customer_id": entity.id} for term in sorted(customer_terms(entity))]


def _identity_terms(entity: Identity) -> list[dict[str, Any]]:
    return [{"term": term, "customer_id": entity.customer_id} for term in sorted(identity_terms(entity))]


def _owner(entity: Customer | Identity) -> dict[str, Any]:
    return {"type": type(entity).__name__, "entity_id": entity.id}


maps(Customer, customers, _customer, Side(search_terms, _owner, _customer_terms))
maps(Identity, identities, _identity, Side(search_terms, _owner, _identity_terms))
