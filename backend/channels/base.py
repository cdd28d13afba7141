"""What every channel is: bytes of a provider to words of the protocol and back; it knows nothing of the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol, runtime_checkable

import httpx

from omnix_protocol.base import Command
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField
from omnix_protocol.ids import ChannelAccountId, CommandId, MessageId, TenantId, derived_id
from omnix_protocol.messages import TEXT_MAX, Attachment, DeliveryState

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Unreadable(ValueError):
    """What a provider sent is not what it documents; the text says why, in words fit for a person who replays it."""


class ProviderFault(Exception):
    """An account cannot be listened to right now; the text is shown to an administrator.

    `lasting` means that waiting does not help (a wrong token); `retry_after` is the provider's own wish.
    """

    def __init__(self, detail: str, *, lasting: bool = False, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.lasting = lasting
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account, with its secrets opened; lives in memory only and never prints them."""

    tenant_id: TenantId
    id: ChannelAccountId
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook as it came: header names in lower case, the body untouched."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to be sent, in the words that every channel understands."""

    message_id: MessageId
    attempt: int
    address: str
    thread_key: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it."""

    provider_id: str
    state: DeliveryState = DeliveryState.SENT


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider said no, in its own words; asking again would give the same answer.

    `account_fault` is set where not the message but the account is refused.
    """

    failure: str
    account_fault: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """The provider did not take it and names the seconds to wait."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class NotReached:
    """It certainly did not go out (no connection came about): the machine may try again."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider was asked and nobody knows what it did: never tried again by the machine."""

    detail: str


Outcome = Sent | Rejected | Throttled | NotReached | Unknown
Event = tuple[CommandId, Command]


class Channel(Protocol):
    """A kind of channel."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def group(self) -> ChannelGroup: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def settings(self) -> tuple[SettingField, ...]: ...

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        """Whether the provider, and nobody else, sent these bytes."""
        ...

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        """The commands in a webhook or an update, in order. Odd content is `shown_as` what it is.

        Raises Unreadable for bytes that are not the provider's format at all.
        """
        ...

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        """Ask the provider once. Never raises for what a provider or a network does."""
        ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one long poll brought: each update as sent, and the cursor that acknowledges them all."""

    updates: tuple[bytes, ...]
    cursor: str


@runtime_checkable
class Listening(Protocol):
    """A channel whose accounts are asked for news, instead of or besides telling them."""

    def listens(self, account: AccountView) -> bool:
        """Whether this account is polled (and does not get webhooks)."""
        ...

    async def pull(self, account: AccountView, cursor: str, http: httpx.AsyncClient) -> Pulled:
        """One long poll from the cursor ("" at first). Raises ProviderFault."""
        ...

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        """Tell the provider where to send webhooks. Raises ProviderFault."""
        ...


def event_id(account_id: ChannelAccountId, event_kind: str, provider_id: str, revision: int | str = 0) -> CommandId:
    """The same event, however often it arrives, is the same command."""
    return CommandId(derived_id(account_id, event_kind, provider_id, str(revision)))


def clean_text(text: str, limit: int = TEXT_MAX) -> str:
    """Text that every database and screen can hold: no NUL, no half of a surrogate pair, no more than the limit."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def line(text: str, limit: int) -> str:
    """One clean line, for names and reasons."""
    return clean_text(" ".join(text.split()), limit)


def unreadable(detail: str) -> NoReturn:
    raise Unreadable(detail)
