"""Customers and the identities by which they write to us."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix_protocol.base import Command, Entity
from omnix_protocol.ids import ChannelAccountId, CustomerId, IdentityId

Short = Annotated[str, Meta(max_length=200)]
ShortList = Annotated[tuple[Short, ...], Meta(max_length=20)]


class Customer(Entity, frozen=True, kw_only=True):
    """A person who writes to the tenant (S0.35); empty fields are shown as "not set" (S0.36)."""

    number: int  # shown as #n, counted in the tenant
    name: str = ""
    phones: tuple[str, ...] = ()  # E.164
    emails: tuple[str, ...] = ()
    address: str = ""
    service_numbers: tuple[str, ...] = ()
    birthday: date | None = None
    nik: str = ""  # masked on screens
    fields: dict[str, str] = msgspec.field(default_factory=dict)  # defined by the tenant


class Identity(Entity, frozen=True, kw_only=True):
    """A customer's address on a channel. Where addresses only mean something to one account, that is named."""

    customer_id: CustomerId
    channel_kind: str
    channel_account_id: ChannelAccountId | None = None
    address: str
    name: str = ""
    handle: str = ""
    blocked: bool = False  # S3.11: what comes is noted, and nobody is called for it


class BlockIdentity(Command, frozen=True, kw_only=True):
    """By an agent who may see the customer (S3.11); the provider is told where it takes such a word."""

    identity_id: IdentityId
    blocked: bool


class NameIdentity(Command, frozen=True, kw_only=True):
    """By the job that asked the provider: what somebody is called who had no name; a name that there is stays."""

    channel_account_id: ChannelAccountId
    identity_id: IdentityId
    name: Short = ""
    handle: Short = ""


class AddCustomer(Command, frozen=True, kw_only=True):
    """By an agent (S2.2) or the system."""

    customer_id: CustomerId
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    phones: ShortList = ()
    emails: ShortList = ()
    address: Annotated[str, Meta(max_length=1000)] = ""
    service_numbers: ShortList = ()


class EditCustomer(Command, frozen=True, kw_only=True):
    """By an agent (S0.37), naming the version seen; fields left out stay as they are."""

    customer_id: CustomerId
    base_version: int
    name: Short | UnsetType = UNSET
    phones: ShortList | UnsetType = UNSET
    emails: ShortList | UnsetType = UNSET
    address: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    service_numbers: ShortList | UnsetType = UNSET
    birthday: date | UnsetType | None = UNSET
    nik: Short | UnsetType = UNSET
    fields: dict[str, str] | UnsetType = UNSET
