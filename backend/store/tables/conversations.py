"""Conversations and interactions."""

from typing import Any

from sqlalchemy import Boolean, Column, Index, SmallInteger, String, text

from backend.store.tables.base import Instant, Key, entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.conversations import HELD, Conversation, Interaction, Status

conversations = entity_table(
    "conversations",
    Column("channel_account_id", Key, nullable=False),
    Column("identity_id", Key, nullable=False),
    Column("thread_key", String, nullable=False),
    Column("customer_id", Key, nullable=False),
    Index("uq_conversations_thread", "tenant_id", "channel_account_id", "identity_id", "thread_key", unique=True),
    Index("ix_conversations_customer", "tenant_id", "customer_id"),
)

interactions = entity_table(
    "interactions",
    Column("conversation_id", Key, nullable=False),
    Column("customer_id", Key, nullable=False),
    Column("channel_account_id", Key, nullable=False),
    Column("queue_id", Key, nullable=False),
    Column("status", String, nullable=False),
    Column("owner_id", Key),
    Column("holder_id", Key),  # the owner while it counts against the limit
    Column("reserved_for", Key),
    Column("created_at", Instant, nullable=False),
    Column("waiting_at", Instant),  # since when it waits in the queue; empty when it does not
    Column("in_window", SmallInteger, nullable=False, server_default=text("0")),  # the queue's scope holds it
    Column("picked_up_at", Instant),
    Column("first_reply_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", Key),
    Column("abandoned", Boolean, nullable=False),
    Index("ix_interactions_conversation", "tenant_id", "conversation_id", "created_at"),
    Index("ix_interactions_customer", "tenant_id", "customer_id", "created_at", "id"),
    Index("ix_interactions_created", "tenant_id", "created_at"),
    Index("ix_interactions_ended", "tenant_id", "ended_at"),
    Index("ix_interactions_owner_ended", "tenant_id", "owner_id", "ended_at"),
)


def _partial(name: str, *columns: str, where: str) -> None:
    # Small indexes over what is alive: their size does not grow with the years.
    condition = text(where)
    keys = [interactions.c[column] for column in columns]
    Index(name, *keys, postgresql_where=condition, sqlite_where=condition)


_partial("ix_interactions_waiting", "tenant_id", "queue_id", "waiting_at", "id", where="waiting_at IS NOT NULL")
_partial(
    "ix_interactions_window",
    "tenant_id",
    "queue_id",
    "in_window",
    "waiting_at",
    "id",
    where="waiting_at IS NOT NULL",
)
_partial(
    "ix_interactions_reserved",
    "tenant_id",
    "queue_id",
    "reserved_for",
    "waiting_at",
    "id",
    where="waiting_at IS NOT NULL AND reserved_for IS NOT NULL",
)
# the literal stands in the statement too, so that the index serves it
_partial("ix_interactions_bot", "tenant_id", "created_at", "id", where="status = 'bot'")
_partial("ix_interactions_holder", "tenant_id", "holder_id", "picked_up_at", where="holder_id IS NOT NULL")


def _conversation(entity: Conversation) -> dict[str, Any]:
    return {
        "channel_account_id": entity.channel_account_id,
        "identity_id": entity.identity_id,
        "thread_key": entity.thread_key,
        "customer_id": entity.customer_id,
    }


def _interaction(entity: Interaction) -> dict[str, Any]:
    return {
        "conversation_id": entity.conversation_id,
        "customer_id": entity.customer_id,
        "channel_account_id": entity.channel_account_id,
        "queue_id": entity.queue_id,
        "status": entity.status.value,
        "owner_id": entity.owner_id,
        "holder_id": entity.owner_id if entity.status in HELD else None,
        "reserved_for": entity.reserved_for,
        "created_at": entity.created_at,
        "waiting_at": entity.queued_at if entity.status is Status.QUEUED else None,
        "picked_up_at": entity.picked_up_at,
        "first_reply_at": entity.first_reply_at,
        "ended_at": entity.ended_at,
        "ended_by": entity.ended_by,
        "abandoned": entity.abandoned,
    }


maps(Conversation, conversations, _conversation)
maps(Interaction, interactions, _interaction)
