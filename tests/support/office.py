"""A small office on a real store, run through the real doors: five who answer, two groups, four channels and a bot."""

import itertools
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from backend.asks import Asks
from backend.domain.base import SYSTEM, Actor
from backend.runner import Runner
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.base import Command, Entity, Query
from omnix_protocol.catalogue import AddCategory
from omnix_protocol.channels import (
    AddChannelAccount,
    Capabilities,
    ChannelGroup,
    PublishChannel,
    ServeChannel,
)
from omnix_protocol.content import ActKind
from omnix_protocol.conversations import Interaction, PickedUp, PickUp
from omnix_protocol.errors import Refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import (
    AuxCodeId,
    CategoryId,
    ChannelAccountId,
    CommandId,
    ConversationId,
    GroupId,
    IdentityId,
    InteractionId,
    MessageId,
    QueueId,
    TenantId,
    UserId,
    derived_id,
    new_id,
)
from omnix_protocol.messages import Received, ReceiveMessage, Sender, SendMessage
from omnix_protocol.people import AddAuxCode, AddGroup, AddUser, OpenTenant, RecordPresence, Role

E = TypeVar("E", bound=Entity)
S = TypeVar("S", bound=msgspec.Struct)
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # nine in the morning in Jakarta
DAY_SECONDS = 24 * 3600


class Clock:
    """Moves a millisecond at each look, so that what comes later is later."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


class Faults(logging.Handler):
    """What the doors report as their own failure: a test that sees one has found a bug."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(self.format(record))


class Names:
    """Ids are derived from names, so that tests name people and things and not numbers."""

    tenant_id: TenantId

    def id(self, name: str) -> str:
        return derived_id(self.tenant_id, name)

    def user(self, name: str) -> UserId:
        return UserId(self.id(name))

    def group(self, name: str) -> GroupId:
        return GroupId(self.id(name))

    def account(self, name: str) -> ChannelAccountId:
        return ChannelAccountId(self.id(name))

    def queue(self, account: str, group: str) -> QueueId:
        return QueueId(self.id(f"{account}/{group}"))

    def category(self, level: int) -> CategoryId:
        return CategoryId(self.id(f"category{level}"))

    def actor(self, name: str) -> Actor:
        return Actor("user", self.user(name))

    def channel(self, account: str) -> Actor:
        return Actor("channel", self.account(account))

    def visitor(self, identity: IdentityId) -> Actor:
        return Actor("visitor", identity)


@dataclass
class Office(Names):
    """A tenant's two doors, and the day's work in one line each."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    tenant_id: TenantId = field(default_factory=lambda: TenantId(new_id()))
    grown: list[Mapping[str, int]] = field(default_factory=list)
    jobs_made: int = 0
    faults: Faults = field(default_factory=Faults)
    lease: timedelta = timedelta(seconds=30)
    _counter: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.runner = Runner(
            self.store,
            now=self.clock,
            grown=lambda _tenant, heads: self.grown.append(heads),
            jobs_made=self._job_made,
        )
        self.asks = Asks(self.store, now=self.clock)

    def _job_made(self) -> None:
        self.jobs_made += 1

    async def run(self, actor: Actor | str, command: Command, command_id: str | None = None) -> Result:
        who = self.actor(actor) if isinstance(actor, str) else actor
        return await self.runner.do(self.tenant_id, who, CommandId(command_id or new_id()), command)

    async def done(self, actor: Actor | str, command: Command) -> None:
        result = await self.run(actor, command)
        assert result.refused is None, (command, result.refused)

    async def got(self, actor: Actor | str, command: Command, kind: type[S]) -> S:
        result = await self.run(actor, command)
        assert result.refused is None, (command, result.refused)
        return codec.decode(result.body, kind)

    async def barred(self, actor: Actor | str, command: Command) -> Refused:
        result = await self.run(actor, command)
        assert result.refused is not None, command
        return result.refused

    async def ask(self, actor: Actor | str, query: Query) -> Any:
        """The answer's Struct, or the refusal."""
        who = self.actor(actor) if isinstance(actor, str) else actor
        answer = await self.asks.ask(self.tenant_id, who, "1", type(query).__name__, codec.encode(query))
        return answer.refused or codec.decode(answer.body, query.answer)

    async def get(self, kind: type[E], entity_id: str) -> E:
        async with self.store.read(self.tenant_id) as tx:
            found = await tx.get(kind, entity_id)
        assert found is not None, (kind, entity_id)
        return found

    async def holds(self, scope: str) -> set[tuple[str, str]]:
        """Type and id of all that a fresh snapshot of the scope shows."""
        held: set[tuple[str, str]] = set()
        async with self.store.read(self.tenant_id) as tx:
            page = await tx.snapshots.page(scope)
            held |= {(put.type, put.id) for put in page.puts}
            while page.next_key is not None:
                page = await tx.snapshots.page(scope, page.next_key)
                held |= {(put.type, put.id) for put in page.puts}
        return held

    # the day's work in one line each

    async def writes(self, text: str = "Halo", sender: str = "rina", account: str = "bot", **more: Any) -> Received:
        """A customer writes."""
        number = next(self._counter)
        command = ReceiveMessage(
            channel_account_id=self.account(account),
            provider_id=more.pop("provider_id", f"p{number}"),
            sender=more.pop("from_", None) or Sender(address=sender, name=sender.title()),
            text=text,
            **more,
        )
        return await self.got(self.channel(account), command, Received)

    async def takes(self, agent: str, interaction_id: InteractionId) -> PickedUp:
        return await self.got(agent, PickUp(interaction_id=interaction_id), PickedUp)

    async def serving(self, agent: str = "ayu", **more: Any) -> Interaction:
        """An interaction that this agent handles."""
        received = await self.writes(**more)
        await self.takes(agent, received.interaction_id)
        return await self.get(Interaction, received.interaction_id)

    def reply(self, interaction: Interaction, text: str = "Baik", seen: int = 1_000_000, **more: Any) -> SendMessage:
        return SendMessage(
            message_id=MessageId(more.pop("message_id", None) or new_id()),
            conversation_id=ConversationId(interaction.conversation_id),
            interaction_id=InteractionId(interaction.id),
            text=text,
            seen_position=seen,
            **more,
        )

    async def online(self, *names: str) -> None:
        for name in names:
            await self.done(SYSTEM, RecordPresence(user_id=self.user(name), devices=(f"{name}-pc",)))


