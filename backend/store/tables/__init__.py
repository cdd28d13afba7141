"""One file per area; importing the package declares every table."""

from backend.store.tables import (
    catalogue,
    channels,
    control,
    conversations,
    customers,
    inbox,
    integrations,
    journal,
    messages,
    people,
    reports,
    work,
)
from backend.store.tables.base import metadata

__all__ = [
    "catalogue",
    "channels",
    "control",
    "conversations",
    "customers",
    "inbox",
    "integrations",
    "journal",
    "messages",
    "metadata",
    "people",
    "reports",
    "work",
]
