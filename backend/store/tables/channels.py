"""Channels, channel accounts and queues."""

from typing import Any

from sqlalchemy import Column, Index, Integer

from backend.store.tables.base import Instant, Key, entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.channels import Channel, ChannelAccount, Queue

channels = entity_table("channels")
channel_accounts = entity_table("channel_accounts", Column("kind", Key, nullable=False))
queues = entity_table(
    "queues",
    Column("channel_account_id", Key, nullable=False),
    Column("group_id", Key, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("oldest_at", Instant),
    Index("uq_queues_account_group", "tenant_id", "channel_account_id", "group_id", unique=True),
    Index("ix_queues_group", "tenant_id", "group_id"),
)


def _queue(entity: Queue) -> dict[str, Any]:
    return {
        "channel_account_id": entity.channel_account_id,
        "group_id": entity.group_id,
        "waiting": entity.waiting,
        "oldest_at": entity.oldest_at,
    }


maps(Channel, channels)
maps(ChannelAccount, channel_accounts, lambda entity: {"kind": entity.kind})
maps(Queue, queues, _queue)
