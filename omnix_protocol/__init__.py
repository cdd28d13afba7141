"""The words both sides speak: standard library and msgspec only.

Areas have the same file name in every room.
Importing the package registers every entity, command, query and pulse.
"""

from omnix_protocol import (
    bots,
    catalogue,
    channels,
    conversations,
    customers,
    integrations,
    mails,
    messages,
    people,
    reports,
    traffic,
    transcripts,
    work,
)

__all__ = [
    "bots",
    "catalogue",
    "channels",
    "conversations",
    "customers",
    "integrations",
    "mails",
    "messages",
    "people",
    "reports",
    "traffic",
    "transcripts",
    "work",
]
