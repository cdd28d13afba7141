"""Channel accounts as channels see them, their secrets opened; kept for a moment, because every webhook asks."""

import asyncio
import logging
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float  # the loop's time
    view: AccountView | None = None
    active: bool = False


class Accounts:
    """Called with (tenant, account): the view, or None where the account is not there or paused.

    `public_url` is where providers reach this server, empty where nobody told.
    """

    def __init__(self, store: Store, door: SecretDoor, public_url: str = "") -> None:
        self._public_url = public_url.rstrip("/")
        self._store = store
        self._door = door
        self._kept: dict[ChannelAccountId, _Kept] = {}
        self._turns: dict[ChannelAccountId, asyncio.Lock] = {}

    async def __call__(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        kept = await self._at(tenant_id, account_id)
        return kept.view if kept.active else None

    async def known(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        """Also where the account is paused: what comes in for it is still taken."""
        return (await self._at(tenant_id, account_id)).view

    async def _at(self, tenant_id: TenantId, account_id: ChannelAccountId) -> "_Kept":
        if (kept := self._young(account_id)) is not None:
            return kept
        # one looks, and all who came meanwhile get what it found
        async with self._turns.setdefault(account_id, asyncio.Lock()):
            if (kept := self._young(account_id)) is not None:
                return kept
            now = asyncio.get_running_loop().time()
            found = await self._look(tenant_id, account_id, now)
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
                self._turns.clear()
            self._kept[account_id] = found
            return found

    def _young(self, account_id: ChannelAccountId) -> "_Kept | None":
        kept = self._kept.get(account_id)
        young = kept is not None and asyncio.get_running_loop().time() - kept.at < KEPT_SECONDS
        return kept if young else None

    async def _look(self, tenant_id: TenantId, account_id: ChannelAccountId, now: float) -> "_Kept":
        async with self._store.read(tenant_id) as tx:
            account = await tx.get(ChannelAccount, account_id)
        if account is None:
            return _Kept(now)
        secrets = await self._secrets(tenant_id, account.secret_id)
        hook_url = await self._hook_url(tenant_id, account_id)
        view = AccountView(tenant_id, account_id, account.kind, account.settings, secrets, hook_url)
        return _Kept(now, view, account.active)

    async def _hook_url(self, tenant_id: TenantId, account_id: ChannelAccountId) -> str:
        route = await self._store.control.route_of(tenant_id, account_id) if self._public_url else None
        return "" if route is None else f"{self._public_url}{route.path}"

    async def _secrets(self, tenant_id: TenantId, secret_id: SecretId | None) -> dict[str, str]:
        try:
            return await self._door.fields(tenant_id, secret_id)
        except Unsealable:
            _log.error("the secret %s cannot be opened with this server's key", secret_id)  # no traces
            return {}
