"""The words both sides speak: standard library and msgspec only.

Areas have the same file name in every room.
Importing the package registers every entity, command, query and pulse.
"""

from omnix_protocol import (
    catalogue,
    channels,
    conversations,
    customers,
    messages,
    people,
    reports,
    work,
)

__all__ = [
    "catalogue",
    "channels",
    "conversations",
    "customers",
    "messages",
    "people",
    "reports",
    "work",
]
