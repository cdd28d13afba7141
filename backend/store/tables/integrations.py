"""Other programs beside the conversation."""

from backend.store.tables.base import entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.integrations import Integration

integrations = entity_table("integrations")

maps(Integration, integrations)
