"""When followers are told what is new: at once while there is time, together while there is more to do."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

WAIT_MAX_SECONDS: Final = 0.5
QUIET_SHARE: Final = 3
BUSY_SHARE: Final = 6
FORGETTING: Final = 0.9


class Pace:
    """One per process. What a round of telling costs says when the next may begin, so that it leaves time for the rest.

    While commands run, more commits are about to come and a round waits for them: once what a round costs, and after
    one six times that, for acknowledgements cost as much again. When no command runs, it waits three times the cost of
    the one before. A lone commit after a pause waits for nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """The clock is the loop's."""
        self._clock = clock
        self._busy = False
        self._settled = asyncio.Event()
        self._cost = self._earliest = self._latest = 0.0

    @property
    def earliest(self) -> float:
        """When the next round may begin, whoever still runs."""
        return self._earliest

    def running(self, commands: int) -> None:
        """So many commands run at this moment."""
        self._busy = commands > 0
        if not self._busy:
            self._settled.set()

    def spent(self, seconds: float) -> None:
        """A round is over and took this long. A small one does not cut short the rest after a large one."""
        now = self._clock()
        self._cost = max(min(seconds, WAIT_MAX_SECONDS), self._cost * FORGETTING)
        self._earliest = max(self._earliest, now + min(QUIET_SHARE * seconds, WAIT_MAX_SECONDS))
        self._latest = max(self._latest, now + min(BUSY_SHARE * seconds, WAIT_MAX_SECONDS))

    def begins(self, asked: float) -> float:
        """When a round that was asked for then may begin, as things stand."""
        return max(self._latest, asked + self._cost) if self._busy else self._earliest

    async def turn(self) -> None:
        """Until the next round may begin."""
        asked = self._clock()
        while (left := self.begins(asked) - self._clock()) > 0:
            self._settled.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._settled.wait()
