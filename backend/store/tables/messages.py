"""Messages, what visitors see of them, memos and drafts."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, String, text

from backend.store.tables.base import Instant, Key, entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.messages import Draft, Memo, Message, PublicMessage

messages = entity_table(
    "messages",
    Column("conversation_id", Key, nullable=False),
    Column("interaction_id", Key, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("direction", String, nullable=False),
    Column("author_id", Key),
    Column("provider_id", Key),
    Column("state", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("call_state", String),  # of a telephone call; empty for everything else
    Index("uq_messages_position", "tenant_id", "conversation_id", "position", unique=True),
    Index("ix_messages_provider", "tenant_id", "provider_id"),
    Index("ix_messages_interaction", "tenant_id", "interaction_id", "position"),
    Index("ix_messages_at", "tenant_id", "at"),
)

_calls = text("call_state IS NOT NULL")
_m = messages.c
Index("ix_messages_calls", _m.tenant_id, _m.at, _m.id, postgresql_where=_calls, sqlite_where=_calls)

public_messages = entity_table("public_messages")

memos = entity_table(
    "memos",
    Column("conversation_id", Key, nullable=False),
    Column("interaction_id", Key, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("author_id", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Index("uq_memos_position", "tenant_id", "conversation_id", "position", unique=True),
    Index("ix_memos_interaction", "tenant_id", "interaction_id", "position"),
)

drafts = entity_table("drafts", Column("conversation_id", Key, nullable=False))


def _message(entity: Message) -> dict[str, Any]:
    return {
        "conversation_id": entity.conversation_id,
        "interaction_id": entity.interaction_id,
        "position": entity.position,
        "direction": entity.direction.value,
        "author_id": entity.author_id,
        "provider_id": entity.provider_id or None,
        "state": entity.state.value,
        "at": entity.at,
        "call_state": entity.content.call.state.value if entity.content and entity.content.call else None,
    }


def _memo(entity: Memo) -> dict[str, Any]:
    return {
        "conversation_id": entity.conversation_id,
        "interaction_id": entity.interaction_id,
        "position": entity.position,
        "author_id": entity.author_id,
        "at": entity.at,
    }


def _draft(entity: Draft) -> dict[str, Any]:
    return {"conversation_id": entity.conversation_id}


maps(Message, messages, _message)
maps(PublicMessage, public_messages)
maps(Memo, memos, _memo)
maps(Draft, drafts, _draft)
