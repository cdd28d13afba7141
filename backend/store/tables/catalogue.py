"""Categories and quick replies."""

from sqlalchemy import Column, Index

from backend.store.tables.base import Key, entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.catalogue import Category, QuickReply

categories = entity_table(
    "categories",
    Column("parent_id", Key),
    Index("ix_categories_parent", "tenant_id", "parent_id"),
)
quick_replies = entity_table("quick_replies", Column("shortcut", Key, nullable=False))

maps(Category, categories, lambda entity: {"parent_id": entity.parent_id})
maps(QuickReply, quick_replies, lambda entity: {"shortcut": entity.shortcut})
