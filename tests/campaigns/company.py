"""The company of a campaign: its database and accounts, made before the server starts; an agent who works over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from backend import accounts
from backend.app import Parts, assembled
from backend.channels.base import AccountView
from backend.cli import prepare
from backend.config import Data, Secrets, Server, Settings, SignIn
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.base import Command, Query
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.conversations import PickedUp, PickUp
from omnix_protocol.ids import (
    ChannelAccountId,
    CommandId,
    ConversationId,
    InteractionId,
    MessageId,
    QueueId,
    TenantId,
    new_id,
)
from omnix_protocol.messages import SendMessage
from omnix_protocol.people import EditRules, Role, Rules, Tenant
from omnix_protocol.reports import QueuePage, QueuePageAnswer
from tests.contract.provider import Helper, Provider
from tests.support.server_process import KEY
from tests.support.waiting import free_port, until

CODE, EMAIL, PASSWORD = "uji", "ratna@uji.example", "rahasia-sekali"
ALL_SEEN = 1 << 52


class Company:
    """`accounts` are (id, address for webhooks), in the order in which they were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(
            data=Data(folder=str(folder / "server")),
            sign_in=SignIn(hash_memory_kib=64, hash_rounds=1),
            server=Server(port=self.port),
            secrets=Secrets(key=KEY),
        )
        self.accounts: list[tuple[ChannelAccountId, str]] = []
        self.helpers: dict[str, tuple[ChannelAccountId, str]] = {}  # account: its bot, and the address of its webhooks
        self.queues: dict[str, QueueId] = {}
        self.views: dict[str, AccountView] = {}

    @property
    def tenant_id(self) -> TenantId:
        return next(iter(self.views.values())).tenant_id

    async def looked(self, account: str) -> None:
        """The server has seen where the account stands: it fetches what comes from then on."""
        async with self._cursor(account) as cursor:
            await until(cursor, "the server has looked", 60, 0.1)

    async def fetched(self, account: str, provider: Provider) -> None:
        """The server has all that waited for it there."""
        async with self._cursor(account) as cursor:

            async def there() -> bool:
                return await provider.fetched(await cursor())

            await until(there, f"the server has fetched all of {provider.kind}", 60, 0.1)

    @asynccontextmanager
    async def _cursor(self, account: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
        store = Store(DatabaseSettings(self.settings.database_url))
        try:
            yield lambda: store.cursors.get(ChannelAccountId(account))
        finally:
            await store.close()

    async def found(self, wanted: Sequence[Provider]) -> None:
        """One account for each, and its bot where it has one."""
        await prepare(self.settings)
        async with assembled(self.settings) as parts:
            tenant_id = await accounts.add_tenant(parts, CODE, "Uji")
            ratna = accounts.NewUser(
                email=EMAIL, name="Ratna", password=PASSWORD, role=Role.SUPERVISOR, groups=("Agent",), must_change=False
            )
            await accounts.add_user(parts, CODE, ratna)
            async with parts.store.read(tenant_id) as tx:
                tenant = await tx.get(Tenant, tenant_id)
            assert tenant is not None
            rules = Rules(pick_up_limit=200)
            await accounts.run(parts, tenant_id, EditRules(base_version=tenant.version, rules=rules))
            for number, provider in enumerate(wanted):
                account_id, hook = await self._account(parts, tenant_id, number, provider)
                self.accounts.append((account_id, hook))
                async with parts.store.read(tenant_id) as tx:
                    (queue,) = await tx.channels.queues_of_account(account_id)
                self.queues[account_id] = QueueId(queue.id)
                if provider.helper is not None:
                    bot_id, hook = await self._account(parts, tenant_id, number, provider.helper)
                    self.helpers[account_id] = bot_id, hook
                    await accounts.run(parts, tenant_id, await _named(parts, tenant_id, account_id, bot_id))

    async def _account(
        self, parts: Parts, tenant_id: TenantId, number: int, it: Provider | Helper
    ) -> tuple[ChannelAccountId, str]:
        """Its id and the address for its webhooks."""
        new = accounts.NewAccount(
            kind=it.kind, name=f"{it.kind} {number}", group="Agent", settings=it.settings(), secrets=it.secrets
        )
        name = await accounts.add_channel(parts, CODE, new)
        route = await parts.store.control.route(name)
        assert route is not None
        account_id = route.channel_account_id
        self.views[account_id] = AccountView(tenant_id, account_id, it.kind, new.settings, new.secrets)
        return account_id, f"{self.url}/hooks/{it.kind}/{name}"


async def _named(
    parts: Parts, tenant_id: TenantId, account_id: ChannelAccountId, bot_id: ChannelAccountId
) -> EditChannelAccount:
    """The bot answers this account first."""
    async with parts.store.read(tenant_id) as tx:
        account = await tx.get(ChannelAccount, account_id)
    assert account is not None
    return EditChannelAccount(channel_account_id=account_id, base_version=account.version, bot_id=bot_id)


class Desk:
    """The agent: every command has an id of its own and is said again until it is answered."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._http = httpx.AsyncClient(base_url=company.url, trust_env=False, timeout=10)
        self._token = ""

    async def __aenter__(self) -> Self:
        await self._sign_in()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def picked_up(self, account: str) -> PickedUp:
        """As soon as the customer has written."""
        while True:
            page = await self._ask(QueuePage(queue_id=self._company.queues[account]))
            if page.rows:
                return await self._pick_up(InteractionId(page.rows[0].id))
            await asyncio.sleep(0.1)

    async def _pick_up(self, interaction_id: InteractionId) -> PickedUp:
        body = await self._run(PickUp(interaction_id=interaction_id))
        return codec.decode(body, PickedUp)

    async def reply(self, picked: PickedUp, text: str) -> MessageId:
        message_id = MessageId(new_id())
        command = SendMessage(
            message_id=message_id,
            conversation_id=ConversationId(picked.conversation_id),
            interaction_id=picked.interaction_id,
            text=text,
            seen_position=ALL_SEEN,
        )
        await self._run(command)
        return message_id

    async def _ask(self, query: Query) -> QueuePageAnswer:
        answer = await self._post("/v1/ask", {"type": type(query).__name__, "body": codec.raw(query)})
        return codec.decode(answer["body"], QueuePageAnswer)

    async def _run(self, command: Command) -> msgspec.Raw:
        body = {"id": CommandId(new_id()), "type": type(command).__name__, "body": codec.raw(command)}
        answer = await self._post("/v1/run", body)
        body_out: msgspec.Raw = answer["body"]
        return body_out

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        data = msgspec.json.encode(body)
        while True:
            try:
                headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
                answer = await self._http.post(path, content=data, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 401:
                await self._sign_in()
            elif answer.status_code in (429, 503):
                await asyncio.sleep(0.2)
            else:
                said = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
                assert "refused" not in said, answer.text
                return dict(said)

    async def _sign_in(self) -> None:
        body = {
            "tenant_code": CODE,
            "email": EMAIL,
            "password": PASSWORD,
            "device_id": "kampanye",
            "device_name": "uji",
        }
        while True:
            with_patience = self._http.post("/v1/sign-in", json=body)
            try:
                answer = await with_patience
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 200:
                self._token = answer.json()["access_token"]
                return
            await asyncio.sleep(0.5)
