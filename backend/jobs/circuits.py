"""One switch per channel account: a provider that is down is asked now and then, not by every message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

OPENS_AFTER: Final = 3
"""Faults in a row until an account is left alone for a while."""
FIRST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 300.0


@dataclass(slots=True)
class Circuit:
    """Closed: ask. Open: wait until `until`, then let one try through; each further fault doubles the wait."""

    faults: int = 0
    until: datetime | None = None
    broken: bool = False
    _trying: bool = False

    def wait(self, now: datetime) -> float:
        """Seconds to leave the account alone; 0: ask, and tell what became of it."""
        if self.until is not None and (left := (self.until - now).total_seconds()) > 0:
            return left
        if not self.broken:
            return 0.0
        if self._trying:
            return 1.0
        self._trying = True
        return 0.0

    def works(self) -> bool:
        """It answered. True where that is news."""
        was_broken = self.broken
        self.faults, self.until, self.broken, self._trying = 0, None, False, False
        return was_broken

    def failed(self, now: datetime, *, lasting: bool = False) -> bool:
        """It did not answer, or with `lasting`, it never will like this. True where that is news."""
        self.faults += 1
        self._trying = False
        if self.faults < OPENS_AFTER and not lasting:
            return False
        was_whole = not self.broken
        self.broken = True
        beyond = max(0, self.faults - OPENS_AFTER)
        self.until = now + timedelta(seconds=min(LONGEST_SECONDS, FIRST_SECONDS * 2.0**beyond))
        return was_whole

    def throttled(self, now: datetime, seconds: float) -> None:
        """It asked to be left alone for so long, which is no fault."""
        self._trying = False
        until = now + timedelta(seconds=seconds)
        self.until = until if self.until is None else max(self.until, until)
