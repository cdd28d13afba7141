"""What goes wrong between a provider and us: failing calls, and webhooks that come twice or in another order."""

import asyncio
import random
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

import httpx
from starlette.responses import Response

LATE_SECONDS = 3.0
"""How late an answer comes where lateness was asked for."""
ASKED = re.compile(r"(?P<place>[a-z_]+)=(?P<trouble>[a-z0-9]+)(?::(?P<share>\d{1,3})%)?")


class Trouble(StrEnum):
    """What may be asked of every simulator by name."""

    THROTTLED = "429"
    BROKEN = "500"
    AWAY = "503"
    LATE = "delay"
    SILENT = "silent"  # no answer until the caller gives up, and yet it was done
    EXPIRED = "expired"  # the token
    REPEATED = "repeat"  # what customers do is told twice
    DISORDERLY = "reorder"  # and the next one overtakes it


class Unable(Exception):
    """This simulator cannot do that; one sentence."""


@dataclass(frozen=True)
class Asked:
    """One item of `line=429,x=503:10%`."""

    place: str  # a kind of channel
    what: Trouble
    share: float


def asked(text: str) -> list[Asked]:
    """Raises Unable where an item cannot be read."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        match = ASKED.fullmatch(item)
        if match is None or match["trouble"] not in [*Trouble]:
            raise Unable(
                f"“{item}”: expected CHANNEL=TROUBLE or CHANNEL=TROUBLE:10%, with one of {', '.join(Trouble)}."
            )
        found.append(Asked(match["place"], Trouble(match["trouble"]), min(int(match["share"] or 100), 100) / 100))
    return found


T = TypeVar("T")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an answer instead of the right one, before or after the work was done."""

    status: int = 500
    text: str = ""  # the provider's words; empty: those that it uses for this status
    headers: tuple[tuple[str, str], ...] = ()
    retry_after: int | None = None  # seconds, said in the provider's way
    after_work: bool = False  # the message went out, and yet this is the answer
    silent: bool = False  # no answer at all until the caller gives up
    delay: float = 0  # seconds before the answer; with `only_late` the right answer, late
    only_late: bool = False
    garbage: bool = False  # the status with a body that is no JSON


def late(seconds: float) -> Fault:
    """The right answer, but not before so many seconds."""
    return Fault(status=200, after_work=True, delay=seconds, only_late=True)


CALL_TROUBLES = {
    Trouble.THROTTLED: Fault(429, retry_after=5),
    Trouble.BROKEN: Fault(500),
    Trouble.AWAY: Fault(503),
    Trouble.LATE: late(LATE_SECONDS),
    Trouble.SILENT: Fault(silent=True, after_work=True),
}
"""Those that are an answer; the others are not the answers' matter."""


