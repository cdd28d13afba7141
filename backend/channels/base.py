"""What every channel is: bytes of a provider to words of the protocol and back; it knows nothing of the server."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, NoReturn, Protocol, runtime_checkable

import httpx

from omnix_protocol.base import Command
from omnix_protocol.channels import Capabilities, ChannelGroup, SettingField
from omnix_protocol.content import ActKind, Button, Content, RemoteFile, Topic
from omnix_protocol.ids import ChannelAccountId, CommandId, MessageId, TenantId, derived_id
from omnix_protocol.messages import TEXT_MAX, DeliveryState
from omnix_protocol.text import storable_text

EMPTY = Content()
SECRET_MIN = 4
"""Characters: shorter ones are in every other word, and hide nothing where they are taken out of them."""


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
    hook_url: str = ""  # where its webhooks are taken; empty where the server does not know its own public address


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook as it came: header names in lower case, the body and the query untouched."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider is told at once: a challenge that it asked for."""

    body: bytes
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file on its way out. `read` begins anew each time; `link` is an address that works for a few minutes.

    Reading raises FileGone where it is not there any more; a channel lets it pass, and the send job says so.
    """

    name: str
    media_type: str
    size: int  # bytes
    read: Callable[[], AsyncIterator[bytes]]
    link: Callable[[], str]

    async def whole(self) -> bytes:
        """All of it, for providers that want it in one piece."""
        return b"".join([chunk async for chunk in self.read()])


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to be sent, in the words that every channel understands."""

    message_id: MessageId
    attempt: int
    address: str
    thread_key: str = ""
    text: str = ""
    files: tuple[OutFile, ...] = ()
    content: Content = EMPTY
    reply_to: str = ""  # the provider's id of the message that it answers
    quote_handle: str = ""  # what the provider gave for quoting that message
    author: str = ""  # the agent's name
    topic: Topic | None = None
    last_inbound_at: datetime | None = None
    reply_handle: str = ""  # what the customer's last message brought for the answer to it
    reply_handle_at: datetime | None = None
    at: datetime | None = None  # when it was accepted
    begun_by: str = ""  # the provider's id of our message that began the talk, until the customer has written


@dataclass(frozen=True, slots=True)
class Act:
    """Something else to be asked of the provider about a message (`provider_id`) or a customer (`address`)."""

    kind: ActKind
    address: str
    thread_key: str = ""
    provider_id: str = ""
    text: str = ""
    emoji: str = ""
    caption: bool = False  # the message is a file: its text stands below it
    buttons: tuple[Button, ...] = ()  # that the message has


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it."""

    provider_id: str
    state: DeliveryState = DeliveryState.SENT
    quote_handle: str = field(default="", compare=False)  # what it wants back where this message is quoted


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider said no, in its own words; asking again would give the same answer.

    `account_fault` is set where not the message but the account is refused; `code` is the provider's own for it.
    """

    failure: str
    account_fault: bool = False
    code: str = field(default="", compare=False)


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
UNANSWERED = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)
"""What a request raises that brings no answer: the network's errors, and an address or a header that is none."""
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)
_WRONG_ADDRESS = "What the account names as an address is no address: it begins with https:// or http://."
_WRONG_KEYS = "The account's address or one of its keys cannot be used in a request: enter them again."
Event = tuple[CommandId, Command]


class Download(NamedTuple):
    """A file as the provider gives it, read once."""

    chunks: AsyncIterator[bytes]
    media_type: str = ""
    name: str = ""


class Named(NamedTuple):
    """What a provider says that somebody is called; either may be empty."""

    name: str
    handle: str = ""


