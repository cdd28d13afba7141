"""Everything that one process does later, started and ended together."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import httpx

from backend.asks import Asks
from backend.channels.base import Channel
from backend.jobs.inbound import Accounts, Inbound
from backend.jobs.listeners import Listeners
from backend.jobs.loop import Loop
from backend.jobs.outbound import OutboundWork
from backend.jobs.timers import Timers
from backend.jobs.wallboard import Wallboard
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol.ids import TenantId

INBOUND_LEASE: Final = timedelta(seconds=30)
SEND_LEASE: Final = timedelta(seconds=90)
"""Longer than a provider is waited for."""
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
        *,
        public_url: str = "",
    ) -> None:
        self._store = store
        self._http = httpx.AsyncClient(timeout=PROVIDER_TIMEOUT, follow_redirects=False)
        by_kind = {channel.kind: channel for channel in channels}
        self._received = Inbound(store, runner, by_kind, accounts)
        outbound = OutboundWork(store, runner, by_kind, accounts, self._http, now)
        self._inbound = Loop(store, self._received, now, room=128, lease=INBOUND_LEASE)
        self._outbound = Loop(store, outbound, now, room=64, lease=SEND_LEASE)
        self._listeners = Listeners(store, runner, channels, accounts, self._http, self._inbound.wake, public_url)
        self._wallboard = Wallboard(store, runner, asks)
        self._timers = Timers(store, runner, now)

    async def start(self) -> None:
        """Take up what a process that died had begun, then everything else."""
        if self._store.database.is_sqlite:
            # SQLite has one process: what is claimed now was claimed by one that is gone.
            await self._store.leases.free()
            freed = await self._store.jobs.free()
            if freed:
                _log.info("%d jobs of a process that ended are taken up again", freed)
        self._inbound.start()
        self._outbound.start()
        self._listeners.start()
        self._wallboard.start()
        self._timers.start()

    async def close(self) -> None:
        await self._listeners.close()
        await self._timers.close()
        await self._wallboard.close()
        await self._inbound.close()
        await self._received.close()
        await self._outbound.close()
        await self._http.aclose()

    def received(self) -> None:
        """A hint: something stands in the raw inbox."""
        self._inbound.wake()

    def jobs_made(self) -> None:
        """A hint: a command left something to do."""
        self._outbound.wake()

    def grown(self, tenant_id: TenantId, heads: Mapping[str, int]) -> None:
        """A hint: these scopes have grown."""
        self._wallboard.grown(tenant_id, heads)
