"""Reads of conversations and interactions: queues, buckets, journeys."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text

from backend.store.link import Link
from backend.store.tables.conversations import conversations, interactions
from backend.store.tables.journal import members
from omnix_protocol.conversations import OPEN, Conversation, Interaction
from omnix_protocol.ids import (
    ConversationId,
    CustomerId,
    InteractionId,
    QueueId,
    UserId,
)


class ConversationReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def of_customer(self, customer_id: CustomerId) -> list[Conversation]:
        where = conversations.c.customer_id == customer_id
        return await self._link.entities(Conversation, self._link.select(Conversation).where(where))

    # queues

    async def next_waiting(
        self, queue_ids: Collection[QueueId], user_id: UserId, reserved_since: datetime
    ) -> Interaction | None:
        """The next of these queues for this agent, locked: what is reserved for them, then the longest waiting one.

        What was reserved for others after `reserved_since` is not theirs to take.
        """
        t = interactions.c
        return await self._first(queue_ids, t.reserved_for == user_id) or await self._first(
            queue_ids, or_(t.reserved_for.is_(None), t.waiting_at < reserved_since)
        )

    async def _first(self, queue_ids: Collection[QueueId], free: ColumnElement[bool]) -> Interaction | None:
        found: list[Interaction] = []
        for queue_id in sorted(queue_ids):
            # one ordered index scan per queue: the cost does not depend on how many wait
            statement = self._waiting(queue_id).where(free).limit(1)
            if not self._link.sqlite and self._link.writable:
                statement = statement.with_for_update(key_share=True, skip_locked=True)
            if (first := await self._link.entity(Interaction, statement)) is not None:
                found.append(first)
        return min(found, key=lambda row: (row.queued_at, row.id), default=None)

    async def with_bots(
        self, queue_ids: Collection[QueueId] | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Interaction]:
        """What bots answer in these lines (None: in all), newest first."""
        t = interactions.c
        statement = self._link.select(Interaction).where(text("status = 'bot'"))
        if queue_ids is not None:
            statement = statement.where(t.queue_id.in_(sorted(queue_ids)))
        if before is not None:
            at, last_id = before
            statement = statement.where(or_(t.created_at < at, and_(t.created_at == at, t.id < last_id)))
        newest = statement.order_by(t.created_at.desc(), t.id.desc()).limit(limit)
        return await self._link.entities(Interaction, newest)

    async def waiting_page(
        self, queue_id: QueueId, after: tuple[datetime, InteractionId] | None = None, limit: int = 100
    ) -> list[Interaction]:
        """Waiting ones, oldest first, after this place in the line."""
        statement = self._waiting(queue_id)
        if after is not None:
            t = interactions.c
            at, interaction_id = after
            statement = statement.where(
                t.waiting_at >= at, or_(t.waiting_at > at, and_(t.waiting_at == at, t.id > interaction_id))
            )
        return await self._link.entities(Interaction, statement.limit(limit))

    async def oldest_waiting(self, queue_id: QueueId, except_id: InteractionId | None = None) -> datetime | None:
        """Since when the longest waiting one waits; `except_id` is the one that is about to leave."""
        t = interactions.c
        statement = select(t.waiting_at).where(
            t.tenant_id == self._link.tenant_id, t.queue_id == queue_id, t.waiting_at.is_not(None)
        )
        if except_id is not None:
            statement = statement.where(t.id != except_id)
        oldest: datetime | None = await self._link.scalar(statement.order_by(t.waiting_at).limit(1))
        return oldest

    async def oldest_outside_window(self, queue_id: QueueId) -> Interaction | None:
        """The next to enter the queue's scope when one leaves it."""
        statement = self._waiting(queue_id).where(interactions.c.in_window == 0).limit(1)
        return await self._link.entity(Interaction, statement)

    async def in_window(self, interaction_id: InteractionId) -> bool:
        """Whether the queue's scope holds it."""
        t = interactions.c
        statement = select(t.in_window).where(t.tenant_id == self._link.tenant_id, t.id == interaction_id)
        return bool(await self._link.scalar(statement))

    def _waiting(self, queue_id: QueueId) -> Select[tuple[bytes]]:
        t = interactions.c
        return (
            self._link.select(Interaction)
            .where(t.queue_id == queue_id, t.waiting_at.is_not(None))
            .order_by(t.waiting_at, t.id)
        )

    # an agent's bucket

    async def held_by(self, user_id: UserId) -> list[Interaction]:
        t = interactions.c
        statement = self._link.select(Interaction).where(t.holder_id == user_id).order_by(t.picked_up_at, t.id)
        return await self._link.entities(Interaction, statement)

    async def reserved_for(self, user_id: UserId) -> list[Interaction]:
        """What waits for this agent before it waits for everybody."""
        t = interactions.c
        statement = self._link.select(Interaction).where(t.reserved_for == user_id, t.waiting_at.is_not(None))
        return await self._link.entities(Interaction, statement.order_by(t.id))

    async def handled(self, conversation_id: ConversationId, user_id: UserId) -> bool:
        """Whether this agent has or had one of the conversation's interactions."""
        t = interactions.c
        statement = select(t.id).where(
            t.tenant_id == self._link.tenant_id, t.conversation_id == conversation_id, t.owner_id == user_id
        )
        return await self._link.scalar(statement.limit(1)) is not None

    async def past_in_scopes(self, before: datetime, limit: int) -> list[Interaction]:
        """What ended before a moment and is still shown to its agent."""
        t, m = interactions.c, members.c
        statement = (
            self._link.select(Interaction)
            .join_from(members, interactions, t.id == m.entity_id)
            .where(
                m.tenant_id == self._link.tenant_id,
                m.scope >= "agent:",
                m.scope < "agent;",
                m.type == Interaction.__name__,
                t.ended_at < before,
            )
        )
        return await self._link.entities(Interaction, statement.order_by(m.scope, t.id).limit(limit))

    # customers

    async def open_of_customer(self, customer_id: CustomerId) -> list[Interaction]:
        t = interactions.c
        alive = [status.value for status in sorted(OPEN)]
        statement = self._link.select(Interaction).where(t.customer_id == customer_id, t.status.in_(alive))
        return await self._link.entities(Interaction, statement.order_by(t.id))

    # journeys

    async def journey(
        self, customer_id: CustomerId, before: datetime | None = None, limit: int = 50
    ) -> list[Interaction]:
        """A customer's interactions, newest first."""
        t = interactions.c
        statement = self._link.select(Interaction).where(t.customer_id == customer_id)
        if before is not None:
            statement = statement.where(t.created_at < before)
        order = t.created_at.desc(), t.id.desc()
        return await self._link.entities(Interaction, statement.order_by(*order).limit(limit))

    async def journey_length(self, customer_id: CustomerId) -> int:
        t = interactions.c
        count = select(func.count()).where(t.tenant_id == self._link.tenant_id, t.customer_id == customer_id)
        return int(await self._link.scalar(count))