class MediaFault(Exception):
    """A file could not be had; the text is shown beside it. `lasting`: asking again will not help."""

    def __init__(self, detail: str, *, lasting: bool = False, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.lasting = lasting
        self.retry_after = retry_after


class Fetch(Protocol):
    """Gets a file from an address of the outside world, within limits and never from inside. Raises MediaFault."""

    def __call__(
        self, url: str, *, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[Download]: ...


class Channel(Protocol):
    """A kind of channel. BaseChannel has an answer for what a channel does not have."""

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
    @property
    def methods(self) -> tuple[str, ...]:
        """By which its webhooks come; a challenge may come by GET in any case."""
        ...

    def challenge(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        """The answer to a provider that asks (by GET) whether this address is ours; None: it is no such question."""
        ...

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        """Whether the provider, and nobody else, sent these bytes."""
        ...

    def kept(self, account: AccountView, request: WebhookRequest) -> bytes:
        """What is stored of a verified webhook: everything that `parse` needs, no secret. The body, as a rule."""
        ...

    def acknowledgement(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        """What the provider is told once a webhook of its is stored; None: that it is, and nothing more."""
        ...

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        """The commands in a webhook or an update, in order. Odd content is `shown_as` what it is.

        Raises Unreadable for bytes that are not the provider's format at all.
        """
        ...

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        """Ask the provider once. Never raises for what a provider or a network does."""
        ...

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        """Likewise, for the kinds in the capabilities' `acts`; what was asked is made when this says Sent."""
        ...

    def part(self, account: AccountView, raw: bytes, reference: str) -> Download:
        """A file that lies `inside` of what the provider sent. Raises MediaFault."""
        ...

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        """A file that the provider still holds. Raises MediaFault."""
        ...

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        """Whether the account works as it is set up: what the provider calls it. Raises ProviderFault."""
        ...

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        """Tell the provider where to send webhooks, where it takes such a word. Raises ProviderFault."""
        ...

    async def close(self) -> None:
        """Let go of connections that the channel holds itself."""
        ...


class BaseChannel:
    """What a channel says that has nothing of the kind."""

    methods: tuple[str, ...] = ("POST",)

    def challenge(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        return None

    def verify(self, account: AccountView, request: WebhookRequest) -> bool:
        return False

    def kept(self, account: AccountView, request: WebhookRequest) -> bytes:
        return request.body

    def acknowledgement(self, account: AccountView, request: WebhookRequest) -> Answer | None:
        return None

    async def act(self, account: AccountView, act: Act, http: httpx.AsyncClient) -> Outcome:
        return Rejected(f"This channel cannot do that ({act.kind}).")

    def part(self, account: AccountView, raw: bytes, reference: str) -> Download:
        raise MediaFault("There is no such part.", lasting=True)

    def open(
        self, account: AccountView, remote: RemoteFile, http: httpx.AsyncClient, fetch: Fetch
    ) -> AbstractAsyncContextManager[Download]:
        raise MediaFault("This channel has no files.", lasting=True)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        return ""

    async def register(self, account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
        return None

    async def close(self) -> None:
        return None


class Keep(Protocol):
    """Stores what came, in this order; it is on disk, and the cursor moved, when this returns."""

    async def __call__(self, updates: Sequence[bytes], cursor: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Post:
    """Where a listener stands: its account, how far it came before (also before a restart), where things are kept."""

    account: AccountView
    cursor: str
    http: httpx.AsyncClient
    keep: Keep
    well: Callable[[], None]  # to be called when it is seen that the account works


@runtime_checkable
class Naming(Protocol):
    """A channel whose messages do not say what people are called (the capability `names_on_request`)."""

    async def person(self, account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
        """Ask the provider once. Never raises for what a provider or a network does."""
        ...


@runtime_checkable
class Sharing(Protocol):
    """A channel whose provider tells the news of several accounts, also of other kinds, at one address."""

    def addressees(self, told: dict[str, Any]) -> Iterable[str]:
        """Ids of the accounts of this kind that a verified webhook (a JSON object) tells something of."""
        ...

    def known_as(self, account: AccountView) -> str:
        """The id by which the provider names this account."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A channel whose accounts are asked for news, instead of or besides telling them."""

    def listens(self, account: AccountView) -> bool:
        """Whether this account is listened to (and does not get webhooks)."""
        ...

    async def listen(self, post: Post) -> None:
        """Until cancelled. Raises ProviderFault; it is called again then, after a while, and when settings change."""
        ...


def event_id(account_id: ChannelAccountId, event_kind: str, provider_id: str, revision: int | str = 0) -> CommandId:
    """The same event, however often it arrives, is the same command."""
    return CommandId(derived_id(account_id, event_kind, provider_id, str(revision)))


def clean_text(text: str, limit: int = TEXT_MAX) -> str:
    """Text that every database and screen can hold: no NUL, no half of a surrogate pair, no more than the limit."""
    text = storable_text(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def unanswered(error: Exception, provider: str) -> Rejected | NotReached | Unknown:
    """What an error of UNANSWERED means for what was asked."""
    if isinstance(error, _NO_ADDRESS):
        return Rejected(_WRONG_ADDRESS, account_fault=True)
    if isinstance(error, httpx.LocalProtocolError) or not isinstance(error, httpx.HTTPError):
        return Rejected(_WRONG_KEYS, account_fault=True)
    return (NotReached if isinstance(error, _NOT_REACHED) else Unknown)(unreached(error, provider))


def unanswered_fault(error: Exception, provider: str) -> ProviderFault:
    """Likewise, for what is asked on behalf of an administrator or a listener."""
    outcome = unanswered(error, provider)
    if isinstance(outcome, Rejected):
        return ProviderFault(outcome.failure, lasting=True)
    return ProviderFault(outcome.detail)


def unanswered_media(error: Exception, provider: str) -> MediaFault:
    """Likewise, for a file; what an administrator mends may help it."""
    outcome = unanswered(error, provider)
    return MediaFault(outcome.failure if isinstance(outcome, Rejected) else outcome.detail)


def unreached(error: Exception, provider: str) -> str:
    # never the error's own text: it may name the address with what is secret in it
    return f"{provider} could not be reached ({type(error).__name__})."


def line(text: str, limit: int) -> str:
    """One clean line, for names and reasons."""
    return clean_text(" ".join(text.split()), limit)


def without_secrets(text: str, secrets: Mapping[str, str], limit: int) -> str:
    """One clean line of what a provider said, for a person: no secret stands in it, nor the half of one cut off."""
    for secret in sorted((it.strip() for it in secrets.values()), key=len, reverse=True):
        if len(secret) >= SECRET_MIN:
            text = text.replace(secret, "…")
    return line(text, limit)


def unreadable(detail: str) -> NoReturn:
    raise Unreadable(detail)
