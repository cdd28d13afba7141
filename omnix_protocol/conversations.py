"""Conversations, the interactions in them, and what is done with an interaction."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from omnix_protocol.base import Command, Entity
from omnix_protocol.calls import LiveCall
from omnix_protocol.content import Topic
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    CustomerId,
    GroupId,
    IdentityId,
    InteractionId,
    QueueId,
    UserId,
)
from omnix_protocol.messages import Position

Note = Annotated[str, Meta(max_length=2000)]


class Status(StrEnum):
    BOT = "bot"
    QUEUED = "queued"
    HANDLING = "handling"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    ARCHIVED = "archived"


OPEN = frozenset({Status.BOT, Status.QUEUED, Status.HANDLING, Status.ON_HOLD})
HELD = frozenset({Status.HANDLING, Status.ON_HOLD})
"""What counts against the pick-up limit."""


class Conversation(Entity, frozen=True, kw_only=True):
    """The thread between one identity and one channel account, and one thread key where the channel has one."""

    channel_account_id: ChannelAccountId
    identity_id: IdentityId
    customer_id: CustomerId
    thread_key: str = ""
    entries: int = 0  # position of the newest message or memo; positions start at 1
    last_inbound_at: datetime | None = None
    interaction_id: InteractionId | None = None  # the newest one
    interactions: int = 0
    topic: Topic | None = None
    reply_handle: str = ""  # what the provider wants back with the next reply
    reply_handle_at: datetime | None = None


class Interaction(Entity, frozen=True, kw_only=True):
    """One session in a conversation, from the customer's first message to its end: what an agent picks up.

    It carries what a row of the inbox or the queue shows, so that a list needs nothing else.
    """

    number: int  # counted in the tenant
    conversation_id: ConversationId
    customer_id: CustomerId
    customer_name: str
    channel_account_id: ChannelAccountId
    channel_kind: str
    queue_id: QueueId
    status: Status
    owner_id: UserId | None = None
    owner_name: str = ""
    reserved_for: UserId | None = None  # came back within the grace period, or transferred
    created_at: datetime
    queued_at: datetime
    picked_up_at: datetime | None = None
    first_reply_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    first_position: int  # of its first entry in the conversation
    last_at: datetime
    last_preview: str = ""  # one line, 120 characters at most
    last_shown_as: str = ""  # stands for it where nothing was written: a word of the program, see `Message.shown_as`
    last_from_customer: bool = True
    unanswered_since: datetime | None = None  # oldest customer message without a reply
    unread: int = 0  # customer messages that the owner has not seen
    cases: int = 0
    tickets: int = 0
    expired: bool = False
    abandoned: bool = False
    topic: str = ""  # of a mail or a post, one line
    bot_id: ChannelAccountId | None = None  # who answers while the status is `bot`
    live_call: LiveCall | None = None  # the newest call, while it rings or is talked (F36)


class PickUp(Command, frozen=True, kw_only=True):
    """By an agent: this one (S0.18). Refused with who has it, or at the limit."""

    interaction_id: InteractionId


class PickUpNext(Command, frozen=True, kw_only=True):
    """By an agent: the longest waiting one (S0.19), of one account or of all that the agent serves."""

    channel_account_id: ChannelAccountId | None = None


class PickedUp(Struct, frozen=True, kw_only=True):
    """Result of PickUp and PickUpNext."""

    interaction_id: InteractionId
    conversation_id: ConversationId
    customer_id: CustomerId


class Transfer(Command, frozen=True, kw_only=True):
    """By the owner or a team leader and above: to an agent who is online (S3.7), or to a group's queue.

    Exactly one target. A supervisor may exceed the target's limit.
    """

    interaction_id: InteractionId
    base_version: int
    to_user_id: UserId | None = None
    to_group_id: GroupId | None = None
    note: Note = ""  # becomes a memo


class End(Command, frozen=True, kw_only=True):
    """By the owner or a team leader and above: the interaction is resolved."""

    interaction_id: InteractionId


class MarkRead(Command, frozen=True, kw_only=True):
    """By the owner: has seen the conversation up to this position."""

    conversation_id: ConversationId
    position: Position


class DropPastWork(Command, frozen=True, kw_only=True):
    """By a timer at the tenant's midnight: interactions that ended before leave the agent's History (S0.25)."""

    before: datetime


class PastWorkDropped(Struct, frozen=True, kw_only=True):
    """Result of DropPastWork, which takes a part at a time; run another until it is 0."""

    dropped: int
