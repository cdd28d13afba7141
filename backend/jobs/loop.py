"""Claims what is due, runs it side by side, and says what became of it; whatever dies comes back by itself."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from backend.store.jobs import Job
from backend.store.store import Store
from backend.tasks import Tasks

LOOK_SECONDS: Final = 1.0
"""How long a loop sleeps at most: what a lost hint would have said is seen by then."""
FAULT_SECONDS: Final = 1.0
ROUND_SECONDS: Final = 0.01
ROUND_MAX_SECONDS: Final = 0.025
"""What comes within these times is claimed together: the more a claim costs, the more share one."""
GROUP_SECONDS: Final = 0.005
_log = logging.getLogger("backend.jobs.loop")


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to do."""


@dataclass(frozen=True, slots=True)
class Later:
    """Again, after so many seconds, for this reason."""

    seconds: float
    why: str
    tried: bool = True  # False: it only waited for its turn, and has as many tries left as before


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Kept to be seen and, by a person, run again."""

    why: str


@dataclass(frozen=True, slots=True)
class Aside:
    """It stands where nobody claims it, until it is taken up again."""


Outcome = Done | Later | GiveUp | Aside


class Work(Protocol):
    """What a kind of job needs."""

    kinds: frozenset[str]

    async def begin(self, jobs: Sequence[Job]) -> Sequence[Coroutine[Any, Any, Outcome]]:
        """One coroutine for each job, in the jobs' order; where order matters it is settled in here."""
        ...


class Loop:
    """One per work and process. `room` jobs run at once; each has `lease` to end, which its work may extend."""

    def __init__(
        self, store: Store, work: Work, now: Callable[[], datetime], *, room: int = 64, lease: timedelta
    ) -> None:
        self._store = store
        self._work = work
        self._now = now
        self._room = room
        self._lease = lease
        self._running = 0
        self._closing = False
        self._full = False
        self._ended: list[Job] = []
        self._ending = False
        self._wake = asyncio.Event()
        self._tasks = Tasks(f"jobs {min(work.kinds)}")

    def start(self) -> None:
        self._tasks.start(self._forever(), "loop")

    async def close(self, seconds: float = 5.0) -> None:
        """Begin nothing more and let what runs end; after that it is cut off, and its lease runs out."""
        self._closing = True
        self._wake.set()
        try:
            async with asyncio.timeout(seconds):
                while self._running or self._ended:
                    await self._wake.wait()
                    self._wake.clear()
        except TimeoutError:
            _log.warning("%d jobs were cut off", self._running)
        await self._tasks.close()

    def wake(self) -> None:
        """A hint that there may be something to do."""
        self._wake.set()

    async def _forever(self) -> None:
        while not self._closing:
            self._wake.clear()
            began = time.monotonic()
            try:
                found = await self._round()
            except Exception:
                _log.exception("jobs could not be claimed; it is tried again")
                await asyncio.sleep(FAULT_SECONDS)
                continue
            took = time.monotonic() - began
            self._full = self._running >= self._room
            if found == 0 or self._full:
                await self._rest()
            await asyncio.sleep(min(max(ROUND_SECONDS, 3 * took), ROUND_MAX_SECONDS))

    async def _round(self) -> int:
        """Claim as many as there is room for and set them going; the answer is how many came."""
        free = self._room - self._running
        if free <= 0:
            return 0
        jobs = await self._store.jobs.claim(self._work.kinds, free, self._lease)
        if not jobs:
            return 0
        self._running += len(jobs)
        try:
            works = await self._work.begin(jobs)
        except Exception as error:
            _log.exception("claimed jobs could not be begun")
            works = [_begun_badly(type(error).__name__) for _ in jobs]
        for job, work in zip(jobs, works, strict=True):
            self._tasks.start(self._one(job, work), f"{job.kind} {job.id}")
        return len(jobs)

    async def _one(self, job: Job, work: Coroutine[Any, Any, Outcome]) -> None:
        try:
            try:
                outcome = await work
            except Exception as error:
                _log.exception("job %s of kind %s failed", job.id, job.kind)
                outcome = Later(min(300.0, 2.0 ** min(job.attempts, 8)), type(error).__name__)
            await self._end(job, outcome)
        finally:
            self._running -= 1
            # A claim is a write: whoever is full looks again when half of the room is free, not after each job.
            if self._closing or (self._full and self._running <= self._room // 2):
                self._full = False
                self._wake.set()

    async def _end(self, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Done():
                self._ended.append(job)
                if not self._ending:
                    self._ending = True
                    self._tasks.start(self._end_together(), "end")
            case Later():
                at = self._now() + timedelta(seconds=outcome.seconds)
                await self._store.jobs.retry(job, at, outcome.why, tried=outcome.tried)
            case GiveUp():
                _log.warning("job %s of kind %s is given up: %s", job.id, job.kind, outcome.why)
                await self._store.jobs.fail(job, outcome.why)
            case Aside():
                pass

    async def _end_together(self) -> None:
        """What ended within a moment leaves the table in one transaction; until then its lease keeps others away."""
        try:
            while self._ended:
                await asyncio.sleep(GROUP_SECONDS)
                ended, self._ended = self._ended, []
                try:
                    await self._store.jobs.done_together(ended)
                except Exception:
                    _log.exception("%d jobs that are done could not be taken away; it is tried again", len(ended))
                    self._ended += ended
                    await asyncio.sleep(FAULT_SECONDS)
        finally:
            self._ending = False
            self._wake.set()

    async def _rest(self) -> None:
        """Until a hint comes, a job ends, or the next job is due; at most a second."""
        seconds = LOOK_SECONDS
        if not self._full:
            due = await self._next_due()
            if due is not None:
                seconds = min(seconds, max(0.0, (due - self._now()).total_seconds()))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _next_due(self) -> datetime | None:
        try:
            return await self._store.jobs.next_due(self._work.kinds)
        except Exception:
            _log.exception("due jobs could not be looked up")
            return None


async def _begun_badly(why: str) -> Outcome:
    return Later(FAULT_SECONDS, why)


class Turns:
    """Lets work with the same key happen one after another, in the order in which tickets were drawn."""

    def __init__(self) -> None:
        self._last: dict[object, asyncio.Event] = {}

    def ticket(self, key: object) -> "Ticket":
        before, mine = self._last.get(key), asyncio.Event()
        self._last[key] = mine
        return Ticket(self, key, before, mine)

    def tickets(self, keys: Iterable[object]) -> "list[Ticket]":
        return [self.ticket(key) for key in dict.fromkeys(keys)]

    def leave(self, key: object, mine: asyncio.Event) -> None:
        mine.set()
        if self._last.get(key) is mine:
            del self._last[key]


class Ticket:
    """A place in one key's line; must be given back, used or not."""

    __slots__ = ("_before", "_key", "_mine", "_turns")

    def __init__(self, turns: Turns, key: object, before: asyncio.Event | None, mine: asyncio.Event) -> None:
        self._turns = turns
        self._key = key
        self._before = before
        self._mine = mine

    async def turn(self) -> None:
        """Wait until everybody before has left."""
        if self._before is not None:
            await self._before.wait()

    def leave(self) -> None:
        self._turns.leave(self._key, self._mine)


async def in_turn(tickets: Sequence[Ticket], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """The work, when all these tickets' turns have come."""
    try:
        for ticket in tickets:
            await ticket.turn()
        return await work()
    finally:
        for ticket in tickets:
            ticket.leave()
