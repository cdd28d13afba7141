"""One maker for each command: given what there is, somebody who may do something with it, and what."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from backend.domain.base import SYSTEM, TIMER, Actor
from omnix_protocol.base import Command
from omnix_protocol.catalogue import AddCategory, AddQuickReply
from omnix_protocol.channels import (
    AddChannelAccount,
    Capabilities,
    ChannelGroup,
    EditChannelAccount,
    PublishChannel,
    ReportChannelFault,
    ServeChannel,
)
from omnix_protocol.conversations import (
    HELD,
    DropPastWork,
    End,
    Interaction,
    MarkRead,
    PickUp,
    PickUpNext,
    Status,
    Transfer,
)
from omnix_protocol.customers import AddCustomer, EditCustomer
from omnix_protocol.ids import (
    AuxCodeId,
    CaseId,
    CategoryId,
    ChannelAccountId,
    ConversationId,
    CustomerId,
    GroupId,
    InteractionId,
    MemoId,
    MessageId,
    QueueId,
    QuickReplyId,
    TicketId,
    UserId,
    new_id,
)
from omnix_protocol.messages import (
    AddMemo,
    Attachment,
    DeliveryState,
    Direction,
    Message,
    ReceiveMessage,
    RecordDelivery,
    ResolveUncertain,
    RetrySend,
    SaveDraft,
    Sender,
    SendMessage,
)
from omnix_protocol.people import (
    AddAuxCode,
    AddGroup,
    AddUser,
    EditRules,
    EditUser,
    OpenTenant,
    PresenceState,
    RecordPresence,
    RecordSignIn,
    Rules,
    SetPickUpLimit,
    SetPresence,
)
from omnix_protocol.reports import Board, ProjectBoard
from omnix_protocol.work import CreateCase, CreateTicket
from tests.properties.ground_truth import Truth
from tests.support.office import ACCOUNTS, PEOPLE, Office

T = TypeVar("T")


class Chance(Protocol):
    """Where a maker's choices come from: hypothesis, or a seed."""

    def pick(self, options: Sequence[T]) -> T: ...


class Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        return self._random.choice(options)


@dataclass
class Ground:
    """What a maker looks at."""

    company: Office
    truth: Truth
    chance: Chance

    def some(self, kind: str, test: Callable[[Any], bool] = lambda _: True) -> Any | None:
        """One of the entities, in an order that does not depend on their ids."""
        found = [entity for entity in self.truth.of[kind] if test(entity)]
        found.sort(key=lambda entity: (getattr(entity, "number", 0), getattr(entity, "position", 0), entity.version))
        return self.chance.pick(found) if found else None

    def agent(self) -> str:
        return self.chance.pick(("ayu", "bima", "citra", "tono"))

    def owner_of(self, interaction: Interaction) -> Actor:
        return Actor("user", interaction.owner_id or "")


Move = tuple[Actor | str, Command] | None
Maker = Callable[[Ground], Move]
MAKERS: dict[type[Command], Maker] = {}


def makes(kind: type[Command]) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


# customers write


@makes(ReceiveMessage)
def _receive(g: Ground) -> Move:
    account = g.chance.pick(tuple(ACCOUNTS))
    sender = g.chance.pick(("rina", "dewi", "joko", "+62812345678"))
    return g.company.channel(account), ReceiveMessage(
        channel_account_id=g.company.account(account),
        provider_id=f"{sender}{g.chance.pick(range(1000))}",
        sender=Sender(address=sender, name=g.chance.pick((sender.title(), "Nama Baru"))),
        thread_key=g.chance.pick(("", "", "utas")),
        text=g.chance.pick(("Halo", "Apa kabar?", "")) or "lagi",
    )


# agents work


@makes(PickUp)
def _pick_up(g: Ground) -> Move:
    waiting = g.some("Interaction", lambda row: row.status is Status.QUEUED)
    return (g.agent(), PickUp(interaction_id=waiting.id)) if waiting else None


@makes(PickUpNext)
def _pick_up_next(g: Ground) -> Move:
    return g.agent(), PickUpNext()


def _held(g: Ground) -> Interaction | None:
    found: Interaction | None = g.some("Interaction", lambda row: row.status in HELD)
    return found


@makes(Transfer)
def _transfer(g: Ground) -> Move:
    moved = g.some("Interaction", lambda row: row.status in (Status.HANDLING, Status.QUEUED))
    if moved is None:
        return None
    actor = g.chance.pick((g.owner_of(moved) if moved.owner_id else "tono", "sari"))
    note = g.chance.pick(("", "tolong dilanjutkan"))
    where: dict[str, Any] = g.chance.pick(
        (
            {"to_group_id": g.company.group("eskalasi")},
            {"to_group_id": g.company.group("layanan")},
            {"to_user_id": g.company.user("bima")},
            {"to_user_id": g.company.user("ayu")},
        )
    )
    return actor, Transfer(interaction_id=moved.id, base_version=moved.version, note=note, **where)


@makes(End)
def _end(g: Ground) -> Move:
    alive = g.some("Interaction", lambda row: row.status in (Status.HANDLING, Status.QUEUED))
    if alive is None:
        return None
    return g.owner_of(alive) if alive.owner_id else "tono", End(interaction_id=alive.id)


