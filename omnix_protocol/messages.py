"""Messages, memos, drafts and attachments; positions order everything in a conversation."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from omnix_protocol.base import Command, Entity, Pulse, Value
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    FileId,
    InteractionId,
    MemoId,
    MessageId,
    UserId,
)

TEXT_MAX = 65_536
"""Characters of any text on the wire; a channel's and a tenant's limits are smaller."""

Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Position = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A place in a conversation, as an asker may name it: a number that every part can hold."""


class Attachment(Value, frozen=True, kw_only=True):
    """A file that the server holds; its bytes come from GET /v1/files/{file_id}."""

    file_id: FileId
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: str
    size: int  # bytes


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class DeliveryState(StrEnum):
    """States only move forward (`rules.next_delivery_state`)."""

    RECEIVED = "received"  # inbound
    ACCEPTED = "accepted"  # stored by the server, not yet with the provider
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # the provider was asked and nobody knows; only a receipt or a person resolves it


class Message(Entity, frozen=True, kw_only=True):
    """One message of a conversation, as customer and agent see it."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    position: int
    direction: Direction
    text: str = ""
    shown_as: str = ""  # what it was where it is no text: "sticker", "voice", "location" …
    attachments: tuple[Attachment, ...] = ()
    author_id: UserId | None = None
    author_name: str = ""
    at: datetime  # the server's time of acceptance
    provider_at: datetime | None = None
    edited_at: datetime | None = None  # when the customer changed it
    provider_id: str = ""
    state: DeliveryState
    state_at: datetime
    failure: str = ""  # the provider's reason, in its words
    attempts: int = 0  # decisions to send it: the first and each RetrySend


class PublicMessage(Entity, frozen=True, kw_only=True):
    """A message as the visitor of a web chat may see it: no memo, no agent's address, no provider's words."""

    position: int
    direction: Direction
    said_as: str = ""  # of the visitor's own: the id that their page gave it (its provider_id), so it is shown once
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    author_name: str = ""
    at: datetime
    state: DeliveryState


class Memo(Entity, frozen=True, kw_only=True):
    """A private note in a conversation (S0.29); never leaves the tenant."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    position: int
    text: str
    author_id: UserId
    author_name: str
    at: datetime


class Draft(Entity, frozen=True, kw_only=True):
    """What a user is typing, on all their machines; `id` is derived from (user, conversation, mode)."""

    conversation_id: ConversationId
    mode: str  # "reply" or "memo"
    text: str
    at: datetime


class DraftSaved(Struct, frozen=True, kw_only=True):
    """Result of SaveDraft: the version in which the text stands there; 0 where nothing ever stood."""

    version: int


class Sender(Value, frozen=True, kw_only=True):
    """Who wrote, in the channel's words."""

    address: Annotated[str, Meta(min_length=1, max_length=320)]
    name: Annotated[str, Meta(max_length=200)] = ""
    handle: Annotated[str, Meta(max_length=200)] = ""


class ReceiveMessage(Command, frozen=True, kw_only=True):
    """By a channel: a customer's message. Its id is derived, so a provider's repeat runs once.

    Another command (of a later revision) with the same `provider_id` is the customer's edit of that message.
    """

    channel_account_id: ChannelAccountId
    provider_id: Annotated[str, Meta(min_length=1, max_length=255)]
    sender: Sender
    thread_key: Annotated[str, Meta(max_length=255)] = ""
    text: Text = ""
    shown_as: Annotated[str, Meta(max_length=40)] = ""
    attachments: tuple[Attachment, ...] = ()
    provider_at: datetime | None = None


class Received(Struct, frozen=True, kw_only=True):
    """Result of ReceiveMessage."""

    message_id: MessageId
    conversation_id: ConversationId
    interaction_id: InteractionId


class SendMessage(Command, frozen=True, kw_only=True):
    """By the interaction's owner. Refused where another agent replied after `seen_position`."""

    message_id: MessageId
    conversation_id: ConversationId
    interaction_id: InteractionId
    text: Text = ""
    attachments: tuple[Attachment, ...] = ()
    seen_position: Position
    draft_version: Position | None = None  # of the draft that it grew from: a later one is left; None: any goes


class RetrySend(Command, frozen=True, kw_only=True):
    """By the owner: a new decision to send a failed one, or an uncertain one at the agent's own risk."""

    message_id: MessageId


class ResolveUncertain(Command, frozen=True, kw_only=True):
    """By the owner: looked it up at the provider; it went out, or it did not."""

    message_id: MessageId
    went_out: bool


class RecordDelivery(Command, frozen=True, kw_only=True):
    """By a channel or the send job: what became of a message, named by our id or by the provider's."""

    channel_account_id: ChannelAccountId
    message_id: MessageId | None = None
    provider_id: Annotated[str, Meta(max_length=255)] = ""
    state: DeliveryState
    failure: Annotated[str, Meta(max_length=500)] = ""
    attempt: Position | None = None  # of the send job; a result of an older attempt is only noted


class AddMemo(Command, frozen=True, kw_only=True):
    """By whoever may see the conversation's interaction."""

    memo_id: MemoId
    conversation_id: ConversationId
    interaction_id: InteractionId
    text: Text
    draft_version: Position | None = None  # as in SendMessage


class SaveDraft(Command, frozen=True, kw_only=True):
    """By the user: the latest text; an empty one discards it. Refused where it does not grow from what stands there."""

    remembered: ClassVar[bool] = False
    conversation_id: ConversationId
    mode: str
    text: Text
    base_version: Position | None = None  # of the draft that the text grew from; None: whatever stands is replaced


class Typing(Pulse, frozen=True, kw_only=True):
    """Somebody is typing in this conversation."""

    conversation_id: ConversationId
    user_id: UserId | None = None  # None: the customer
    name: str = ""


class Viewing(Pulse, frozen=True, kw_only=True):
    """Somebody has this conversation open."""

    conversation_id: ConversationId
    user_id: UserId
    name: str = ""
