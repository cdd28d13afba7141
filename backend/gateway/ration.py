"""So many of something for each party in a while, then a pause: counted in the store, for all processes."""

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from backend.store.store import Store
from omnix_protocol.errors import Reason, Refused, refused


class Ration:
    """Parties are named by digests: no name or address stands in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime], pause: timedelta) -> None:
        self._store = store
        self._now = now
        self._pause = pause

    async def take(self, limits: Mapping[str, int]) -> Refused | None:
        """One more of each; the refusal, where one of these parties has had its share, and then none of any."""
        now = self._now()
        known = await self._store.attempts.get(limits)
        held = max((one.blocked_until for one in known.values() if one.blocked_until is not None), default=now)
        if held > now:
            return refused(Reason.TOO_MANY_REQUESTS, seconds=seconds_of(held - now))
        taken: list[str] = []
        for key, most in sorted(limits.items()):
            until = await self._store.attempts.use(key, most, now, self._pause)
            if until is not None:  # others asked at the same moment
                await self._store.attempts.give_back(taken)
                return refused(Reason.TOO_MANY_REQUESTS, seconds=seconds_of(until - now))
            taken.append(key)
        return None

    async def give_back(self, limits: Mapping[str, int]) -> None:
        """It came to nothing."""
        await self._store.attempts.give_back(limits)


def digest(*parts: str) -> str:
    """A key that tells nobody who it is."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def seconds_of(span: timedelta) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, math.ceil(span.total_seconds()))
