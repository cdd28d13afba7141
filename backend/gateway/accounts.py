"""Channel accounts as channels see them, their secrets opened; kept for a moment, because every webhook asks."""

import asyncio
import logging
from typing import Final

from backend.channels.base import AccountView
from backend.gateway.secrets import SecretDoor, Unsealable
from backend.store.store import Store
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.ids import ChannelAccountId, SecretId, TenantId

KEPT_SECONDS: Final = 2.0
"""How long a change of an account may go unnoticed here."""
KEPT_MAX: Final = 5_000
_log = logging.getLogger("backend.gateway.accounts")


class Accounts:
    """Called with (tenant, account): the view, or None where the account is not there or not active."""

    def __init__(self, store: Store, door: SecretDoor) -> None:
        self._store = store
        self._door = door
        self._kept: dict[ChannelAccountId, tuple[float, AccountView | None]] = {}
        self._turns: dict[ChannelAccountId, asyncio.Lock] = {}

    async def __call__(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        if (kept := self._young(account_id)) is not None:
            return kept[1]
        # one looks, and all who came meanwhile get what it found
        async with self._turns.setdefault(account_id, asyncio.Lock()):
            if (kept := self._young(account_id)) is not None:
                return kept[1]
            now = asyncio.get_running_loop().time()
            view = await self._look(tenant_id, account_id)
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
                self._turns.clear()
            self._kept[account_id] = now, view
            return view

    def _young(self, account_id: ChannelAccountId) -> tuple[float, AccountView | None] | None:
        kept = self._kept.get(account_id)
        young = kept is not None and asyncio.get_running_loop().time() - kept[0] < KEPT_SECONDS
        return kept if young else None

    async def _look(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        async with self._store.read(tenant_id) as tx:
            account = await tx.get(ChannelAccount, account_id)
        if account is None or not account.active:
            return None
        secrets = await self._secrets(tenant_id, account.secret_id)
        return AccountView(tenant_id, account_id, account.kind, account.settings, secrets)

    async def _secrets(self, tenant_id: TenantId, secret_id: SecretId | None) -> dict[str, str]:
        try:
            return await self._door.fields(tenant_id, secret_id)
        except Unsealable:
            _log.error("the secret %s cannot be opened with this server's key", secret_id)  # no traces
            return {}
