"""What is due because time has passed: at a tenant's midnight, yesterday's work leaves the agents' History."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.runner import TIMER, Runner
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol import codec
from omnix_protocol.conversations import DropPastWork, PastWorkDropped
from omnix_protocol.ids import CommandId, TenantId, derived_id
from omnix_protocol.people import Tenant

LOOK_SECONDS: Final = 30.0
VISITORS_KEPT: Final = timedelta(days=180)
PARTS_MAX: Final = 10_000
_log = logging.getLogger("backend.jobs.timers")


class Timers:
    """Every process looks; the command's derived id lets only the first run."""

    def __init__(self, store: Store, runner: Runner, now: Callable[[], datetime]) -> None:
        self._store = store
        self._runner = runner
        self._now = now
        self._done: dict[TenantId, datetime] = {}
        self._forgotten: datetime | None = None
        self._tasks = Tasks("timers")

    def start(self) -> None:
        self._tasks.start(self._look_forever(), "look")

    async def close(self) -> None:
        await self._tasks.close()

    async def _look_forever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                _log.exception("timers could not be looked at; it is tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Run what has become due since the last look."""
        await self._forget_visitors()
        for entry in await self._store.control.tenants():
            if not entry.active:
                continue
            async with self._store.read(entry.tenant_id) as tx:
                tenant = await tx.get(Tenant, entry.tenant_id)
            if tenant is None:
                continue
            midnight = last_midnight(tenant.time_zone, self._now())
            if self._done.get(entry.tenant_id) == midnight:
                continue
            if await self._drop(entry.tenant_id, midnight):
                self._done[entry.tenant_id] = midnight

    async def _forget_visitors(self) -> None:
        """Once an hour: tokens of visitors who have not come back for a long time."""
        now = self._now()
        if self._forgotten is None or now - self._forgotten > timedelta(hours=1):
            await self._store.visitors.forget(now - VISITORS_KEPT)
            self._forgotten = now

    async def _drop(self, tenant_id: TenantId, midnight: datetime) -> bool:
        """Part by part; the ids are derived, so that several processes together drop each part once."""
        for part in range(PARTS_MAX):
            command_id = CommandId(derived_id(tenant_id, "DropPastWork", midnight.isoformat(), str(part)))
            result = await self._runner.do(tenant_id, TIMER, command_id, DropPastWork(before=midnight))
            if result.refused is not None:
                _log.warning("DropPastWork of %s was refused: %s", tenant_id, result.refused.code)
                return False
            if codec.decode(result.body, PastWorkDropped).dropped == 0:
                return True
        return True


def last_midnight(time_zone: str, now: datetime) -> datetime:
    """The beginning of the tenant's day, in UTC."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    local = now.astimezone(zone)
    return datetime.combine(local.date(), time.min, zone).astimezone(UTC)
