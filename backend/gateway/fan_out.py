"""One webhook for several accounts: each gets what is its own, if it could have been told it at its own address."""

import asyncio
from collections.abc import Mapping
from typing import Final

from backend.channels.base import AccountView, Channel, Sharing, WebhookRequest
from backend.channels.reading import answer_of
from backend.gateway.accounts import Accounts
from backend.store.raw import Route
from backend.store.store import Store
from omnix_protocol.ids import TenantId

GIVEN_UP_MAX: Final = 1_000
"""Of a tenant: where so many failed ones wait for an administrator, nothing more is kept of accounts not here."""
LOOK_SECONDS: Final = 10.0


class FanOut:
    """Says whose a verified webhook is. Accounts of one tenant that know the same secret are of one app."""

    def __init__(self, store: Store, accounts: Accounts, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._accounts = accounts
        self._channels = channels
        self._sharing = {kind: channel for kind, channel in channels.items() if isinstance(channel, Sharing)}
        self._given_up: dict[TenantId, tuple[float, int]] = {}  # when it is counted again, and how many there are

    async def routes(self, route: Route, account: AccountView, hook: WebhookRequest) -> list[Route]:
        """Those to keep it under: whom it names and, where it names somebody who is not here, whose id may be mistyped.

        There it shows as an error that names the id, until the id is mended and it is run again.
        """
        told = self._named(hook.body) if route.kind in self._sharing else frozenset()
        if told <= {self._name(account)}:
            return [route]
        others = await self._others(route, {kind for kind, _ in told}, hook)
        app = [(self._name(view), its) for its, view in ((route, account), *others)]
        strange = {kind for kind, _ in told - {name for name, _ in app}}
        theirs = [its for name, its in app if name in told]
        mistyped = [its for name, its in app if name not in told and name[0] in strange]
        return theirs + (mistyped if mistyped and await self._has_room(route.tenant_id) else [])

    async def _others(self, route: Route, kinds: set[str], hook: WebhookRequest) -> list[tuple[Route, AccountView]]:
        """Of the same app: what signs one account's webhooks signs theirs."""
        found: dict[str, tuple[Route, AccountView]] = {}
        for other in await self._store.control.routes(kinds, route.tenant_id):
            view = await self._accounts.known(other.tenant_id, other.channel_account_id)
            channel = self._channels.get(other.kind)
            if view is None or channel is None or view.id == route.channel_account_id:
                continue
            if channel.verify(view, hook):
                found.setdefault(view.id, (other, view))
        return list(found.values())

    async def _has_room(self, tenant_id: TenantId) -> bool:
        """An app may have accounts that are meant to be elsewhere: what is theirs must not fill the disk."""
        now = asyncio.get_running_loop().time()
        until, given_up = self._given_up.get(tenant_id, (0.0, 0))
        if now >= until:
            until, given_up = now + LOOK_SECONDS, await self._store.jobs.given_up(tenant_id, GIVEN_UP_MAX)
        self._given_up[tenant_id] = until, given_up + 1
        return given_up < GIVEN_UP_MAX

    def _named(self, body: bytes) -> frozenset[tuple[str, str]]:
        """Kind and id of every account that a verified webhook tells something of; empty where none can be made out."""
        told = answer_of(body) or {}
        found = ((kind, key) for kind, channel in self._sharing.items() for key in channel.addressees(told))
        return frozenset(name for name in found if name[1])

    def _name(self, account: AccountView) -> tuple[str, str]:
        channel = self._sharing.get(account.kind)
        return account.kind, channel.known_as(account) if channel is not None else ""
