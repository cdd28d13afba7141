"""Accounts that are asked for news: one leased owner each; what came is stored before the provider may forget it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import httpx

from backend.channels.base import AccountView, Channel, Listening, ProviderFault
from backend.jobs.inbound import Accounts
from backend.jobs.outbound import report_fault
from backend.runner import Runner
from backend.store.leases import Lease
from backend.store.raw import Route
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol.ids import ChannelAccountId, new_id

LOOK_SECONDS: Final = 5.0
"""How often accounts are looked for that nobody listens to."""
LEASE: Final = timedelta(seconds=20)
RENEW_SECONDS: Final = 5.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 60.0
_log = logging.getLogger("backend.jobs.listeners")


class Listeners:
    """Takes the lease of every account that nobody owns, and polls it for as long as the lease is ours."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        channels: Sequence[Channel],
        accounts: Accounts,
        http: httpx.AsyncClient,
        stored: Callable[[], None],
        public_url: str = "",
    ) -> None:
        self._store = store
        self._runner = runner
        self._channels = {channel.kind: channel for channel in channels if isinstance(channel, Listening)}
        self._accounts = accounts
        self._http = http
        self._stored = stored
        self._public_url = public_url.rstrip("/")
        self._holder = new_id()
        self._owned: dict[str, Lease] = {}
        self._registered: set[str] = set()
        self._tasks = Tasks("listeners")

    def start(self) -> None:
        self._tasks.start(self._look_forever(), "look")

    async def close(self) -> None:
        owned = tuple(self._owned.values())
        await self._tasks.close()
        for lease in owned:
            try:
                await self._store.leases.release(lease)
            except Exception:
                _log.exception("the lease of %s could not be given back; it runs out by itself", lease.name)

    async def _look_forever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                _log.exception("accounts could not be looked up; it is tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look for accounts without an owner."""
        for kind, channel in self._channels.items():
            for route in await self._store.control.routes(kind):
                if route.channel_account_id in self._owned:
                    continue
                view = await self._accounts(route.tenant_id, route.channel_account_id)
                if view is None:
                    continue
                if channel.listens(view):
                    await self._own(channel, route)
                elif self._public_url and route.route not in self._registered:
                    await self._register(channel, view, route)

    async def _own(self, channel: Listening, route: Route) -> None:
        lease = await self._store.leases.take(f"listen:{route.channel_account_id}", self._holder, LEASE)
        if lease is not None:
            self._owned[route.channel_account_id] = lease
            self._tasks.start(self._listen(channel, route, lease), f"listen {route.channel_account_id}")

    async def _listen(self, channel: Listening, route: Route, lease: Lease) -> None:
        polling = self._tasks.start(self._poll_forever(channel, route), f"poll {route.channel_account_id}")
        try:
            while not polling.done():
                await asyncio.wait({polling}, timeout=RENEW_SECONDS)
                if not await self._store.leases.renew(lease, LEASE):
                    _log.warning("somebody else listens to %s now", route.channel_account_id)
                    break
        except Exception:
            _log.exception("the lease of %s could not be renewed; listening ends", route.channel_account_id)
        finally:
            polling.cancel()
            await asyncio.wait({polling})
            self._owned.pop(route.channel_account_id, None)

    async def _poll_forever(self, channel: Listening, route: Route) -> None:
        cursor, faults, told = "", 0, False
        loop = asyncio.get_running_loop()
        while True:
            view = await self._accounts(route.tenant_id, route.channel_account_id)
            if view is None or not channel.listens(view):
                return
            asked_at = loop.time()
            try:
                pulled = await channel.pull(view, cursor, self._http)
                # Their order is that of these calls: all of them wait for the disk together.
                await asyncio.gather(*(self._store.raw.append(route, {}, update) for update in pulled.updates))
                if pulled.updates:
                    self._stored()
                elif (at_once := FIRST_WAIT - (loop.time() - asked_at)) > 0:
                    await asyncio.sleep(at_once)  # who does not hold the request until there is news is not hammered
                cursor = pulled.cursor  # only now may the provider forget them
            except ProviderFault as fault:
                faults += 1
                if not told and (fault.lasting or faults >= 3):
                    told = True
                    await self._tell(view, str(fault))
                wait = LONGEST_WAIT if fault.lasting else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(faults - 1, 6))
                await asyncio.sleep(fault.retry_after or wait)
            except Exception:
                faults += 1
                _log.exception("what %s sent could not be stored; it is asked again", route.channel_account_id)
                await asyncio.sleep(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(faults - 1, 6)))
            else:
                if told:
                    await self._tell(view, "")
                faults, told = 0, False

    async def _register(self, channel: Listening, view: AccountView, route: Route) -> None:
        try:
            await channel.register(view, f"{self._public_url}/hooks/{route.kind}/{route.route}", self._http)
        except ProviderFault as fault:
            await self._tell(view, str(fault))
        else:
            self._registered.add(route.route)

    async def _tell(self, view: AccountView, fault: str) -> None:
        await report_fault(self._runner, view.tenant_id, ChannelAccountId(view.id), fault)
