"""One switch per channel account: a provider that is down is asked now and then, not by every message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from omnix_protocol.channels import FaultKind

OPENS_AFTER: Final = 3
"""Faults in a row until an account is left alone for a while."""
FIRST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 300.0


@dataclass(slots=True)
class Circuit:
    """Closed: ask. Open: wait until `until`, then let one try through; each further fault doubles the wait."""

    faults: int = 0
    until: datetime | None = None
    told: FaultKind | None = None  # what is known of it; None while it works
    _trying: bool = False

    def wait(self, now: datetime) -> float:
        """Seconds to leave the account alone; 0: ask, and tell what became of it."""
        if self.until is not None and (left := (self.until - now).total_seconds()) > 0:
            return left
        if self.told is None:
            return 0.0
        if self._trying:
            return 1.0
        self._trying = True
        return 0.0

    def unasked(self) -> None:
        """Nothing was learned of the account after all: somebody else may try."""
        self._trying = False

    def works(self) -> bool:
        """It answered. True where that is news."""
        was_broken = self.told is not None
        self.faults, self.until, self.told, self._trying = 0, None, None, False
        return was_broken

    def failed(self, now: datetime, kind: FaultKind = FaultKind.AWAY) -> bool:
        """It did not answer, or refused and will again. True where that is news, also of another kind than before."""
        if self.told is not None and self.until is not None and now < self.until:
            if kind is FaultKind.AWAY:
                return False  # asked before it was left alone: many at once are one fault
        else:
            self._trying = False
            self.faults += 1
            if self.faults < OPENS_AFTER and kind is FaultKind.AWAY:
                return False
            beyond = max(0, self.faults - OPENS_AFTER)
            self.until = now + timedelta(seconds=min(LONGEST_SECONDS, FIRST_SECONDS * 2.0**beyond))
        is_news, self.told = self.told is not kind, kind
        return is_news

    def throttled(self, now: datetime, seconds: float) -> None:
        """It asked to be left alone for so long, which is no fault."""
        self._trying = False
        until = now + timedelta(seconds=seconds)
        self.until = until if self.until is None else max(self.until, until)
