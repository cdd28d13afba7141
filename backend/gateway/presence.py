"""Who is there: a lease for each socket of a user, renewed while it lives; a change of devices is a command."""

import logging
from datetime import timedelta
from typing import Final

from backend.runner import SYSTEM, Runner
from backend.store.store import Store
from omnix_protocol.ids import CommandId, TenantId, UserId, new_id
from omnix_protocol.people import RecordPresence

LEASE: Final = timedelta(seconds=30)
GRACE: Final = timedelta(seconds=5)
"""A socket that was lost may come back so soon without anybody seeing the person leave."""
_log = logging.getLogger("backend.gateway.presence")


class Presence:
    """The leases that this process holds, and a look at those that ran out anywhere."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._leases = store.presence
        self._runner = runner
        self._held: dict[str, tuple[TenantId, UserId, str]] = {}

    async def arrived(self, tenant_id: TenantId, user_id: UserId, device: str) -> str:
        """The connection's id, to be given back when the socket closes."""
        connection_id = new_id()
        known = (tenant_id, user_id, device) in self._held.values()
        self._held[connection_id] = (tenant_id, user_id, device)
        await self._leases.renew(tenant_id, user_id, connection_id, device, LEASE)
        if not known:
            await self._record(tenant_id, user_id)
        return connection_id

    async def left(self, connection_id: str, *, at_once: bool) -> None:
        """The socket is gone; unless the person left on purpose, the sweep tells so when it did not come back."""
        tenant_id, user_id, device = self._held.pop(connection_id)
        if at_once:
            await self._leases.end(tenant_id, user_id, connection_id)
            await self._record(tenant_id, user_id)
        else:
            await self._leases.renew(tenant_id, user_id, connection_id, device, GRACE)

    async def renew(self) -> None:
        """Say that the sockets of this process are still there, and record whose are not, of whichever process."""
        for connection_id, (tenant_id, user_id, device) in tuple(self._held.items()):
            await self._leases.renew(tenant_id, user_id, connection_id, device, LEASE)
        for tenant_id, user_id in await self._leases.take_expired():
            await self._record(tenant_id, user_id)

    async def _record(self, tenant_id: TenantId, user_id: UserId) -> None:
        devices = tuple(sorted(set(await self._leases.devices(tenant_id, user_id))))
        command = RecordPresence(user_id=user_id, devices=devices)
        result = await self._runner.do(tenant_id, SYSTEM, CommandId(new_id()), command)
        if result.refused is not None:
            _log.warning("presence was refused: %s", result.refused.code)
