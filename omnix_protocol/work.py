"""Cases (FCR, solved at first contact) and tickets (N-FCR, handed on)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from omnix_protocol.base import Command, Entity
from omnix_protocol.ids import (
    CaseId,
    CategoryId,
    ConversationId,
    CustomerId,
    GroupId,
    InteractionId,
    TicketId,
    UserId,
)
from omnix_protocol.messages import Attachment

Subject = Annotated[str, Meta(min_length=1, max_length=200)]
Remark = Annotated[str, Meta(min_length=1, max_length=10_000)]


class CaseStatus(StrEnum):
    """S0.50."""

    OPEN = "open"
    INTERACTION = "interaction"
    CLOSE = "close"


class TicketStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Case(Entity, frozen=True, kw_only=True):
    """FCR (S0.46–S0.50): five levels of category, all mandatory."""

    number: int
    interaction_id: InteractionId
    conversation_id: ConversationId
    customer_id: CustomerId
    subject: str
    category_id: CategoryId  # the leaf
    category_path: tuple[str, ...]  # names, from the root to the leaf, as they were
    remark: str
    service_number: str = ""
    status: CaseStatus
    author_id: UserId
    author_name: str
    at: datetime


class Ticket(Entity, frozen=True, kw_only=True):
    """N-FCR (S0.43–S0.45): three levels of category, an owner group, a priority, documents."""

    number: int
    interaction_id: InteractionId | None = None
    conversation_id: ConversationId | None = None
    customer_id: CustomerId
    subject: str
    category_id: CategoryId
    category_path: tuple[str, ...]
    remark: str
    owner_group_id: GroupId
    owner_group_name: str
    priority: Priority
    attachments: tuple[Attachment, ...] = ()
    status: TicketStatus
    author_id: UserId
    author_name: str
    at: datetime


class CreateCase(Command, frozen=True, kw_only=True):
    """By whoever handles the interaction, as often as needed (S0.42)."""

    case_id: CaseId
    interaction_id: InteractionId
    subject: Subject
    category_id: CategoryId
    remark: Remark
    service_number: Annotated[str, Meta(max_length=40)] = ""
    status: CaseStatus = CaseStatus.OPEN


class CreateTicket(Command, frozen=True, kw_only=True):
    """By whoever handles the interaction, as often as needed (S0.42)."""

    ticket_id: TicketId
    interaction_id: InteractionId
    subject: Subject
    category_id: CategoryId
    remark: Remark
    owner_group_id: GroupId
    priority: Priority = Priority.MEDIUM
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=20)] = ()
