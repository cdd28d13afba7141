"""Channels (kinds), channel accounts (one number, page or mailbox of the tenant) and queues."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from omnix_protocol.base import Command, Entity, Value
from omnix_protocol.ids import ChannelAccountId, GroupId, QueueId, SecretId

WEBCHAT = "webchat"
"""The kind that is our own: its messages reach the visitor through a scope, not through a provider."""

Name = Annotated[str, Meta(min_length=1, max_length=120)]


class ChannelGroup(StrEnum):
    """The groups of the channel panel (S0.14)."""

    VOICE = "voice"
    LIVE = "live"
    SOCIAL = "social"
    OTHER = "other"


class Capabilities(Value, frozen=True, kw_only=True):
    """What a composer may offer on a channel, and what its receipts can tell."""

    text_max: int  # characters of one message
    attachments: bool = False
    attachment_max_bytes: int = 0
    attachment_types: tuple[str, ...] = ()  # media types; "image/*" allowed
    reply_window_seconds: int | None = None  # from the customer's last message; None: never closes
    receipts: tuple[str, ...] = ("sent",)  # of: sent, delivered, read
    addresses_per_account: bool = False  # a customer's address means something to one account only


class SettingField(Value, frozen=True, kw_only=True):
    """One setting that an account of this channel needs; a secret goes through the door for secrets."""

    name: str
    label: str
    required: bool = True
    secret: bool = False
    default: str = ""


class Channel(Entity, frozen=True, kw_only=True):
    """A kind of channel; `id` is the kind. Published into each tenant's catalogue when the server starts."""

    name: str
    group: ChannelGroup
    capabilities: Capabilities
    settings: tuple[SettingField, ...] = ()


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


class ReportChannelFault(Command, frozen=True, kw_only=True):
    """By the system: an account stopped working (`fault` says why) or works again (empty)."""

    channel_account_id: ChannelAccountId
    fault: Annotated[str, Meta(max_length=500)] = ""


class ServeChannel(Command, frozen=True, kw_only=True):
    """By an administrator: from now on this group answers this account; the first group gets what comes in."""

    queue_id: QueueId
    channel_account_id: ChannelAccountId
    group_id: GroupId
