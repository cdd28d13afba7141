"""Messages, memos, drafts and attachments; positions order everything in a conversation."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from omnix_protocol.base import Command, Entity, Pulse, Value
from omnix_protocol.content import ActKind, Button, Content, Reaction, RemoteFile, Topic
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

DELETED = "deleted"
"""What a message is `shown_as` that its author took back: between channels and domain."""

Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Position = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A place in a conversation, as an asker may name it: a number that every part can hold."""


Pixels = Annotated[int, Meta(ge=0, le=1 << 20)]


class FileState(StrEnum):
    THERE = "there"
    FETCHING = "fetching"  # the provider still has it
    FAILED = "failed"  # it could not be had; somebody may try again
    REFUSED = "refused"  # too large, of a type that may not come in, or infected


class Attachment(Value, frozen=True, kw_only=True):
    """A file that the server holds; its bytes come from GET /v1/files/{file_id}, once it is `there`."""

    file_id: FileId
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: str
    size: int  # bytes; 0 where nobody knows yet
    state: FileState = FileState.THERE
    failure: Annotated[str, Meta(max_length=300)] = ""  # why it is not there
    width: Pixels = 0  # of a picture
    height: Pixels = 0


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


class Amendment(Value, frozen=True, kw_only=True):
    """A change of a message that the provider must make too; the message shows it once it is made."""

    kind: ActKind
    text: str = ""
    emoji: str = ""
    state: DeliveryState  # accepted, failed or uncertain; a made one is gone
    failure: str = ""
    number: int = 1  # counted in the message, so that the answer to an older one changes nothing
    at: datetime
    by: UserId


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
    revision: int = 0  # of what the customer wrote; an older one never comes back
    content: Content | None = None
    reply_to: MessageId | None = None
    quote_handle: str = ""  # what the provider wants back where it is quoted
    reactions: tuple[Reaction, ...] = ()
    amendment: Amendment | None = None  # what was asked of the provider about it, until it is made
    amendments: int = 0
    hidden: bool = False  # a comment that only its author and we see
    deleted_at: datetime | None = None
    elsewhere: bool = False  # ours, but written in another program of the provider's


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
    buttons: tuple[Button, ...] = ()


class Transcript(Value, frozen=True, kw_only=True):
    """A transcript that was asked for (F28), and what became of its mail."""

    to: str
    state: DeliveryState = DeliveryState.ACCEPTED  # then sent, failed or uncertain
    failure: str = ""  # the mail server's reason in its words, or MAIL_OFF


class Memo(Entity, frozen=True, kw_only=True):
    """A private note in a conversation (S0.29); never leaves the tenant."""

    conversation_id: ConversationId
    interaction_id: InteractionId
    position: int
    text: str
    author_id: UserId  # of a bot's note: the bot's account
    author_name: str
    at: datetime
    transcript: Transcript | None = None  # it notes one; the text says so where this is not understood


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
    email: Annotated[str, Meta(max_length=254)] = ""  # as they wrote it in a form; nothing proves it
    phone: Annotated[str, Meta(max_length=40)] = ""


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
    revision: Annotated[int, Meta(ge=0, le=1 << 53)] = 0  # grows with the customer's edits; "deleted" is one of them
    content: Content | None = None
    media: Annotated[tuple[RemoteFile, ...], Meta(max_length=100)] = ()
    topic: Topic | None = None
    reply_to: Annotated[str, Meta(max_length=255)] = ""  # the provider's id of the message that it answers
    reply_handle: Annotated[str, Meta(max_length=500)] = ""  # what the provider wants back with the next reply
    quote_handle: Annotated[str, Meta(max_length=500)] = ""  # what it wants back where this message is quoted
    quiet: bool = False  # noted where it belongs, but nobody is called for it (an auto-reply, a bounce)
    elsewhere: bool = False  # not the customer's: we wrote it in another program of the provider's


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
    content: Content | None = None
    reply_to: MessageId | None = None


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
    quote_handle: Annotated[str, Meta(max_length=500)] = ""  # what the provider wants back where it is quoted


class RecordSeen(Command, frozen=True, kw_only=True):
    """By a channel that tells receipts by time: this customer has everything of ours up to that moment."""

    channel_account_id: ChannelAccountId
    address: Annotated[str, Meta(min_length=1, max_length=320)]
    thread_key: Annotated[str, Meta(max_length=255)] = ""
    state: DeliveryState  # delivered or read
    until: datetime


class RecordReaction(Command, frozen=True, kw_only=True):
    """By a channel: the customer reacted to a message, or took it back (no emoji)."""

    channel_account_id: ChannelAccountId
    provider_id: Annotated[str, Meta(min_length=1, max_length=255)]
    emoji: Annotated[str, Meta(max_length=32)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    provider_at: datetime | None = None


class RecordMedia(Command, frozen=True, kw_only=True):
    """By the server's media job: a file of this message is there, or will not be."""

    message_id: MessageId
    attachment: Attachment


class FetchMedia(Command, frozen=True, kw_only=True):
    """By whoever may see the conversation: try again to get a file that failed."""

    message_id: MessageId
    file_id: FileId


class AmendMessage(Command, frozen=True, kw_only=True):
    """By the owner: edit, delete or react to a message, hide a comment; done when the provider has done it."""

    message_id: MessageId
    kind: ActKind
    text: Text = ""
    emoji: Annotated[str, Meta(max_length=32)] = ""


class RecordAmendment(Command, frozen=True, kw_only=True):
    """By the job that asked the provider: what became of an amendment."""

    channel_account_id: ChannelAccountId
    message_id: MessageId
    number: Position
    state: DeliveryState  # sent: it is made; failed; uncertain
    failure: Annotated[str, Meta(max_length=500)] = ""


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
