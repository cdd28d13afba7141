"""The doors by which an administrator sets channel accounts up: their address, their test, what was given up."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from backend.channels.base import AccountView, Channel, Listening, ProviderFault, line
from backend.gateway.http import Answer, Call, Operation
from backend.gateway.secrets import SecretDoor, Unsealable, administers
from backend.store.control import Control
from backend.store.raw import Route
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings
from omnix_protocol.channels import WEBCHAT, ChannelAccount
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import ChannelAccountId, JobId, TenantId, new_id
from omnix_protocol.traffic import RanAgain, RunAgain

PROBE_SECONDS: Final = 18.0
"""The answer is there before a desktop gives up, after 20 seconds."""
FAILED_MAX: Final = 100_000
SAID_CHARACTERS: Final = 300
_log = logging.getLogger("backend.gateway.channel_setup")


class ChannelSetupDoor:
    """By administrators only, and only for accounts of their own tenant. `jobs_due` is a hint that jobs are due."""

    def __init__(
        self,
        store: Store,
        secrets: SecretDoor,
        channels: Mapping[str, Channel],
        http: httpx.AsyncClient,
        public_url: str,
        jobs_due: Callable[[], None],
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._channels = channels
        self._http = http
        self._public_url = public_url
        self._jobs_due = jobs_due

    def operations(self) -> list[Operation]:
        account = "/v1/channel-accounts/{account_id}"
        return [
            Operation("POST", f"{account}/route", "Where an account is reached.", self.route, None, ChannelRoute),
            Operation("POST", f"{account}/probe", "Whether an account works.", self.probe, None, Probed),
            Operation("POST", "/v1/channel-probe", "Try settings.", self.probe_settings, ProbeSettings, Probed),
            Operation("POST", "/v1/failed-jobs/run-again", "Run again.", self.run_again, RunAgain, RanAgain),
        ]

    async def route(self, call: Call) -> Answer:
        """Makes the account's route where it has none; it never changes after that."""
        if not await administers(self._store, call.principal):
            return refused(Reason.NOT_ENTITLED)
        account = await self._account(call)
        if account is None:
            return refused(Reason.NOT_FOUND, type="ChannelAccount")
        route = await route_of(
            self._store.control, call.principal.tenant_id, ChannelAccountId(account.id), account.kind
        )
        if account.kind == WEBCHAT:
            return ChannelRoute(page=f"{self._public_url}/chat/{route.route}")
        view = await self._view(call.principal.tenant_id, account)
        if account.kind not in self._channels or _listens(self._channels[account.kind], view):
            return ChannelRoute()
        return ChannelRoute(webhook=f"{self._public_url}{route.path}")

    async def probe(self, call: Call) -> Answer:
        if not await administers(self._store, call.principal):
            return refused(Reason.NOT_ENTITLED)
        account = await self._account(call)
        if account is None:
            return refused(Reason.NOT_FOUND, type="ChannelAccount")
        if account.kind not in self._channels:
            return refused(Reason.NOT_FOUND, type="Channel")
        return await self._probed(await self._view(call.principal.tenant_id, account))

    async def probe_settings(self, call: Call) -> Answer:
        """What an administrator typed, before it is saved."""
        if not await administers(self._store, call.principal):
            return refused(Reason.NOT_ENTITLED)
        asked: ProbeSettings = call.body
        who = call.principal.tenant_id
        if asked.kind not in self._channels:
            return refused(Reason.NOT_FOUND, type="Channel")
        secrets: dict[str, str] = {}
        if asked.channel_account_id is not None:
            async with self._store.read(who) as tx:
                account = await tx.get(ChannelAccount, asked.channel_account_id)
            if account is None or account.kind != asked.kind:
                return refused(Reason.NOT_FOUND, type="ChannelAccount")
            secrets = await self._opened(who, account)
        try:
            secrets |= await self._secrets.fields(who, asked.secret_id)
        except Unsealable:
            return refused(Reason.NOT_FOUND, type="Secret")
        account_id = asked.channel_account_id or ChannelAccountId(new_id())
        return await self._probed(AccountView(who, account_id, asked.kind, asked.settings, secrets))

    async def run_again(self, call: Call) -> Answer:
        """The same as `omnix-server replay`, for this tenant alone; it leaves a trail."""
        if not await administers(self._store, call.principal):
            return refused(Reason.NOT_ENTITLED)
        asked: RunAgain = call.body
        who = call.principal
        wanted = list(asked.job_ids)
        if asked.all or asked.channel_account_id is not None:
            async with self._store.read(who.tenant_id) as tx:
                account_id = None if asked.all else asked.channel_account_id
                wanted += [JobId(row.job_id) for row in await tx.traffic.given_up(account_id, None, FAILED_MAX)]
        async with self._store.begin(who.tenant_id) as tx:
            await tx.audit.asked(str(who.actor), RunAgain.__name__, codec.encode(asked), self._secrets.now())
        ran = [await self._store.jobs.run_again(job_id, who.tenant_id) for job_id in dict.fromkeys(wanted)]
        self._jobs_due()
        return RanAgain(jobs=sum(ran))

    async def _account(self, call: Call) -> ChannelAccount | None:
        async with self._store.read(call.principal.tenant_id) as tx:
            return await tx.get(ChannelAccount, call.path("account_id"))

    async def _view(self, tenant_id: TenantId, account: ChannelAccount) -> AccountView:
        """As it is stored, paused or not."""
        secrets = await self._opened(tenant_id, account)
        return AccountView(tenant_id, ChannelAccountId(account.id), account.kind, account.settings, secrets)

    async def _opened(self, tenant_id: TenantId, account: ChannelAccount) -> dict[str, str]:
        try:
            return await self._secrets.fields(tenant_id, account.secret_id)
        except Unsealable:
            return {}

    async def _probed(self, view: AccountView) -> Probed:
        channel = self._channels[view.kind]
        missing = next(
            (it.label for it in channel.settings if it.required and not _given(view, it.name, it.default)), ""
        )
        if missing:
            return Probed(works=False, said=f"{missing} is missing.")
        full = {field.name: field.default for field in channel.settings if field.default and not field.secret}
        view = AccountView(view.tenant_id, view.id, view.kind, full | dict(view.settings), view.secrets)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return Probed(works=True, said=line(await channel.probe(view, self._http), SAID_CHARACTERS))
        except ProviderFault as fault:
            return Probed(works=False, said=line(str(fault), SAID_CHARACTERS))
        except TimeoutError:
            return Probed(works=False, said=f"It did not answer within {PROBE_SECONDS:.0f} seconds.")
        except Exception as error:
            # what an administrator typed may be anything: no traces, they could hold the secrets
            _log.error("a test of %s ended in %s", view.kind, type(error).__name__)
            return Probed(works=False, said=f"It could not be tested with these settings ({type(error).__name__}).")


def _listens(channel: Channel, view: AccountView) -> bool:
    return isinstance(channel, Listening) and channel.listens(view)


def _given(view: AccountView, name: str, default: str) -> str:
    return view.settings.get(name) or view.secrets.get(name) or default


async def route_of(control: Control, tenant_id: TenantId, account_id: ChannelAccountId, kind: str) -> Route:
    """The account's route, made where it has none; also for the command line."""
    known = await control.route_of(tenant_id, account_id)
    return known or await control.add_route(Route(new_id(), tenant_id, account_id, kind))
