"""A month at the invented company: who wrote, who answered, what came of it, and who is waiting now."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backend.demo.steps import Steps
from backend.demo.talks import FIRST, HELD, LAST, STREETS, TOWNS, WAITING, Talk, talks
from backend.runner import Actor
from omnix_protocol import codec
from omnix_protocol.channels import WEBCHAT
from omnix_protocol.conversations import End, MarkRead, PickUp
from omnix_protocol.customers import AddCustomer, Customer, EditCustomer, Identity
from omnix_protocol.ids import (
    CaseId,
    CategoryId,
    ChannelAccountId,
    CustomerId,
    GroupId,
    MemoId,
    MessageId,
    TicketId,
    UserId,
    identity_id,
)
from omnix_protocol.messages import (
    AddMemo,
    DeliveryState,
    Received,
    ReceiveMessage,
    RecordDelivery,
    Sender,
    SendMessage,
)
from omnix_protocol.people import RecordPresence
from omnix_protocol.work import CaseStatus, CreateCase, CreateTicket, Priority

CUSTOMERS: Final = 60
NEVER_WROTE: Final = 6
SESSIONS: Final = 200
REST: Final = timedelta(minutes=20)
DAYS: Final = 30
AGENTS: Final = ("sinta", "rizky", "maya", "bagus")


@dataclass(slots=True)
class Person:
    """An invented customer."""

    index: int
    name: str
    kind: str
    address: str
    phone: str
    email: str
    home: str
    service: str
    sessions: int = 0
    position: int = 0  # of the conversation's newest entry
    busy_until: datetime | None = None  # a return at once would go to the same agent

    def rested(self, at: datetime) -> bool:
        return self.busy_until is None or self.busy_until < at

    def says(self, text: str) -> str:
        return text.replace("{service}", self.service).replace("{address}", self.home)


@dataclass(slots=True)
class _Session:
    """One interaction while it is played."""

    key: str
    person: Person
    agent: Actor
    received: Received | None = None
    outbound: list[MessageId] = field(default_factory=list)


class Month:
    """Plays everything in order of time; the same dice give the same month."""

    def __init__(self, steps: Steps, dice: random.Random) -> None:
        self._steps = steps
        self._dice = dice
        self._talks = talks()
        self._people = [self._person(index) for index in range(CUSTOMERS)]
        self._turn = 0

    async def play(self) -> None:
        """Past sessions, then those who wait and those whom somebody is talking to."""
        steps = self._steps
        await self._presence("demo")
        writers = self._people[: CUSTOMERS - NEVER_WROTE]
        for number, start in enumerate(self._starts()):
            free = [person for person in writers if person.rested(start)]
            person = writers[number] if number < len(writers) else self._dice.choice(free)
            steps.at = start
            await self._session(f"session {number}", person, self._dice.choice(self._talks))
        for person in self._people[CUSTOMERS - NEVER_WROTE :]:
            await self._add(person)
        rested = [person for person in writers if person.rested(steps.now)]
        recent = self._dice.sample(rested, len(WAITING) + len(HELD))
        for number, (person, texts) in enumerate(zip(recent, (*HELD, *WAITING), strict=True)):
            steps.at = steps.now - timedelta(seconds=50 * (len(recent) - number) + 20)
            session = _Session(f"open {number}", person, _agent("sinta"))
            await self._write(session, texts)
            if number < len(HELD):
                await self._hold(session, number)
        steps.at = steps.now
        await self._presence()

    def _person(self, index: int) -> Person:
        dice = self._dice
        first, last = FIRST[index % len(FIRST)], dice.choice(LAST)
        telegram = index % 5 in (0, 2, 4)
        street = f"Jl. {dice.choice(STREETS)} No. {dice.randint(1, 120)}, {dice.choice(TOWNS)}"
        return Person(
            index=index,
            name=f"{first} {last}",
            kind="telegram" if telegram else "webchat",
            address=str(990_000_000 + index) if telegram else f"demo-{index:03}",
            phone=f"+6281100{index:06}",
            email=f"{first}.{last}{index}@pelanggan.example".lower(),
            home=street,
            service=f"1{dice.randint(10**10, 10**11 - 1)}",
        )

    def _starts(self) -> list[datetime]:
        """Moments within opening hours of the last month; the last of them a while ago, some of them today."""
        dice, now = self._dice, self._steps.now
        before = [
            now - timedelta(days=dice.randint(1, DAYS), seconds=dice.randint(0, 9 * 3600))
            for _ in range(SESSIONS - SESSIONS // 10)
        ]
        today = [now - timedelta(seconds=dice.randint(1200, 5 * 3600)) for _ in range(SESSIONS // 10)]
        return sorted(before + today)

    async def _presence(self, *devices: str) -> None:
        """Agents come and go; nobody is there when the demo has been made."""
        self._steps.at = self._steps.now - timedelta(days=DAYS + 1) if devices else self._steps.now
        for name in AGENTS:
            user_id = UserId(_agent(name).id)
            step = f"presence {name} {'comes' if devices else 'goes'}"
            await self._steps.do(step, RecordPresence(user_id=user_id, devices=devices))

    async def _session(self, key: str, person: Person, talk: Talk) -> None:
        self._turn += 1
        session = _Session(key, person, _agent(AGENTS[self._turn % len(AGENTS)]))
        first = next(number for number, (by_agent, _) in enumerate(talk.lines) if by_agent)
        await self._write(session, [text for _, text in talk.lines[:first]])
        self._pass(20, 200)
        await self._pick_up(session)
        for number, (by_agent, text) in enumerate(talk.lines[first:]):
            self._pass(15, 90)
            if by_agent:
                await self._reply(session, number, person.says(text))
            else:
                await self._write(session, [text], f" {number}")
        if person.sessions == 1:
            await self._fill_in(session)
        await self._result(session, talk)
        self._pass(10, 60)
        assert session.received is not None
        person.busy_until = self._steps.at + REST
        await self._steps.do(f"{key} end", End(interaction_id=session.received.interaction_id), session.agent)

    async def _write(self, session: _Session, texts: list[str] | tuple[str, ...], label: str = "") -> None:
        person = session.person
        account_id = _account(person.kind)
        for number, text in enumerate(texts):
            message = ReceiveMessage(
                channel_account_id=account_id,
                provider_id=Steps.name("provider", session.key, label, str(number)),
                sender=Sender(address=person.address, name=person.name),
                text=person.says(text),
            )
            step = f"{session.key} in{label} {number}"
            result = await self._steps.do(step, message, Actor("channel", account_id))
            person.position += 1
            session.received = codec.decode(result.body, Received)
            self._pass(3, 20)

    async def _pick_up(self, session: _Session) -> None:
        assert session.received is not None
        await self._steps.do(
            f"{session.key} pick up", PickUp(interaction_id=session.received.interaction_id), session.agent
        )
        session.person.sessions += 1

    async def _reply(self, session: _Session, number: int, text: str) -> None:
        received = session.received
        assert received is not None
        message_id = MessageId(Steps.name("reply", session.key, str(number)))
        command = SendMessage(
            message_id=message_id,
            conversation_id=received.conversation_id,
            interaction_id=received.interaction_id,
            text=text,
            seen_position=session.person.position,
        )
        await self._steps.do(f"{session.key} out {number}", command, session.agent)
        session.person.position += 1
        account_id = _account(session.person.kind)
        receipt = RecordDelivery(
            channel_account_id=account_id,
            message_id=message_id,
            provider_id=message_id if session.person.kind == "telegram" else "",
            state=DeliveryState.SENT if session.person.kind == "telegram" else DeliveryState.READ,
        )
        await self._steps.do(f"{session.key} receipt {number}", receipt, Actor("channel", account_id))

    async def _fill_in(self, session: _Session) -> None:
        """At the first contact the agent asks for what the company must know."""
        person = session.person
        account_id = _account(person.kind) if person.kind == WEBCHAT else None
        identity_key = identity_id(self._steps.tenant_id, person.kind, account_id, person.address)
        async with self._steps.parts.store.read(self._steps.tenant_id) as tx:
            identity = await tx.get(Identity, identity_key)
            customer = await tx.get(Customer, identity.customer_id) if identity else None
        assert customer is not None
        command = EditCustomer(
            customer_id=CustomerId(customer.id),
            base_version=customer.version,
            phones=(person.phone,),
            emails=(person.email,),
            address=person.home,
            service_numbers=(person.service,),
        )
        await self._steps.do(f"customer {person.index}", command, session.agent)

    async def _result(self, session: _Session, talk: Talk) -> None:
        received = session.received
        assert received is not None
        category_id = CategoryId(Steps.name("category", *talk.category))
        remark = f"{talk.subject}. Pelanggan: {session.person.name}."
        if talk.ends_as == "#":
            case = CreateCase(
                case_id=CaseId(Steps.name("case", session.key)),
                interaction_id=received.interaction_id,
                subject=talk.subject,
                category_id=category_id,
                remark=remark,
                service_number=session.person.service,
                status=self._dice.choices([CaseStatus.CLOSE, CaseStatus.OPEN], [9, 1])[0],
            )
            await self._steps.do(f"{session.key} case", case, session.agent)
            return
        ticket = CreateTicket(
            ticket_id=TicketId(Steps.name("ticket", session.key)),
            interaction_id=received.interaction_id,
            subject=talk.subject,
            category_id=category_id,
            remark=remark,
            owner_group_id=GroupId(Steps.name("group", "Backroom")),
            priority=self._dice.choice(list(Priority)),
        )
        await self._steps.do(f"{session.key} ticket", ticket, session.agent)

    async def _hold(self, session: _Session, number: int) -> None:
        """One whom Sinta is talking to."""
        received = session.received
        assert received is not None
        await self._pick_up(session)
        if number == 0:
            await self._reply(session, 0, "Selamat siang, kami periksa dahulu ya.")
            memo = AddMemo(
                memo_id=MemoId(Steps.name("memo", session.key)),
                conversation_id=received.conversation_id,
                interaction_id=received.interaction_id,
                text="Modem terakhir diganti bulan lalu, cek redaman dulu.",
            )
            await self._steps.do(f"{session.key} memo", memo, session.agent)
            session.person.position += 1
            seen = MarkRead(conversation_id=received.conversation_id, position=session.person.position)
            await self._steps.do(f"{session.key} read", seen, session.agent)

    async def _add(self, person: Person) -> None:
        command = AddCustomer(
            customer_id=CustomerId(Steps.name("customer", str(person.index))),
            name=person.name,
            phones=(person.phone,),
            emails=(person.email,),
            address=person.home,
            service_numbers=(person.service,),
        )
        await self._steps.do(f"customer {person.index}", command)

    def _pass(self, least: int, most: int) -> None:
        self._steps.at += timedelta(seconds=self._dice.randint(least, most))


def _agent(name: str) -> Actor:
    return Actor("user", Steps.name("user", name))


def _account(kind: str) -> ChannelAccountId:
    return ChannelAccountId(Steps.name("account", kind))
