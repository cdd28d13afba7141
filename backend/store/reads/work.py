"""Reads of cases and tickets."""

from collections.abc import Collection

from sqlalchemy import func, select

from backend.store.link import Link
from backend.store.tables.work import cases, tickets
from omnix_protocol.ids import InteractionId
from omnix_protocol.work import Case, CaseStatus, Ticket


class WorkReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def cases_of(self, interaction_id: InteractionId) -> list[Case]:
        statement = self._link.select(Case).where(cases.c.interaction_id == interaction_id)
        return await self._link.entities(Case, statement.order_by(cases.c.at, cases.c.id))

    async def tickets_of(self, interaction_id: InteractionId) -> list[Ticket]:
        statement = self._link.select(Ticket).where(tickets.c.interaction_id == interaction_id)
        return await self._link.entities(Ticket, statement.order_by(tickets.c.at, tickets.c.id))

    async def open_cases(self, interaction_ids: Collection[InteractionId]) -> dict[str, int]:
        """How many cases of each interaction are not closed."""
        c = cases.c
        statement = (
            select(c.interaction_id, func.count())
            .where(
                c.tenant_id == self._link.tenant_id,
                c.interaction_id.in_(sorted(interaction_ids)),
                c.status != CaseStatus.CLOSE.value,
            )
            .group_by(c.interaction_id)
        )
        return {row[0]: row[1] for row in await self._link.rows(statement)}
