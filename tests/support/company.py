"""A small company on a real store: tenant, group, agents, accounts; everything made through commands."""

from dataclasses import dataclass, field
from typing import Any

from backend import clock
from backend.asks import Asks
from backend.channels import CHANNELS
from backend.channels.base import AccountView
from backend.jobs.paused import Paused
from backend.runner import Actor, Runner
from backend.store.control import TenantEntry
from backend.store.raw import Route
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.channels import AddChannelAccount, PublishChannel, ServeChannel
from omnix_protocol.conversations import Interaction, PickedUp, PickUpNext
from omnix_protocol.frames import Result
from omnix_protocol.ids import (
    ChannelAccountId,
    CommandId,
    ConversationId,
    GroupId,
    MessageId,
    QueueId,
    SecretId,
    TenantId,
    UserId,
    new_id,
)
from omnix_protocol.messages import Message
from omnix_protocol.people import AddGroup, AddUser, OpenTenant, RecordPresence, Role, User
from tests.support.replies import reply_in

SYSTEM = Actor("system")


def nothing() -> None:
    """A hint that nobody waits for."""


@dataclass
class Company:
    """A tenant and its doors; `hints` are called as the server would call them."""

    store: Store
    code: str = "uji"
    public_url: str = ""  # where providers would reach it
    tenant_id: TenantId = field(default_factory=lambda: TenantId(new_id()))
    group_id: GroupId = field(default_factory=lambda: GroupId(new_id()))
    views: dict[str, AccountView] = field(default_factory=dict)
    grown: list[Any] = field(default_factory=list)
    on_jobs: Any = nothing
    on_grown: Any = None

    def __post_init__(self) -> None:
        self.runner = Runner(self.store, now=clock.now, grown=self._grown, jobs_made=lambda: self.on_jobs())
        self.asks = Asks(self.store, now=clock.now)

    def _grown(self, tenant_id: TenantId, heads: Any) -> None:
        if self.on_grown is not None:
            self.on_grown(tenant_id, heads)

    async def do(self, command: Command, actor: Actor = SYSTEM, command_id: str | None = None) -> Result:
        """Run it, and hold that it was not refused."""
        result = await self.runner.do(self.tenant_id, actor, CommandId(command_id or new_id()), command)
        assert result.refused is None, (type(command).__name__, result.refused)
        return result

    async def open(self) -> "Company":
        """The tenant, its channels and a group."""
        await self.store.control.add_tenant(
            TenantEntry(tenant_id=self.tenant_id, code=self.code, name="Uji", locale="id", active=True)
        )
        await self.do(OpenTenant(tenant_id=self.tenant_id, code=self.code, name="Uji"))
        for channel in CHANNELS:
            await self.do(
                PublishChannel(
                    kind=channel.kind,
                    name=channel.name,
                    group=channel.group,
                    capabilities=channel.capabilities,
                    settings=channel.settings,
                )
            )
        await self.do(AddGroup(group_id=self.group_id, name="Agent"))
        return self

    async def account(self, kind: str, secrets: dict[str, str] | None = None, **settings: str) -> Route:
        """A channel account that the group serves, with its route."""
        account_id = ChannelAccountId(new_id())
        secret_id = SecretId(new_id()) if secrets else None
        await self.do(
            AddChannelAccount(
                channel_account_id=account_id,
                kind=kind,
                name=f"Uji {kind}",
                settings=settings,
                secret_id=secret_id,
            )
        )
        await self.do(ServeChannel(queue_id=QueueId(new_id()), channel_account_id=account_id, group_id=self.group_id))
        route = Route(new_id(), self.tenant_id, account_id, kind)
        await self.store.control.add_route(route)
        hook_url = f"{self.public_url}{route.path}" if self.public_url else ""
        self.views[account_id] = AccountView(self.tenant_id, account_id, kind, settings, secrets or {}, hook_url)
        return route

    @property
    def accounts(self) -> "Views":
        return Views(self)

    async def agent(self, name: str = "Sinta", role: Role = Role.AGENT) -> Actor:
        """Somebody of the group who is there."""
        user_id = UserId(new_id())
        await self.do(
            AddUser(
                user_id=user_id,
                name=name,
                email=f"{name.lower()}.{user_id[-6:]}@uji.test",
                role=role,
                group_ids=(self.group_id,),
            )
        )
        await self.do(RecordPresence(user_id=user_id, devices=("tes",)))
        return Actor("user", user_id)

    async def pick_up(self, agent: Actor) -> PickedUp:
        result = await self.do(PickUpNext(), agent)
        return codec.decode(result.body, PickedUp)

    async def reply(self, agent: Actor, picked: PickedUp, text: str) -> MessageId:
        """The agent answers, having seen all there is."""
        place = picked.conversation_id, picked.interaction_id
        command = await reply_in(self.store, self.tenant_id, *place, text)
        await self.do(command, agent)
        return command.message_id

    async def message(self, message_id: str) -> Message:
        async with self.store.read(self.tenant_id) as tx:
            found = await tx.get(Message, message_id)
        assert found is not None
        return found

    async def messages(self, conversation_id: ConversationId) -> list[Message]:
        async with self.store.read(self.tenant_id) as tx:
            found, _, _ = await tx.messages.entries(conversation_id, None, 200)
        return found

    async def waiting(self) -> list[Interaction]:
        async with self.store.read(self.tenant_id) as tx:
            found = []
            for queue in await tx.channels.queues_of_groups([self.group_id]):
                found += await tx.conversations.waiting_page(QueueId(queue.id), None, 200)
        return found

    async def user(self, actor: Actor) -> User:
        async with self.store.read(self.tenant_id) as tx:
            found = await tx.get(User, actor.id)
        assert found is not None
        return found


@dataclass(frozen=True)
class Views:
    """Its accounts as jobs see them: none is paused."""

    company: Company

    async def __call__(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        return self.company.views.get(account_id) if tenant_id == self.company.tenant_id else None

    async def known(self, tenant_id: TenantId, account_id: ChannelAccountId) -> AccountView | None:
        return await self(tenant_id, account_id)


def paused_of(company: Company) -> Paused:
    """For inbound work that a test does by hand."""
    return Paused(company.store, company.accounts, nothing)
