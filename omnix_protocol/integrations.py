"""Other programs of the tenant, one click beside the conversation (F36): a name and an address with gaps to fill."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from msgspec import Meta

from omnix_protocol.base import Command, Entity
from omnix_protocol.channels import Name
from omnix_protocol.ids import IntegrationId

INTEGRATIONS_MAX: Final = 20
"""Of a tenant: more than the eye looks through."""
ADDRESS_MAX: Final = 2000

PLACEHOLDERS: Final = (
    "customer.id",
    "customer.number",
    "customer.name",
    "customer.phone",
    "customer.email",
    "customer.service_number",
    "conversation.id",
    "interaction.id",
    "interaction.number",
    "channel.kind",
    "channel.address",
    "agent.id",
    "agent.name",
    "agent.email",
)
"""What an address may name in braces: `{customer.phone}`."""

_GAP: Final = re.compile(r"\{([^{}]*)\}")
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

AddressTemplate = Annotated[str, Meta(min_length=1, max_length=ADDRESS_MAX)]


class AddressFault(StrEnum):
    """What is wrong with an address; one at a time, the first that matters."""

    NO_ADDRESS = "no_address"  # it is none at all, or holds blanks
    NOT_SECURE = "not_secure"  # https, or http to this machine
    SIGNS_IN = "signs_in"  # a name or password before the host
    GAP_IN_HOST = "gap_in_host"  # what customers write must not choose where it goes
    LOOSE_BRACE = "loose_brace"
    UNKNOWN_GAP = "unknown_gap"


class Integration(Entity, frozen=True, kw_only=True):
    """A card in the panel beside the conversation; it opens in the browser. Order is by `place`, then by id."""

    name: Name
    address: AddressTemplate
    place: int
    active: bool = True  # a removed one is kept, so that everybody learns of it


class AddIntegration(Command, frozen=True, kw_only=True):
    """By an administrator: one more, as the last. Refused as `invalid_field` where the address will not do."""

    integration_id: IntegrationId
    name: Name
    address: AddressTemplate


class EditIntegration(Command, frozen=True, kw_only=True):
    """By an administrator; fields left out stay as they are."""

    integration_id: IntegrationId
    base_version: int
    name: Name | None = None
    address: AddressTemplate | None = None


class OrderIntegrations(Command, frozen=True, kw_only=True):
    """By an administrator: in this order from now on; those that are not named follow as they were."""

    integration_ids: Annotated[tuple[IntegrationId, ...], Meta(min_length=1, max_length=INTEGRATIONS_MAX)]


class RemoveIntegration(Command, frozen=True, kw_only=True):
    """By an administrator."""

    integration_id: IntegrationId


def gaps(address: str) -> tuple[str, ...]:
    """What the address wants to know, each once, in order."""
    return tuple(dict.fromkeys(_GAP.findall(address)))


def unknown_gaps(address: str) -> tuple[str, ...]:
    return tuple(name for name in gaps(address) if name not in PLACEHOLDERS)


def address_fault(address: str) -> AddressFault | None:
    """Why the address will not do; None where it will."""
    scheme, mark, rest = address.partition("://")
    if not mark or any(letter.isspace() or not letter.isprintable() for letter in address):
        return AddressFault.NO_ADDRESS
    before_path = re.split(r"[/?#]", rest.replace("\\", "/"), maxsplit=1)[0]
    if "{" in before_path or "}" in before_path:
        return AddressFault.GAP_IN_HOST
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return AddressFault.NO_ADDRESS
    if not host:
        return AddressFault.NO_ADDRESS
    if scheme != "https" and not (scheme == "http" and host in _HERE):
        return AddressFault.NOT_SECURE
    if "@" in before_path:
        return AddressFault.SIGNS_IN
    if set(_GAP.sub("", address)) & {"{", "}"}:
        return AddressFault.LOOSE_BRACE
    return AddressFault.UNKNOWN_GAP if unknown_gaps(address) else None


def filled(address: str, values: Mapping[str, str]) -> str:
    """The address with its gaps filled, each value encoded: whatever a customer is called, it stays one value."""
    return _GAP.sub(lambda gap: _encoded(values.get(gap.group(1), "")), address)


def missing(address: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """What the address wants to know and nobody knows."""
    return tuple(name for name in gaps(address) if not values.get(name))


def _encoded(value: str) -> str:
    # browsers take . and .. for folders even where they are encoded
    return "" if value in (".", "..") else quote(value, safe="")
