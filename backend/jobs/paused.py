"""Accounts that an administrator paused: what comes in for them waits, in its order, until they work again."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from backend.jobs.accounts import Accounts
from backend.store.jobs import Job
from backend.store.paused import Account
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol.ids import ChannelAccountId, TenantId

LOOK_SECONDS: Final = 0.5
"""How often it is looked whether an account works again for which something waits."""
_log = logging.getLogger("backend.jobs.paused")


class Paused:
    """`taken_up` is called when something that waited is due again."""

    def __init__(self, store: Store, accounts: Accounts, taken_up: Callable[[], None]) -> None:
        self._store = store
        self._accounts = accounts
        self._taken_up = taken_up
        self._waiting: set[Account] = set()
        self._tasks = Tasks("paused")

    async def start(self) -> None:
        """What already waits is known before anything is begun: what is younger must not go before it."""
        self._waiting = await self._store.paused.accounts()
        self._tasks.start(self._forever(), "look")

    async def close(self) -> None:
        await self._tasks.close()

    async def holds(self, tenant_id: TenantId, account_id: ChannelAccountId) -> bool:
        """Whether what came in for this account waits: it is paused, or older things of it still wait."""
        if (tenant_id, account_id) in self._waiting:
            return True
        if await self._accounts(tenant_id, account_id) is not None:
            return False
        return await self._accounts.known(tenant_id, account_id) is not None

    async def look_elsewhere(self) -> None:
        """Other processes set things aside too."""
        if not self._store.database.is_sqlite:
            self._waiting = await self._store.paused.accounts()

    async def set_aside(self, held: Sequence[tuple[Job, ChannelAccountId]]) -> None:
        await self._store.paused.set_aside(held)
        self._waiting |= {(job.tenant_id, account_id) for job, account_id in held}

    async def look(self) -> None:
        """Take up what waits for an account that works again, or is there no longer."""
        self._waiting = await self._store.paused.accounts()
        for tenant_id, account_id in tuple(self._waiting):
            works = await self._accounts(tenant_id, account_id) is not None
            if works or await self._accounts.known(tenant_id, account_id) is None:
                taken = await self._store.paused.take_up(tenant_id, account_id)
                self._waiting.discard((tenant_id, account_id))
                _log.info("%d messages of account %s are taken up again", taken, account_id)
                self._taken_up()

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                _log.exception("what waits for paused accounts could not be looked at; it is tried again")