@makes(MarkRead)
def _mark_read(g: Ground) -> Move:
    held = g.some("Interaction", lambda row: row.status in HELD and row.unread)
    if held is None:
        return None
    position = held.first_position + g.chance.pick((0, 1, 50))
    return g.owner_of(held), MarkRead(conversation_id=held.conversation_id, position=position)


@makes(DropPastWork)
def _drop_past(g: Ground) -> Move:
    return TIMER, DropPastWork(before=g.company.clock.at + timedelta(minutes=g.chance.pick((-1, 1))))


@makes(SendMessage)
def _send(g: Ground) -> Move:
    held = _held(g)
    if held is None:
        return None
    picture = Attachment(file_id=g.company.id("file"), name="a.png", media_type="image/png", size=9)  # type: ignore[arg-type]  # an id
    attachments = (picture,) if held.channel_kind == "webchat" and g.chance.pick((True, False)) else ()
    return g.owner_of(held), g.company.reply(held, g.chance.pick(("Baik", "Siap")), attachments=attachments)


def _sent(g: Ground, *states: DeliveryState) -> tuple[Message, Interaction] | None:
    newest = {row.id: row.interaction_id for row in g.truth.of["Conversation"]}
    held = {row.id: row for row in g.truth.of["Interaction"] if row.status in HELD}
    message = g.some(
        "Message",
        lambda row: row.direction is Direction.OUT and row.state in states and newest[row.conversation_id] in held,
    )
    return (message, held[newest[message.conversation_id]]) if message else None


