"""Channels (kinds), channel accounts (one number, page or mailbox of the tenant) and queues."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix_protocol.base import Command, Entity, Value
from omnix_protocol.content import ActKind
from omnix_protocol.ids import ChannelAccountId, GroupId, QueueId, SecretId

WEBCHAT = "webchat"
"""The kind that is our own: its messages reach the visitor through a scope, not through a provider."""

NAME_MAX = 120
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]


class ChannelGroup(StrEnum):
    """The groups of the channel panel (S0.14)."""

    VOICE = "voice"
    LIVE = "live"
    SOCIAL = "social"
    OTHER = "other"


class TextUnit(StrEnum):
    """What a channel counts when it limits a text."""

    CHARACTERS = "characters"
    UTF16 = "utf16"  # an emoji family of seven code points is eleven of them
    BYTES = "bytes"  # of UTF-8
    SMS = "sms"  # septets; a text that needs UCS-2 counts for those that it keeps out (omnix_protocol/sms.py)


class MediaLimit(Value, frozen=True, kw_only=True):
    """Files of these types may have so many bytes."""

    types: tuple[str, ...]  # media types; "image/*" allowed
    max_bytes: int


class Capabilities(Value, frozen=True, kw_only=True):
    """What a composer may offer on a channel, and what its receipts can tell: the one table of it."""

    text_max: int  # of one message, in `text_unit`
    text_unit: TextUnit = TextUnit.CHARACTERS
    subject: bool = False
    attachments: bool = False
    attachments_max: int = 0  # in one message; 0: as many as one likes. The composer makes several messages of more
    captions: bool = True  # a message may carry text and files at once; if not, the text is a message of its own
    caption_max: int = 0  # of a text that goes with a file, in `text_unit`; 0: as of any text
    attachment_max_bytes: int = 0
    attachment_types: tuple[str, ...] = ()  # media types; "image/*" allowed; (): any
    media_limits: tuple[MediaLimit, ...] = ()  # the first that fits counts, else attachment_max_bytes
    location: bool = False  # may be sent
    contacts: bool = False  # may be sent
    buttons_max: int = 0  # in one message
    quotes: bool = False  # an answer may name the message that it answers
    templates: bool = False  # texts that the provider approved; they may be sent when the window is closed
    reply_window_seconds: int | None = None  # from the customer's last message; None: never closes
    receipts: tuple[str, ...] = ("sent",)  # of: sent, delivered, read
    acts: tuple[ActKind, ...] = ()
    edit_seconds: int | None = None  # how long after sending `edit` and `delete` are allowed; None: always
    comments: bool = False  # conversations are public threads below a post
    private_reply: bool = False  # a comment may be answered once in private
    edits: bool = False  # the customer's changes and deletions reach us
    resolves_expired: bool = False  # S1.20, S1.21: "resolve all expired" covers it
    reopens_abandoned: bool = False  # S1.22, S1.23: "abandoned, open and expired" covers it
    addresses_per_account: bool = False  # a customer's address means something to one account only
    names_on_request: bool = False  # messages do not say what people are called: the provider is asked, once


class SettingField(Value, frozen=True, kw_only=True):
    """One setting that an account of this channel needs; a secret goes through the door for secrets."""

    name: str
    label: str
    required: bool = True
    secret: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()  # where only these will do
    pattern: str = ""  # a regular expression that the whole of a value must fit
    help: str = ""  # where to find it, in one sentence
    lines: bool = False  # a text of several lines


class Channel(Entity, frozen=True, kw_only=True):
    """A kind of channel; `id` is the kind. Published into each tenant's catalogue when the server starts."""

    name: str
    group: ChannelGroup
    capabilities: Capabilities
    settings: tuple[SettingField, ...] = ()


class FaultKind(StrEnum):
    """What may mend an account that does not work."""

    REFUSED = "refused"  # the provider does not take it as it is set up: other secrets, other settings
    AWAY = "away"  # the provider cannot be reached, or fails by itself


class ChannelAccount(Entity, frozen=True, kw_only=True):
    """One number, page, bot or widget of the tenant."""

    kind: str  # a Channel's id
    name: Name
    address: str = ""  # how customers know it: a handle, a number, a page
    active: bool = True
    settings: dict[str, str] = msgspec.field(default_factory=dict)  # never a secret
    secret_id: SecretId | None = None
    default_queue_id: QueueId | None = None
    fault: str = ""  # why it does not work right now; empty: it does
    bot_id: ChannelAccountId | None = None  # the bot that answers first (S3.15)
    fault_kind: FaultKind | None = None  # None: nobody said


class Queue(Entity, frozen=True, kw_only=True):
    """A group's line for one channel account, with the counts that everybody sees."""

    channel_account_id: ChannelAccountId
    group_id: GroupId
    waiting: int = 0
    oldest_at: datetime | None = None


class PublishChannel(Command, frozen=True, kw_only=True):
    """By the system at start: what this server's channels can do."""

    kind: str
    name: str
    group: ChannelGroup
    capabilities: Capabilities
    settings: tuple[SettingField, ...] = ()


class AddChannelAccount(Command, frozen=True, kw_only=True):
    """By an administrator. The account's webhook route is the control plane's matter."""

    channel_account_id: ChannelAccountId
    kind: str
    name: Name
    address: str = ""
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    secret_id: SecretId | None = None


class EditChannelAccount(Command, frozen=True, kw_only=True):
    """By an administrator; fields left out stay as they are."""

    channel_account_id: ChannelAccountId
    base_version: int
    name: Name | None = None
    active: bool | None = None
    settings: dict[str, str] | None = None
    secret_id: SecretId | None = None
    bot_id: ChannelAccountId | UnsetType | None = UNSET
    address: str | None = None


class ReportChannelFault(Command, frozen=True, kw_only=True):
    """By the system: an account stopped working (`fault` says why) or works again (empty)."""

    channel_account_id: ChannelAccountId
    fault: Annotated[str, Meta(max_length=500)] = ""
    fault_kind: FaultKind | None = None


class ServeChannel(Command, frozen=True, kw_only=True):
    """By an administrator: from now on this group answers this account; the first group gets what comes in."""

    queue_id: QueueId
    channel_account_id: ChannelAccountId
    group_id: GroupId
