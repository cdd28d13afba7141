"""Entities with something in every field that matters, for tests that need one and not its story."""

from datetime import UTC, datetime, timedelta
from typing import Any

from omnix_protocol.conversations import Conversation, Interaction, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import new_id
from omnix_protocol.messages import DeliveryState, Direction, Memo, Message

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def customer(number: int = 1, **fields: Any) -> Customer:
    return Customer(**{"id": new_id(), "version": 1, "number": number, "name": f"Pelanggan {number}", **fields})


def identity(customer_id: str, address: str, **fields: Any) -> Identity:
    known = {"id": new_id(), "version": 1, "customer_id": customer_id, "channel_kind": "telegram", "address": address}
    return Identity(**{**known, **fields})


def conversation(**fields: Any) -> Conversation:
    known = {
        "id": new_id(),
        "version": 1,
        "channel_account_id": "account",
        "identity_id": new_id(),
        "customer_id": new_id(),
    }
    return Conversation(**{**known, **fields})


def interaction(number: int = 1, **fields: Any) -> Interaction:
    at = NOON + timedelta(seconds=number)
    known = {
        "id": new_id(),
        "version": 1,
        "number": number,
        "conversation_id": new_id(),
        "customer_id": new_id(),
        "customer_name": "Pelanggan",
        "channel_account_id": "account",
        "channel_kind": "telegram",
        "queue_id": "queue",
        "status": Status.QUEUED,
        "created_at": at,
        "queued_at": at,
        "first_position": 1,
        "last_at": at,
    }
    return Interaction(**{**known, **fields})


def message(conversation_id: str, position: int, **fields: Any) -> Message:
    at = NOON + timedelta(seconds=position)
    known = {
        "id": new_id(),
        "version": 1,
        "conversation_id": conversation_id,
        "interaction_id": "interaction",
        "position": position,
        "direction": Direction.IN,
        "text": f"pesan {position}",
        "at": at,
        "state": DeliveryState.RECEIVED,
        "state_at": at,
    }
    return Message(**{**known, **fields})


def memo(conversation_id: str, position: int, **fields: Any) -> Memo:
    known = {
        "id": new_id(),
        "version": 1,
        "conversation_id": conversation_id,
        "interaction_id": "interaction",
        "position": position,
        "text": f"catatan {position}",
        "author_id": "agent",
        "author_name": "Sari",
        "at": NOON + timedelta(seconds=position),
    }
    return Memo(**{**known, **fields})