CAPABILITIES = {
    "telegram": Capabilities(text_max=4096, receipts=("sent",), acts=tuple(ActKind)),
    "whatsapp": Capabilities(text_max=1000, reply_window_seconds=DAY_SECONDS, receipts=("sent", "delivered", "read")),
    "webchat": Capabilities(
        text_max=4000,
        attachments=True,
        attachment_max_bytes=1000,
        attachment_types=("image/*", "application/pdf"),
        addresses_per_account=True,
    ),
    "email": Capabilities(text_max=4000, subject=True, attachments=True, attachment_max_bytes=1000),
    "bot": Capabilities(text_max=0),
}
ACCOUNTS = {"bot": "telegram", "number": "whatsapp", "page": "webchat", "mailbox": "email"}
PEOPLE = {
    "ayu": (Role.AGENT, ("layanan",)),
    "bima": (Role.AGENT, ("layanan", "eskalasi")),
    "citra": (Role.AGENT, ("eskalasi",)),
    "tono": (Role.TEAM_LEADER, ("layanan",)),
    "sari": (Role.SUPERVISOR, ()),
    "adi": (Role.ADMINISTRATOR, ()),
}


async def found(company: Office) -> Office:
    """The company from nothing, through commands; everybody is offline."""
    c = company
    await c.done(SYSTEM, OpenTenant(tenant_id=c.tenant_id, code="nusa-jaya", name="Nusa Jaya"))
    for kind, capabilities in CAPABILITIES.items():
        publish = PublishChannel(kind=kind, name=kind.title(), group=ChannelGroup.LIVE, capabilities=capabilities)
        await c.done(SYSTEM, publish)
    for group in ("layanan", "eskalasi"):
        await c.done(SYSTEM, AddGroup(group_id=c.group(group), name=group.title()))
    for name, (role, groups) in PEOPLE.items():
        group_ids = tuple(c.group(group) for group in groups)
        add = AddUser(
            user_id=c.user(name), name=name.title(), email=f"{name}@nusa.example", role=role, group_ids=group_ids
        )
        await c.done(SYSTEM, add)
    for account, kind in ACCOUNTS.items():
        await c.done(SYSTEM, AddChannelAccount(channel_account_id=c.account(account), kind=kind, name=account))
        for group in ("layanan", "eskalasi") if account == "bot" else ("layanan",):
            serve = ServeChannel(
                queue_id=c.queue(account, group), channel_account_id=c.account(account), group_id=c.group(group)
            )
            await c.done(SYSTEM, serve)
    await c.done(SYSTEM, AddChannelAccount(channel_account_id=c.account("robot"), kind="bot", name="robot"))
    for level in range(1, 6):
        parent = c.category(level - 1) if level > 1 else None
        await c.done(SYSTEM, AddCategory(category_id=c.category(level), parent_id=parent, name=f"Tingkat {level}"))
    await c.done(SYSTEM, AddAuxCode(aux_code_id=AuxCodeId(c.id("makan")), code="BR", name="Istirahat"))
    return company


@contextmanager
def watched() -> Iterator[Faults]:
    """Leaving it fails where a door reported a failure of its own."""
    faults = Faults()
    logger = logging.getLogger("backend")
    logger.addHandler(faults)
    try:
        yield faults
    finally:
        logger.removeHandler(faults)
    assert not faults.seen, "\n".join(faults.seen)
