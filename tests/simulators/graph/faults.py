"""What goes wrong, on demand or by seeded dice."""

import random
from collections import deque
from dataclasses import dataclass

from tests.simulators.graph import errors
from tests.simulators.graph.errors import GraphError
from tests.simulators.mishaps import LATE_SECONDS, Trouble


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: an answer instead of the right one, before or after the work was done.

    Without an `error` nothing is answered instead: a mere `delay` (seconds), or `silent`, no answer until the caller
    gives up. `html` is what a proxy in front of Graph says. `status` overrules that of the error.
    """

    error: GraphError | None = None
    status: int | None = None
    retry_after: int | None = None  # seconds, as header
    delay: float = 0.0
    silent: bool = False
    after_work: bool = False  # it is done, and yet this is the answer
    html: str = ""


UNAVAILABLE = Fault(errors.SERVICE)
BROKEN = Fault(errors.UNKNOWN)
GATEWAY = Fault(status=502, html="<html><body>502 Bad Gateway</body></html>")
SILENT = Fault(silent=True)
DONE_BUT_BROKEN = Fault(errors.UNKNOWN, after_work=True)
DONE_BUT_SILENT = Fault(silent=True, after_work=True)
EXPIRED = Fault(errors.EXPIRED_TOKEN)


CALL_TROUBLES = {
    Trouble.BROKEN: BROKEN,
    Trouble.AWAY: UNAVAILABLE,
    Trouble.LATE: Fault(delay=LATE_SECONDS),
    Trouble.SILENT: DONE_BUT_SILENT,
}
"""What is asked for by name, where it is the same for every product."""


def rate_limited(error: GraphError = errors.THROUGHPUT, retry_after: int | None = None, status: int = 429) -> Fault:
    """429 with or without Retry-After; 4 and 613 come with 400 in the documents: give `status`."""
    return Fault(error, status=status, retry_after=retry_after)


class Faults:
    """Queued ones first, one a call; then the dice."""

    def __init__(self) -> None:
        self._queued: dict[tuple[str, str], deque[Fault]] = {}
        self._dice = random.Random(0)
        self._rate = 0.0
        self._among: tuple[Fault, ...] = ()
        self._likely: dict[tuple[str, Fault], float] = {}
        self.happened = 0

    def add(self, call: str, faults: tuple[Fault, ...], account_id: str = "") -> None:
        self._queued.setdefault((call, account_id), deque()).extend(faults)

    def throw(self, rate: float, among: tuple[Fault, ...], seed: int) -> None:
        """So much of all sends (0 to 1) fails with one of these."""
        self._rate, self._among, self._dice = rate, among, random.Random(seed)

    def throw_at(self, account_id: str, fault: Fault, share: float) -> None:
        """So much of this account's sends (0 to 1) fails like this from now on."""
        self._likely[account_id, fault] = share

    def next(self, call: str, account_id: str) -> Fault | None:
        found = self._next(call, account_id)
        self.happened += found is not None
        return found

    def _next(self, call: str, account_id: str) -> Fault | None:
        for key in ((call, account_id), (call, "")):
            if self._queued.get(key):
                return self._queued[key].popleft()
        if call not in ("messages", "comments", "replies"):
            return None
        if self._among and self._dice.random() < self._rate:
            return self._dice.choice(self._among)
        likely = [(fault, share) for (whose, fault), share in self._likely.items() if whose == account_id]
        return next((fault for fault, share in likely if self._dice.random() < share), None)
