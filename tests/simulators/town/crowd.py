"""Customers at every place, a few at a time, at a human pace."""

import asyncio
import random
from collections.abc import Callable, Sequence

from backend.demo.talks import talks
from tests.simulators.town.people import CUSTOMERS
from tests.simulators.town.places import LineOf, Place
from tests.simulators.town.talking import Pace, talk_through

FIRST_SECONDS = 1.0
"""Between the first customers, so that soon there is somebody everywhere."""


class Crowd:
    """Starts conversations at a rate, at one place after the other, never more at once than `most`."""

    def __init__(self, places: Sequence[Place], pace: Pace, most: int) -> None:
        self._lines = [(place.kind, place.line) for place in places if place.line is not None]
        self._pace = pace
        self._most = most
        self._talks = talks()
        self._busy: set[asyncio.Task[None]] = set()
        self._begun = 0
        self._first = pace.dice.randrange(CUSTOMERS)

    async def keep_writing(self, per_minute: float) -> None:
        """Until cancelled."""
        try:
            while True:
                if len(self._busy) < self._most:
                    self._begin()
                early = self._begun <= len(self._lines)
                pause = FIRST_SECONDS if early else 60 / per_minute
                await asyncio.sleep(pause * self._pace.dice.uniform(0.5, 1.5))
        finally:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    def _begin(self) -> None:
        round_, place = divmod(self._begun, len(self._lines))
        self._begun += 1
        task = asyncio.create_task(self._careful(*self._lines[place], self._first + round_))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _careful(self, kind: str, line_of: LineOf, person: int) -> None:
        try:
            async with line_of(person) as line:
                await talk_through(self._pace.dice.choice(self._talks), line, self._pace, _filled(self._pace.dice))
        except TimeoutError:
            return  # gave up waiting
        except Exception as error:
            print(f"a customer of {kind} went away: {type(error).__name__}: {error}", flush=True)


def _filled(dice: random.Random) -> Callable[[str], str]:
    service, home = f"1{dice.randint(10**10, 10**11 - 1)}", f"Jl. Kenanga No. {dice.randint(1, 90)}, Kota Contoh"
    return lambda text: text.replace("{service}", service).replace("{address}", home)
