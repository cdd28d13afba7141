"""Every handler and answer: importing this module registers them all."""

from backend.domain import (
    catalogue,
    channels,
    conversations,
    customers,
    delivery,
    messages,
    notes,
    people,
    presence,
    reports,
    sending,
    transfer,
    wallboard,
    work,
)
from backend.domain.base import ANSWERS, FORESEEN, HANDLERS

__all__ = [
    "ANSWERS",
    "FORESEEN",
    "HANDLERS",
    "catalogue",
    "channels",
    "conversations",
    "customers",
    "delivery",
    "messages",
    "notes",
    "people",
    "presence",
    "reports",
    "sending",
    "transfer",
    "wallboard",
    "work",
]
