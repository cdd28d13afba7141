"""What the suite needs of a provider, whatever it is; what one does not have stands in its `lacks`, with the reason."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import Any, ClassVar

from PIL import Image

from omnix_protocol.messages import DeliveryState, Message
from tests.simulators.mishaps import Disturbance


def _picture() -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(held, "PNG")
    return held.getvalue()


PNG = _picture()
PATIENCE = 120
"""Attempts to bring a webhook, a second apart, of a provider that never gives up within a test."""
REGISTERED_SECONDS = 90
"""How long the server may take to tell a provider its address: after a fault it waits a minute."""


class Can(StrEnum):
    """What a channel may have; the suite asks for nothing that a provider lacks."""

    TEXT = "text"  # what the customer does has words
    SEND = "send"
    MEDIA_IN = "media_in"
    MEDIA_OUT = "media_out"
    DELIVERED = "delivered"
    READ = "read"
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    WEBHOOK = "webhook"  # told by webhook: it can be forged and replayed; else the server listens
    REPEAT = "repeat"  # what comes twice can be known again
    REORDER = "reorder"  # one may overtake another
    TIME = "time"  # what the customer does bears the provider's time


class Failing(StrEnum):
    """How the next sending fails."""

    REFUSED = "refused"  # in the provider's words, for this message
    THROTTLED = "throttled"  # once; the provider asks for a second, or for no certain time
    REVOKED = "revoked"  # the account's rights are gone
    BROKEN = "broken"  # it went out, and yet the answer is a fault


Case = Can | Failing
CASES: frozenset[Case] = frozenset((*Can, *Failing))
Lacks = Mapping[Case, str]


def lacking(reason: str, *cases: Case) -> dict[Case, str]:
    """The same reason for several."""
    return dict.fromkeys(cases, reason)


@dataclass(frozen=True)
class Helper:
    """An account of another kind that the account cannot do without: its bot."""

    kind: str
    given: dict[str, str]
    secrets: dict[str, str]

    def settings(self) -> dict[str, str]:
        return self.given


class Customer:
    """What the customer does. What is not overridden is in a provider's `lacks`, and nobody asks for it."""

    async def says(self, text: str) -> Any:
        """The customer writes; what names the message afterwards."""
        raise NotImplementedError

    def words(self, message: Message) -> str:
        """What `says` was given."""
        return message.text

    def flaw(self, message: Message) -> str:
        """What is wrong with a message of which everything has come; "" for nothing."""
        return ""

    async def shows(self, data: bytes, name: str) -> None:
        """The customer sends a PNG."""
        raise NotImplementedError

    async def edits(self, message: Any, text: str) -> None:
        raise NotImplementedError

    async def takes_back(self, message: Any) -> None:
        raise NotImplementedError

    async def reacts(self, emoji: str) -> None:
        """To what the agent sent last."""
        raise NotImplementedError

    async def receipts(self) -> None:
        """The customer's device has the last message, and shows it."""
        raise NotImplementedError


class Provider(Customer):
    """One customer and one account at a provider; likewise."""

    kind: ClassVar[str]
    lacks: ClassVar[Lacks] = MappingProxyType({})
    cursor: ClassVar[bool] = False  # the server begins where it stood at its first look
    asked_seconds: ClassVar[float] = 1.0  # at least so long somebody who asks to wait is waited for
    after_broken: ClassVar[DeliveryState] = DeliveryState.UNCERTAIN  # or what the provider itself tells afterwards
    secrets: dict[str, str]
    helper: Helper | None = None

    @property
    def refusal(self) -> str:
        """The words of Failing.REFUSED."""
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """Those of the account, once the provider serves."""
        raise NotImplementedError

    async def attach(self, hook: str) -> None:
        """Until the account's webhooks go there, by the server's own doing where it can, or the server listens."""
        raise NotImplementedError

    async def helper_attached(self, hook: str) -> None:
        """Likewise for the helper, whose webhooks go there."""

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        """What is said in the block comes like this; all has come when it ends."""
        raise NotImplementedError

    def patient(self) -> None:
        """From now on webhooks are brought for as long as it takes: the server may be away."""

    async def forged(self) -> int:
        """The status that a webhook with a wrong signature gets."""
        raise NotImplementedError

    async def replayed(self) -> int:
        """The status that the last webhook gets when somebody sends it again as it was."""
        raise NotImplementedError

    async def fails(self, how: Failing) -> None:
        raise NotImplementedError

    def failed(self) -> int:
        """How often it has failed as it was asked to; more often where one asking is for several calls."""
        return 0

    def sent(self) -> list[str]:
        """Texts that have reached the customer, in order."""
        raise NotImplementedError

    async def fetched(self, cursor: str) -> bool:
        """Whether a server that stands there has all that was said; one that is told of it always has."""
        return True

    async def settled(self, replies: Collection[str]) -> None:
        """What was sent may be on its way for a moment, and a bot may be about to speak; these are all replies."""

    async def files(self) -> list[bytes]:
        """Files that have reached the customer."""
        raise NotImplementedError


Opening = Callable[[], AbstractAsyncContextManager[Provider]]
OPENINGS: dict[str, Opening] = {}
PROVIDERS: dict[str, type[Provider]] = {}


def provides(provider: type[Provider], name: str = "") -> Callable[[Callable[[], AsyncIterator[Provider]]], Opening]:
    """The decorated generator opens such a provider, and closes it. `name` where its kind has another one already."""

    def register(opening: Callable[[], AsyncIterator[Provider]]) -> Opening:
        called = name or provider.kind
        OPENINGS[called], PROVIDERS[called] = asynccontextmanager(opening), provider
        return OPENINGS[called]

    return register


def able(*any_of: Case) -> list[str]:
    """The names of the providers that have one of these."""
    return sorted(name for name, provider in PROVIDERS.items() if set(any_of) - provider.lacks.keys())
