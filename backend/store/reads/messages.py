"""Reads of messages, memos and drafts."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import Table, and_, bindparam, or_, select, text

from backend.store.link import Link
from backend.store.prepared import Prepared, Rows
from backend.store.tables.conversations import conversations, interactions
from backend.store.tables.messages import memos, messages
from omnix_protocol.content import CallState
from omnix_protocol.ids import ChannelAccountId, ConversationId, InteractionId, UserId
from omnix_protocol.messages import DeliveryState, Direction, Memo, Message

E = TypeVar("E", Message, Memo)


_BY_PROVIDER_ID = Prepared(
    select(messages.c.body)
    .join_from(messages, conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        messages.c.tenant_id == bindparam("tenant"),
        conversations.c.tenant_id == bindparam("tenant"),
        messages.c.provider_id == bindparam("provider"),
        conversations.c.channel_account_id == bindparam("account"),
    )
    .order_by(messages.c.at.desc())
    .limit(1)
)

_FOUND = (
    select(conversations.c.channel_account_id, messages.c.provider_id, messages.c.body)
    .join_from(messages, conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.tenant_id == bindparam("tenant"), conversations.c.tenant_id == bindparam("tenant"))
    .order_by(messages.c.at)
)
_TOLD = Prepared(
    _FOUND.where(
        messages.c.provider_id.in_(text("SELECT value FROM json_each(:providers)")),
        conversations.c.channel_account_id.in_(text("SELECT value FROM json_each(:accounts)")),
    ),
    _FOUND.where(
        messages.c.provider_id
        == text("ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:providers AS text) AS json))))"),
        conversations.c.channel_account_id
        == text("ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:accounts AS text) AS json))))"),
    ),
)


class MessageReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def by_provider_id(self, account_id: ChannelAccountId, provider_id: str) -> Message | None:
        """Provider ids mean something to one account only; the newest, should a provider use one twice."""
        wanted = {"provider": provider_id, "account": account_id}
        return await self._link.one(Message, _BY_PROVIDER_ID, wanted)

    async def told(
        self, messages: Sequence[tuple[ChannelAccountId, str]]
    ) -> list[tuple[Prepared, dict[str, str], Rows]]:
        """What `by_provider_id` would find for each of these, in one reading: statement, parameters and rows."""
        wanted = {
            "providers": msgspec.json.encode(sorted({provider_id for _, provider_id in messages})).decode(),
            "accounts": msgspec.json.encode(sorted({account_id for account_id, _ in messages})).decode(),
        }
        # the newest comes last and stays
        newest = {(row[0], row[1]): row[2:] for row in await self._link.fetch(_TOLD, wanted)}
        return [
            (_BY_PROVIDER_ID, {"account": key[0], "provider": key[1]}, [newest[key]] if key in newest else [])
            for key in messages
        ]

    async def entries(
        self, conversation_id: ConversationId, before_position: int | None = None, limit: int = 100
    ) -> tuple[list[Message], list[Memo], bool]:
        """The newest messages and memos before a position, both in order, and whether there are older ones."""
        found_messages = await self._newest(Message, messages, conversation_id, before_position, limit + 1)
        found_memos = await self._newest(Memo, memos, conversation_id, before_position, limit + 1)
        positions = [entry.position for entry in found_messages] + [entry.position for entry in found_memos]
        positions.sort(reverse=True)
        more = len(positions) > limit
        lowest = positions[limit - 1] if more else 0
        return (
            [entry for entry in reversed(found_messages) if entry.position >= lowest],
            [entry for entry in reversed(found_memos) if entry.position >= lowest],
            more,
        )

    async def _newest(
        self, kind: type[E], table: Table, conversation_id: ConversationId, before: int | None, limit: int
    ) -> list[E]:
        statement = self._link.select(kind).where(table.c.conversation_id == conversation_id)
        if before is not None:
            statement = statement.where(table.c.position < before)
        return await self._link.entities(kind, statement.order_by(table.c.position.desc()).limit(limit))

    async def last_outbound_after(
        self, conversation_id: ConversationId, position: int, not_by: UserId
    ) -> Message | None:
        """The newest reply by somebody else after what this agent has seen."""
        m = messages.c
        statement = self._link.select(Message).where(
            m.conversation_id == conversation_id,
            m.position > position,
            m.direction == Direction.OUT.value,
            m.author_id.is_not(None),
            m.author_id != not_by,
        )
        return await self._link.entity(Message, statement.order_by(m.position.desc()).limit(1))

    async def newest_inbound(self, conversation_id: ConversationId) -> Message | None:
        m = messages.c
        statement = self._link.select(Message).where(
            m.conversation_id == conversation_id, m.direction == Direction.IN.value
        )
        return await self._link.entity(Message, statement.order_by(m.position.desc()).limit(1))

    async def outbound_until(
        self, conversation_id: ConversationId, until: datetime, states: Sequence[DeliveryState], limit: int = 200
    ) -> list[Message]:
        """Ours up to a moment that are in one of these states, the newest of them, by id: the order of locks."""
        m = messages.c
        statement = self._link.select(Message).where(
            m.conversation_id == conversation_id,
            m.direction == Direction.OUT.value,
            m.state.in_([state.value for state in states]),
            m.at <= until,
        )
        found = await self._link.entities(Message, statement.order_by(m.position.desc()).limit(limit))
        return sorted(found, key=lambda message: message.id)

    async def calls(
        self,
        states: Sequence[CallState],
        accounts: Sequence[ChannelAccountId] | None,
        owner_id: UserId | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Message]:
        """Telephone calls, newest first: in these states (none: in any), of these accounts, this owner (None: all)."""
        m, c = messages.c, conversations.c
        statement = self._link.select(Message).where(m.call_state.is_not(None))
        if states:
            statement = statement.where(m.call_state.in_([state.value for state in states]))
        if accounts is not None:
            statement = statement.join(conversations, c.id == m.conversation_id).where(
                c.tenant_id == self._link.tenant_id, c.channel_account_id.in_(accounts)
            )
        if owner_id is not None:
            statement = statement.join(interactions, interactions.c.id == m.interaction_id).where(
                interactions.c.tenant_id == self._link.tenant_id, interactions.c.owner_id == owner_id
            )
        if before is not None:
            at, last_id = before
            statement = statement.where(or_(m.at < at, and_(m.at == at, m.id < last_id)))
        return await self._link.entities(Message, statement.order_by(m.at.desc(), m.id.desc()).limit(limit))

    async def inbound_after(self, conversation_id: ConversationId, position: int) -> int:
        """How many of the customer's messages came after a position; counts to 1,000 at most."""
        m = messages.c
        statement = select(m.id).where(
            m.tenant_id == self._link.tenant_id,
            m.conversation_id == conversation_id,
            m.position > position,
            m.direction == Direction.IN.value,
        )
        return len(await self._link.rows(statement.limit(1000)))

    async def of_interaction(
        self, interaction_id: InteractionId, limit: int = 1000
    ) -> tuple[list[Message], list[Memo]]:
        """Messages and memos of an interaction, in order."""
        of = self._link.select(Message).where(messages.c.interaction_id == interaction_id)
        noted = self._link.select(Memo).where(memos.c.interaction_id == interaction_id)
        return (
            await self._link.entities(Message, of.order_by(messages.c.position).limit(limit)),
            await self._link.entities(Memo, noted.order_by(memos.c.position).limit(limit)),
        )
