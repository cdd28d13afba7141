"""Everything that one process does later, started and ended together."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import httpx

from backend.asks import Asks
from backend.channels.base import Channel
from backend.jobs.accounts import Accounts
from backend.jobs.acts import ActWork
from backend.jobs.bots import BotWork
from backend.jobs.inbound import Inbound
from backend.jobs.listeners import Listeners
from backend.jobs.loop import Loop, Work
from backend.jobs.means import Means, Shelf
from backend.jobs.media import MediaWork
from backend.jobs.outbound import OutboundWork
from backend.jobs.paused import Paused
from backend.jobs.people import PeopleWork
from backend.jobs.providers import Providers
from backend.jobs.timers import Timers
from backend.jobs.wallboard import Wallboard
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol.ids import TenantId

INBOUND_LEASE: Final = timedelta(seconds=30)
SEND_LEASE: Final = timedelta(seconds=90)
"""Longer than a provider is waited for."""
MEDIA_LEASE: Final = timedelta(seconds=60)
"""On top of what a file may take: for storing it and telling of it."""
FILES_AT_ONCE: Final = 8
PROVIDER_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_log = logging.getLogger("backend.jobs.shift")


class Shift:
    """The job loops, listeners, boards and timers of a process."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        asks: Asks,
        channels: Sequence[Channel],
        accounts: Accounts,
        now: Callable[[], datetime],
        shelf: Shelf,
    ) -> None:
        self._store = store
        self._now = now
        self.http = httpx.AsyncClient(timeout=PROVIDER_TIMEOUT, follow_redirects=False)
        self._channels = channels
        by_kind = {channel.kind: channel for channel in channels}
        self._paused = Paused(store, accounts, self.received)
        self._received = Inbound(store, runner, by_kind, accounts, self._paused)
        self._inbound = Loop(store, self._received, now, room=128, lease=INBOUND_LEASE)
        means = Means(store, runner, by_kind, accounts, Providers(store, runner, now), self.http, now, shelf)
        self._loops: list[Loop] = []
        """Of all that commands leave to be done."""
        self.also(OutboundWork(means), room=64)
        self.also(ActWork(means), room=32)
        self.also(BotWork(means), room=32)
        self.also(PeopleWork(means), room=16)
        self.also(MediaWork(means), room=FILES_AT_ONCE, lease=timedelta(seconds=shelf.seconds) + MEDIA_LEASE)
        self._listeners = Listeners(store, runner, channels, accounts, self.http, self._inbound.wake)
        self._wallboard = Wallboard(store, runner, asks)
        self._timers = Timers(store, runner, now)

    def also(self, work: Work, room: int = 4, lease: timedelta = SEND_LEASE) -> None:
        """Work of another kind, from the start on; so many of its jobs run at once."""
        self._loops.append(Loop(self._store, work, self._now, room=room, lease=lease))

    async def start(self) -> None:
        """Take up what a process that died had begun, then everything else."""
        if self._store.database.is_sqlite:
            # SQLite has one process: what is claimed now was claimed by one that is gone.
            await self._store.leases.free()
            freed = await self._store.jobs.free()
            if freed:
                _log.info("%d jobs of a process that ended are taken up again", freed)
        await self._paused.start()
        self._inbound.start()
        for loop in self._loops:
            loop.start()
        self._listeners.start()
        self._wallboard.start()
        self._timers.start()

    async def close(self) -> None:
        await self._listeners.close()
        await self._paused.close()
        await self._timers.close()
        await self._wallboard.close()
        await self._inbound.close()
        await self._received.close()
        for loop in self._loops:
            await loop.close()
        for channel in self._channels:
            await channel.close()
        await self.http.aclose()

    def received(self) -> None:
        """A hint: something stands in the raw inbox."""
        self._inbound.wake()

    def jobs_made(self) -> None:
        """A hint: a command left something to do."""
        for loop in self._loops:
            loop.wake()

    def grown(self, tenant_id: TenantId, heads: Mapping[str, int]) -> None:
        """A hint: these scopes have grown."""
        self._wallboard.grown(tenant_id, heads)
