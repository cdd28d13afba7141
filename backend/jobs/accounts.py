"""What jobs ask for accounts: the door that seals their secrets hands it in."""

from typing import Protocol

from backend.channels.base import AccountView
from omnix_protocol.ids import ChannelAccountId, TenantId


class Accounts(Protocol):
    """Channel accounts with their secrets opened, for whoever talks to providers."""

    async def __call__(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        """None where the account is not there or paused."""
        ...

    async def known(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        """Also where it is paused."""
        ...
