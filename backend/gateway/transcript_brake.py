"""How often a visitor may have a transcript mailed: a few a day for each visitor, and for each address."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from backend.gateway.ration import Ration, digest
from backend.store.store import Store
from omnix_protocol.errors import Refused
from omnix_protocol.frames import Result

PER_DAY: Final = 3
DAY: Final = timedelta(days=1)


class TranscriptBrake:
    """What was not mailed costs no turn."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._ration = Ration(store, now, DAY)

    async def within(self, parties: tuple[str, ...], ask: Callable[[], Awaitable[Result]]) -> Result | Refused:
        """What came of asking, by and for these; refused once any of them had its share of the day."""
        limits = {digest("transcript", one): PER_DAY for one in parties}
        # counted before it is asked: who presses many times at once gets no more
        if (held := await self._ration.take(limits)) is not None:
            return held
        mailed = False
        try:
            result = await ask()
            mailed = result.refused is None
        finally:
            if not mailed:
                await self._ration.give_back(limits)
        return result
