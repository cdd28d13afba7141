"""Accounts that are asked for news: one leased owner each; what came is stored before the provider may forget it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from backend.channels.base import AccountView, Channel, Listening, Post, ProviderFault
from backend.jobs.accounts import Accounts
from backend.jobs.providers import report_fault
from backend.runner import Runner
from backend.store.leases import Lease
from backend.store.raw import Route
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol.channels import FaultKind
from omnix_protocol.ids import ChannelAccountId, new_id

LOOK_SECONDS: Final = 5.0
"""How often accounts are looked for that nobody listens to."""
LEASE: Final = timedelta(seconds=20)
RENEW_SECONDS: Final = 5.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 60.0
CHANGED_SECONDS: Final = 2.0
"""How long a change of an account's settings may go unnoticed."""
TELL_AFTER: Final = 3
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
    ) -> None:
        self._store = store
        self._runner = runner
        self._channels = {channel.kind: channel for channel in channels}
        self._accounts = accounts
        self._http = http
        self._stored = stored
        self._holder = new_id()
        self._owned: dict[str, Lease] = {}
        self._registering: dict[str, _Health] = {}
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
        """One look for accounts without an owner; one that makes trouble keeps nobody from the others."""
        for kind, channel in self._channels.items():
            for route in await self._store.control.routes([kind]):
                if route.channel_account_id not in self._owned:
                    try:
                        await self._attend(channel, route)
                    except Exception:
                        _log.exception("account %s could not be looked after", route.channel_account_id)

    async def _attend(self, channel: Channel, route: Route) -> None:
        view = await self._accounts(route.tenant_id, route.channel_account_id)
        if view is None:
            return
        if isinstance(channel, Listening) and channel.listens(view):
            await self._own(channel, route)
        elif view.hook_url:
            await self._register(channel, view, route)

    async def _own(self, channel: Listening, route: Route) -> None:
        lease = await self._store.leases.take(f"listen:{route.channel_account_id}", self._holder, LEASE)
        if lease is not None:
            self._owned[route.channel_account_id] = lease
            self._tasks.start(self._hold(channel, route, lease), f"listen {route.channel_account_id}")

    async def _hold(self, channel: Listening, route: Route, lease: Lease) -> None:
        """Listen for as long as the lease is ours."""
        listening = self._tasks.start(self._listen_forever(channel, route), f"hear {route.channel_account_id}")
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=RENEW_SECONDS)
                if not await self._store.leases.renew(lease, LEASE):
                    _log.warning("somebody else listens to %s now", route.channel_account_id)
                    break
            else:
                # paused: whoever sees first that it works again shall not wait for the lease to run out
                await self._store.leases.release(lease)
        except Exception:
            _log.exception("the lease of %s could not be renewed; listening ends", route.channel_account_id)
        finally:
            listening.cancel()
            await asyncio.wait({listening})
            self._owned.pop(route.channel_account_id, None)

    async def _listen_forever(self, channel: Listening, route: Route) -> None:
        health = _Health()
        while True:
            view = await self._accounts(route.tenant_id, route.channel_account_id)
            if view is None or not channel.listens(view):
                return
            try:
                await self._listen(channel, route, view, health)
            except ProviderFault as fault:
                if health.failed(fault):
                    await self._tell(view, fault)
                await asyncio.sleep(health.wait(fault))
            except Exception:
                health.faults += 1
                _log.exception("what %s sent could not be stored; it is asked again", route.channel_account_id)
                await asyncio.sleep(health.wait())

    async def _listen(self, channel: Listening, route: Route, view: AccountView, health: "_Health") -> None:
        """Until it fails, or the account is set up differently."""
        reached = await self._store.cursors.get(route.channel_account_id)

        async def keep(updates: Sequence[bytes], cursor: str | None = None) -> None:
            nonlocal reached
            # Their order is that of these calls: all of them wait for the disk together.
            await asyncio.gather(*(self._store.raw.append(route, {}, update) for update in updates))
            if updates:
                self._stored()
            if cursor is not None and cursor != reached:
                await self._store.cursors.move(route.channel_account_id, cursor)
                reached = cursor

        def well() -> None:
            if health.told:
                self._tasks.start(self._tell(view, None), f"well {route.channel_account_id}")
            health.works()

        heard = self._tasks.start(_heard(channel, Post(view, reached, self._http, keep, well)), "hear")
        try:
            while not heard.done():
                await asyncio.wait({heard}, timeout=CHANGED_SECONDS)
                if await self._accounts(route.tenant_id, route.channel_account_id) != view:
                    return
        finally:
            heard.cancel()
            await asyncio.wait({heard})
        if (fault := heard.result()) is not None:
            raise fault

    async def _register(self, channel: Channel, view: AccountView, route: Route) -> None:
        """Once for each process and setting, one process at a time: some providers keep one address only."""
        health, now = self._registering.setdefault(route.route, _Health()), asyncio.get_running_loop().time()
        if health.set_up == view or now < health.again_at:
            return
        lease = await self._store.leases.take(f"register:{route.channel_account_id}", self._holder, LEASE)
        if lease is None:
            return
        try:
            await channel.register(view, view.hook_url, self._http)
        except ProviderFault as fault:
            if health.failed(fault):
                await self._tell(view, fault)
            health.again_at = now + health.wait(fault)
        else:
            if health.told:
                await self._tell(view, None)
            health.works()
            health.set_up = view
        finally:
            await self._store.leases.release(lease)

    async def _tell(self, view: AccountView, fault: ProviderFault | None) -> None:
        kind, words = (None, "") if fault is None else (kind_of(fault), str(fault))
        await report_fault(self._runner, view.tenant_id, ChannelAccountId(view.id), words, kind)


def kind_of(fault: ProviderFault) -> FaultKind:
    return FaultKind.REFUSED if fault.lasting else FaultKind.AWAY


@dataclass(slots=True)
class _Health:
    """How an account has been doing."""

    faults: int = 0
    told: FaultKind | None = None  # what the tenant knows of it; None while it works
    again_at: float = 0.0  # the loop's time
    set_up: AccountView | None = None  # as the provider was told of it last

    def failed(self, fault: ProviderFault) -> bool:
        """Whether it is time to say so: at once where waiting does not help, else after a few faults in a row."""
        self.faults += 1
        kind = kind_of(fault)
        if self.told is kind or not (fault.lasting or self.faults >= TELL_AFTER):
            return False
        self.told = kind
        return True

    def works(self) -> None:
        self.faults, self.told = 0, None

    def wait(self, fault: ProviderFault | None = None) -> float:
        """Seconds until it is tried again."""
        if fault is not None and (fault.retry_after or fault.lasting):
            return fault.retry_after or LONGEST_WAIT
        return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self.faults - 1, 6))


async def _heard(channel: Listening, post: Post) -> Exception | None:
    try:
        await channel.listen(post)
    except Exception as fault:
        return fault
    return None
