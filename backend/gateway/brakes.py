"""Brakes on guessing: rising delays for an account and for an address; a lock only for the pair of both."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from backend.config import SignIn
from backend.gateway.ration import digest, seconds_of
from backend.store.store import Store
from omnix_protocol.errors import Reason, Refused, refused

ADDRESS_FACTOR: Final = 10
"""A whole office shares an address: it may fail so many times as often as an account before it is slowed."""
WAITING: Final = 4
"""Attempts of one pair that may wait for their turn in this process."""
LONGEST_LOCK: Final = timedelta(days=1)


class Brakes:
    """Counts failures in the database, so that all processes brake alike. Names and addresses are kept as digests."""

    def __init__(self, store: Store, settings: SignIn, now: Callable[[], datetime]) -> None:
        self._attempts = store.attempts
        self._settings = settings
        self._now = now
        self._forget = timedelta(seconds=settings.forget_seconds)
        self._waiting: dict[str, int] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, account: str, address: str) -> AsyncIterator[Refused | None]:
        """One attempt of a pair at a time, so that asking many times at once is no faster; a few may wait."""
        key = digest("pair", account, address)
        if self._waiting.get(key, 0) >= WAITING:
            yield refused(Reason.TOO_MANY_REQUESTS, seconds=1)
            return
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            async with self._turns.setdefault(key, asyncio.Lock()):
                yield await self.wait(account, address)
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._turns[key]

    async def wait(self, account: str, address: str) -> Refused | None:
        """Hold an attempt back for as long as the failures before it ask for; or say when to come again."""
        pair, by_account, by_address = _keys(account, address)
        now = self._now()
        known = await self._attempts.get((pair, by_account, by_address))
        lock = known.get(pair)
        if lock is not None and lock.blocked_until is not None and lock.blocked_until > now:
            return refused(Reason.LOCKED_OUT, seconds=seconds_of(lock.blocked_until - now))
        delay = 0.0
        for key, free in ((by_account, self._free), (by_address, self._free * ADDRESS_FACTOR)):
            attempt = known.get(key)
            if attempt is not None and now - attempt.last_at <= self._forget:
                delay = max(delay, self.delay(attempt.failures - free))
        if delay:
            await asyncio.sleep(delay)
        return None

    async def failed(self, account: str, address: str) -> Refused | None:
        """One failure more; the refusal where the pair is locked by it."""
        pair, by_account, by_address = _keys(account, address)
        now = self._now()
        failures = await self._attempts.fail(pair, now, self._forget)
        await self._attempts.fail(by_account, now, self._forget)
        await self._attempts.fail(by_address, now, self._forget)
        over = failures - self._settings.lock_failures
        if over < 0:
            return None
        lock = min(timedelta(seconds=self._settings.lock_seconds * 2 ** min(over, 16)), LONGEST_LOCK)
        await self._attempts.block(pair, now + lock)
        return refused(Reason.LOCKED_OUT, seconds=seconds_of(lock))

    async def succeeded(self, account: str, address: str) -> None:
        """The right person came: their account and this pair begin afresh; the address does not."""
        pair, by_account, _ = _keys(account, address)
        await self._attempts.clear((pair, by_account))

    async def forgive(self, account: str) -> None:
        """After a reset by an administrator."""
        await self._attempts.clear((digest("account", account),))

    def delay(self, over: int) -> float:
        """Seconds before the next attempt is looked at, after so many failures beyond the free ones."""
        if over < 0:
            return 0.0
        return min(self._settings.delay_seconds * 2.0 ** min(over, 30), self._settings.delay_max_seconds)

    @property
    def _free(self) -> int:
        return self._settings.free_failures


def account_key(tenant_code: str, email: str) -> str:
    """One account, whether it exists or not."""
    return f"{tenant_code.strip().casefold()}\x1f{email.strip().casefold()}"


def _keys(account: str, address: str) -> tuple[str, str, str]:
    return digest("pair", account, address), digest("account", account), digest("address", address)