@makes(RetrySend)
def _retry(g: Ground) -> Move:
    found = _sent(g, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    return (g.owner_of(found[1]), RetrySend(message_id=MessageId(found[0].id))) if found else None


@makes(ResolveUncertain)
def _resolve(g: Ground) -> Move:
    found = _sent(g, DeliveryState.UNCERTAIN)
    if found is None:
        return None
    resolve = ResolveUncertain(message_id=MessageId(found[0].id), went_out=g.chance.pick((True, False)))
    return g.owner_of(found[1]), resolve


@makes(RecordDelivery)
def _delivered(g: Ground) -> Move:
    message = g.some("Message", lambda row: row.direction is Direction.OUT)
    if message is None:
        return None
    account = next(row.channel_account_id for row in g.truth.of["Conversation"] if row.id == message.conversation_id)
    state = g.chance.pick(
        (
            DeliveryState.UNCERTAIN,
            DeliveryState.UNCERTAIN,
            DeliveryState.FAILED,
            DeliveryState.SENT,
            DeliveryState.DELIVERED,
        )
    )
    record = RecordDelivery(
        channel_account_id=account, message_id=message.id, provider_id=f"out{message.position}", state=state
    )
    return Actor("channel", account), record


@makes(AddMemo)
def _memo(g: Ground) -> Move:
    row = g.some("Interaction")
    if row is None:
        return None
    memo = AddMemo(memo_id=MemoId(new_id()), conversation_id=row.conversation_id, interaction_id=row.id, text="Catatan")
    return g.chance.pick(("tono", g.owner_of(row) if row.owner_id else "sari")), memo


@makes(SaveDraft)
def _draft(g: Ground) -> Move:
    conversation = g.some("Conversation")
    if conversation is None:
        return None
    text = g.chance.pick(("Sel", "Selamat", ""))
    mode = g.chance.pick(("reply", "memo"))
    return g.chance.pick(("tono", "sari")), SaveDraft(
        conversation_id=ConversationId(conversation.id), mode=mode, text=text
    )


@makes(AddCustomer)
def _add_customer(g: Ground) -> Move:
    return g.agent(), AddCustomer(customer_id=CustomerId(new_id()), name="Pelanggan", phones=("0812 3456 789",))


@makes(EditCustomer)
def _edit_customer(g: Ground) -> Move:
    customer = g.some("Customer")
    if customer is None:
        return None
    name, address = g.chance.pick((("Rina Sari", "Bandung"), ("Rina", "Bogor"), ("Dewi", "")))
    base = customer.version - g.chance.pick((0, 0, 0, 1))
    return "tono", EditCustomer(customer_id=customer.id, base_version=base, name=name, address=address)


@makes(CreateCase)
def _case(g: Ground) -> Move:
    row = g.some("Interaction", lambda row: row.owner_id is not None)
    if row is None:
        return None
    return g.owner_of(row), CreateCase(
        case_id=CaseId(new_id()),
        interaction_id=InteractionId(row.id),
        subject="Internet lambat",
        category_id=g.company.category(5),
        remark="Sejak pagi",
    )


@makes(CreateTicket)
def _ticket(g: Ground) -> Move:
    row = g.some("Interaction", lambda row: row.owner_id is not None)
    if row is None:
        return None
    return g.owner_of(row), CreateTicket(
        ticket_id=TicketId(new_id()),
        interaction_id=InteractionId(row.id),
        subject="Kabel putus",
        category_id=g.company.category(3),
        remark="Depan rumah",
        owner_group_id=g.company.group("eskalasi"),
    )


# people and catalogue


@makes(OpenTenant)
def _open_tenant(g: Ground) -> Move:
    # the company was opened by this command; once more is refused
    return SYSTEM, OpenTenant(tenant_id=g.company.tenant_id, code="nusa-jaya", name="Nusa Jaya")


@makes(EditRules)
def _edit_rules(g: Ground) -> Move:
    rules = Rules(pick_up_limit=g.chance.pick((3, 8)), grace_seconds=g.chance.pick((0, 900)))
    return "sari", EditRules(base_version=g.truth.of["Tenant"][0].version, rules=rules)


@makes(AddGroup)
def _group(g: Ground) -> Move:
    return "adi", AddGroup(group_id=GroupId(new_id()), name="Baru")


@makes(AddUser)
def _user(g: Ground) -> Move:
    number = len(g.truth.of["User"])
    return "tono", AddUser(user_id=UserId(new_id()), name="Agen Baru", email=f"agen{number}@nusa.example")


@makes(EditUser)
def _edit_user(g: Ground) -> Move:
    name = g.chance.pick(("Citra", "Cantika", "Bima"))
    who = g.company.user("bima" if name == "Bima" else "citra")
    user = next(row for row in g.truth.of["User"] if row.id == who)
    if name == "Bima":  # leaves and comes back
        return "adi", EditUser(user_id=who, base_version=user.version, active=not user.active)
    return "adi", EditUser(user_id=who, base_version=user.version, name=name)


@makes(SetPickUpLimit)
def _limit(g: Ground) -> Move:
    return "sari", SetPickUpLimit(user_id=g.company.user(g.agent()), limit=g.chance.pick((None, 1, 5)))


@makes(AddAuxCode)
def _aux(g: Ground) -> Move:
    number = len(g.truth.of["AuxCode"])
    return "adi", AddAuxCode(aux_code_id=AuxCodeId(new_id()), code=f"A{number}", name="Rapat")


@makes(SetPresence)
def _presence(g: Ground) -> Move:
    aux = AuxCodeId(g.company.id("makan"))
    state, code = g.chance.pick(((PresenceState.ONLINE, None), (PresenceState.AUX, aux), (PresenceState.ONLINE, None)))
    return g.agent(), SetPresence(state=state, aux_code_id=code)


@makes(RecordPresence)
def _record_presence(g: Ground) -> Move:
    devices = g.chance.pick(((), ("pc",), ("pc", "laptop")))
    return SYSTEM, RecordPresence(user_id=g.company.user(g.agent()), devices=devices)


@makes(RecordSignIn)
def _sign_in(g: Ground) -> Move:
    user_id = g.company.user(g.chance.pick(tuple(PEOPLE)))
    return SYSTEM, RecordSignIn(user_id=user_id, device_name="pc", address="192.0.2.7")


@makes(AddCategory)
def _category(g: Ground) -> Move:
    parent = g.chance.pick((None, g.company.category(1), g.company.category(5)))
    return "adi", AddCategory(category_id=CategoryId(new_id()), parent_id=parent, name="Lain")


@makes(AddQuickReply)
def _quick_reply(g: Ground) -> Move:
    shortcut = f"salam{len(g.truth.of['QuickReply'])}"
    return "tono", AddQuickReply(
        quick_reply_id=QuickReplyId(new_id()), shortcut=shortcut, title="Salam", text="Selamat pagi"
    )


@makes(PublishChannel)
def _publish(g: Ground) -> Move:
    capabilities = Capabilities(text_max=g.chance.pick((500, 4096)))
    return SYSTEM, PublishChannel(kind="telegram", name="Telegram", group=ChannelGroup.LIVE, capabilities=capabilities)


@makes(AddChannelAccount)
def _account(g: Ground) -> Move:
    return "adi", AddChannelAccount(channel_account_id=ChannelAccountId(new_id()), kind="telegram", name="Bot dua")


@makes(EditChannelAccount)
def _edit_account(g: Ground) -> Move:
    account = g.some("ChannelAccount")
    name = g.chance.pick(("Satu", "Dua"))
    return "adi", EditChannelAccount(channel_account_id=account.id, base_version=account.version, name=name)  # type: ignore[union-attr]  # there are three


@makes(ReportChannelFault)
def _fault(g: Ground) -> Move:
    account = g.company.account(g.chance.pick(tuple(ACCOUNTS)))
    return SYSTEM, ReportChannelFault(channel_account_id=account, fault=g.chance.pick(("", "401 Unauthorized")))


@makes(ServeChannel)
def _serve(g: Ground) -> Move:
    account, group = g.some("ChannelAccount"), g.some("Group")
    serve = ServeChannel(queue_id=QueueId(new_id()), channel_account_id=account.id, group_id=group.id)  # type: ignore[union-attr]  # there are some
    return "adi", serve


@makes(ProjectBoard)
def _board(g: Ground) -> Move:
    shown = len(g.truth.of["Board"])
    board = Board(id=g.company.tenant_id, version=shown, at=g.company.clock.at, waiting=g.chance.pick(range(5)))
    return SYSTEM, ProjectBoard(board=board)
