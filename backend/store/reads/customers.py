"""Reads of customers and identities; the search for them."""

from sqlalchemy import ColumnElement, select

from backend.store import terms
from backend.store.link import Link
from backend.store.tables.customers import customers, identities, search_terms
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import ChannelAccountId, CustomerId

_LAST = "\U0010ffff"


class CustomerReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def identity(self, kind: str, account_id: ChannelAccountId | None, address: str) -> Identity | None:
        """`account_id` only where the address means something to that account alone."""
        i = identities.c
        statement = self._link.select(Identity).where(
            i.channel_kind == kind, i.account == (account_id or ""), i.address == address
        )
        return await self._link.entity(Identity, statement)

    async def identities_of(self, customer_id: CustomerId) -> list[Identity]:
        where = identities.c.customer_id == customer_id
        statement = self._link.select(Identity).where(where).order_by(identities.c.id)
        return await self._link.entities(Identity, statement)

    async def page(self, after_number: int | None = None, limit: int = 50) -> list[Customer]:
        """All customers, newest first."""
        statement = self._link.select(Customer)
        if after_number is not None:
            statement = statement.where(customers.c.number < after_number)
        return await self._link.entities(Customer, statement.order_by(customers.c.number.desc()).limit(limit))

    async def search(self, keyword: str, limit: int = 50) -> list[Customer]:
        """Customers of whom every word of the keyword begins some term (name, number, phone, mail, address, handle)."""
        wanted = sorted(terms.asked(keyword.lstrip("#")), key=len, reverse=True)
        if not wanted:
            return []
        # ranges, not LIKE: under row-level security only leakproof operators may use the index
        s = search_terms.c
        found = select(s.customer_id).distinct().where(*self._beginning(wanted[0]))
        for term in wanted[1:]:
            also = select(s.customer_id).where(*self._beginning(term))
            found = found.where(s.customer_id.in_(also))
        statement = self._link.select(Customer).where(customers.c.id.in_(found))
        return await self._link.entities(Customer, statement.order_by(customers.c.number.desc()).limit(limit))

    def _beginning(self, term: str) -> tuple[ColumnElement[bool], ...]:
        s = search_terms.c
        return s.tenant_id == self._link.tenant_id, s.term >= term, s.term < term + _LAST