class Faults:
    """Those of one account, by the name of the call; after them, the dice."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}
        self._likely: dict[Fault, float] = {}
        self._dice = random.Random()
        self.happened = 0

    def add(self, call: str, *faults: Fault) -> None:
        self._waiting.setdefault(call, deque()).extend(faults)

    def throw(self, fault: Fault, share: float) -> None:
        """So much of all calls (0 to 1) fails like this from now on."""
        self._likely[fault] = share

    def _next(self, call: str) -> Fault | None:
        if waiting := self._waiting.get(call):
            return waiting.popleft()
        return next((fault for fault, share in self._likely.items() if self._dice.random() < share), None)

    async def around(
        self, call: str, work: Callable[[], Awaitable[Response]], failed: Callable[[Fault], Response]
    ) -> Response:
        """The answer of the work, or what the next fault of this call makes of it."""
        fault = self._next(call)
        if fault is None:
            return await work()
        self.happened += 1
        answer = await work() if fault.after_work else None
        await asyncio.sleep(60 if fault.silent else fault.delay)
        if fault.garbage:
            return Response(b"<html>Bad Gateway</html>", fault.status, media_type="text/html")
        return answer if fault.only_late and answer is not None else failed(fault)


@dataclass(frozen=True)
class Parcel:
    """One webhook: what to send the first time and what when it is brought again."""

    first: Callable[[], httpx.Request]
    again: Callable[[], httpx.Request]
    heard: Callable[[httpx.Response], Awaitable[None]] | None = None  # what is done with the answer


@dataclass
class Disturbance:
    """Shares (0 to 1) of what comes twice and of what the next one overtakes; both are counted as they happen."""

    repeated: float = 0.0
    reordered: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    repeats: int = 0  # brought again, and answered
    overtaken: int = 0


@dataclass
class Courier:
    """Brings webhooks; with the same dice the same ones come twice or change places."""

    http: httpx.AsyncClient
    dice: random.Random = field(default_factory=random.Random)
    duplicated: float = 0.0  # share of parcels brought twice, 0 to 1
    reordered: float = 0.0  # share of parcels that the next one overtakes, 0 to 1
    patience: float = 0.05  # seconds before the second attempt; each later one waits twice as long, at most a second
    attempts: int = 6  # to bring a webhook before it is given up
    undelivered: list[Parcel] = field(default_factory=list)
    repeats: int = 0  # brought again, and answered
    overtaken: int = 0
    _held: list[Parcel] = field(default_factory=list)

    def trouble(self, what: Trouble, share: float) -> None:
        """How webhooks come from now on."""
        if what is Trouble.REPEATED:
            self.duplicated = share
        else:
            self.reordered = share

    async def take(self, parcel: Parcel) -> bool:
        """Whether it arrived; True too for one that is held back until the next (or `flush`)."""
        if self.dice.random() < self.reordered:
            self._held.append(parcel)
            self.overtaken += 1
            return True
        arrived = await self._bring(parcel)
        await self.flush()
        return arrived

    @asynccontextmanager
    async def disturbed(self, by: Disturbance) -> AsyncIterator[None]:
        """What is brought in the block is; all has come when it ends."""
        self.dice, self.duplicated, self.reordered = by.dice, by.repeated, by.reordered
        before = self.repeats, self.overtaken
        yield
        self.duplicated = self.reordered = 0.0
        await self.flush()
        by.repeats += self.repeats - before[0]
        by.overtaken += self.overtaken - before[1]

    async def flush(self) -> None:
        """Whatever is held back goes out now."""
        held, self._held = self._held, []
        for parcel in held:
            await self._bring(parcel)

    async def _bring(self, parcel: Parcel) -> bool:
        if not await self._arrived(parcel, parcel.first):
            self.undelivered.append(parcel)
            return False
        if self.dice.random() < self.duplicated:
            self.repeats += await self._arrived(parcel, parcel.again)
        return True

    async def _arrived(self, parcel: Parcel, first: Callable[[], httpx.Request]) -> bool:
        for attempt in range(self.attempts):
            try:
                answer = await self.http.send(first() if attempt == 0 else parcel.again())
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                if parcel.heard is not None:
                    await parcel.heard(answer)
                return True
            await asyncio.sleep(min(1.0, self.patience * 2**attempt))
        return False


class Shuffled(Generic[T]):
    """Hands over what is no webhook, disturbed in the same ways."""

    def __init__(self, hand_over: Callable[[T], Awaitable[None]]) -> None:
        """`hand_over` returns once it is there."""
        self._hand_over = hand_over
        self._by = Disturbance()
        self._held: list[T] = []

    async def take(self, thing: T) -> None:
        """Handed over, or held back until the next."""
        if self._by.dice.random() < self._by.reordered:
            self._held.append(thing)
            self._by.overtaken += 1
            return
        await self._bring(thing)
        await self._flush()

    @asynccontextmanager
    async def disturbed(self, by: Disturbance) -> AsyncIterator[None]:
        """As a Courier is."""
        self._by = by
        yield
        self._by = Disturbance()
        await self._flush()

    async def _flush(self) -> None:
        held, self._held = self._held, []
        for thing in held:
            await self._bring(thing)

    async def _bring(self, thing: T) -> None:
        await self._hand_over(thing)
        if self._by.dice.random() < self._by.repeated:
            await self._hand_over(thing)
            self._by.repeats += 1
