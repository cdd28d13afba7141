"""One maker for each command: given what there is, somebody who may do something with it, and what."""

from datetime import timedelta
from typing import Any

from backend.domain.base import SYSTEM, TIMER
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
from omnix_protocol.content import ActKind, RemoteFile, Topic
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
from omnix_protocol.mails import WriteMail
from omnix_protocol.messages import (
    AddMemo,
    Attachment,
    DeliveryState,
    Direction,
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
    RecordPasswordReset,
    RecordPresence,
    RecordSignIn,
    Rules,
    SetPickUpLimit,
    SetPresence,
)
from omnix_protocol.reports import Board, ProjectBoard
from omnix_protocol.transcripts import AskTranscript, MailTranscript, RecordTranscript
from omnix_protocol.work import CreateCase, CreateTicket
from tests.properties import bot_moves, channel_moves, integration_moves
from tests.properties.ground import AGENTS, MAKERS, Ground, Move, Seeded, delivery, instead, makes, sent, told
from tests.support.office import ACCOUNTS, PEOPLE

__all__ = ["MAKERS", "Ground", "Seeded", "bot_moves", "channel_moves", "integration_moves"]

ANSWERABLE = HELD | {Status.QUEUED, Status.BOT}

# customers write


@makes(ReceiveMessage)
def _receive(g: Ground) -> Move:
    account = g.chance.pick(tuple(ACCOUNTS))
    sender = g.chance.pick(("rina", "dewi", "joko", "+62812345678"))
    return g.company.channel(account), ReceiveMessage(
        channel_account_id=g.company.account(account),
        provider_id=f"{sender}{g.chance.pick(range(1000))}",
        sender=Sender(
            address=sender,
            name=g.chance.pick((sender.title(), "Nama Baru")),
            handle="siti@contoh.example" if account == "page" else "",
            email=g.chance.pick(("", "siti@contoh.example")),
            phone=g.chance.pick(("", "0812 3456 789")),
        ),
        thread_key=g.chance.pick(("", "", "utas")),
        text=g.chance.pick(("Halo", "Apa kabar?", "")) or "lagi",
        media=g.chance.pick(((), (), (RemoteFile(reference="foto", name="foto.jpg"),))),
        revision=g.chance.pick((0, 0, 1)),
        topic=g.chance.pick((None, Topic(title="Tagihan"))),
        quiet=g.chance.pick((False, False, False, True)),
        elsewhere=g.chance.pick((False, False, False, True)),
    )


# agents work


@makes(PickUp)
def _pick_up(g: Ground) -> Move:
    waiting = g.some("Interaction", lambda row: row.status in (Status.QUEUED, Status.BOT))
    return (g.agent(), PickUp(interaction_id=waiting.id)) if waiting else instead(g, ReceiveMessage)


@makes(PickUpNext)
def _pick_up_next(g: Ground) -> Move:
    if g.some("Interaction", lambda row: row.status is Status.QUEUED) is None:
        return instead(g, ReceiveMessage)
    held = [row.owner_id for row in g.truth.of["Interaction"] if row.status in HELD]
    return min(AGENTS, key=lambda name: held.count(g.company.user(name))), PickUpNext()


def _held(g: Ground) -> Interaction | None:
    found: Interaction | None = g.some("Interaction", lambda row: row.status in HELD)
    return found


@makes(Transfer)
def _transfer(g: Ground) -> Move:
    moved = g.some("Interaction", lambda row: row.status in (Status.HANDLING, Status.QUEUED, Status.BOT))
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
    alive = g.some("Interaction", lambda row: row.status in (Status.HANDLING, Status.QUEUED, Status.BOT))
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
        return instead(g, PickUp)
    picture = Attachment(file_id=g.company.id("file"), name="a.png", media_type="image/png", size=9)  # type: ignore[arg-type]  # an id
    attachments = (picture,) if held.channel_kind == "webchat" and g.chance.pick((True, False)) else ()
    return g.owner_of(held), g.company.reply(held, g.chance.pick(("Baik", "Siap")), attachments=attachments)


@makes(WriteMail)
def _write_mail(g: Ground) -> Move:
    account = g.chance.pick(("mailbox", "mailbox", "mailbox", "bot"))
    to = g.chance.pick(("siti@contoh.example", "Rina@contoh.example", "joko@contoh.example", "siapa"))
    return g.chance.pick(("ayu", "tono", "sari", "citra")), WriteMail(
        message_id=MessageId(new_id()),
        channel_account_id=g.company.account(account),
        to=(to,),
        subject=g.chance.pick(("Tagihan Maret", "")),
        text="Mohon konfirmasi.",
    )


@makes(RetrySend)
def _retry(g: Ground) -> Move:
    found = sent(g, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    if found is None:
        return told(g, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    return g.owner_of(found[1]), RetrySend(message_id=MessageId(found[0].id))


@makes(RecordDelivery)
def _delivered(g: Ground) -> Move:
    state = g.chance.pick(
        (
            DeliveryState.UNCERTAIN,
            DeliveryState.UNCERTAIN,
            DeliveryState.FAILED,
            DeliveryState.SENT,
            DeliveryState.DELIVERED,
        )
    )
    any_of_ours = g.some("Message", lambda row: row.direction is Direction.OUT)
    if any_of_ours is None or g.chance.pick((True, False)):
        return told(g, state)
    return delivery(g, any_of_ours, state)


@makes(ResolveUncertain)
def _resolve(g: Ground) -> Move:
    found = sent(g, DeliveryState.UNCERTAIN)
    if found is None:
        return told(g, DeliveryState.UNCERTAIN)
    resolve = ResolveUncertain(message_id=MessageId(found[0].id), went_out=g.chance.pick((True, False)))
    return g.owner_of(found[1]), resolve


@makes(AddMemo)
def _memo(g: Ground) -> Move:
    row = g.some("Interaction")
    if row is None:
        return None
    memo = AddMemo(memo_id=MemoId(new_id()), conversation_id=row.conversation_id, interaction_id=row.id, text="Catatan")
    return g.chance.pick(("tono", g.owner_of(row) if row.owner_id else "sari")), memo


@makes(MailTranscript)
def _transcript(g: Ground) -> Move:
    row = g.some("Interaction")
    if row is None:
        return None
    command = MailTranscript(memo_id=MemoId(new_id()), interaction_id=InteractionId(row.id), to="siti@contoh.example")
    return g.chance.pick(("tono", g.owner_of(row) if row.owner_id else "sari")), command


@makes(AskTranscript)
def _transcript_asked(g: Ground) -> Move:
    page = g.company.account("page")
    talks = {row.id: row for row in g.truth.of["Conversation"] if row.channel_account_id == page and not row.thread_key}
    newest = {row.interaction_id for row in talks.values()}
    found = g.some("Interaction", lambda row: row.id in newest and (row.first_reply_at or row.status in ANSWERABLE))
    if found is None:
        visitor = Sender(address="rina", name="Rina", handle="siti@contoh.example")
        return g.company.channel("page"), ReceiveMessage(
            channel_account_id=page, provider_id=f"rina{len(g.truth.of['Message'])}", sender=visitor, text="Halo"
        )
    if found.first_reply_at is None:
        if found.status in HELD:
            return g.owner_of(found), g.company.reply(found, "Baik")
        return g.agent(), PickUp(interaction_id=found.id)
    command = AskTranscript(memo_id=MemoId(new_id()), channel_account_id=page)
    return g.company.visitor(talks[found.conversation_id].identity_id), command


@makes(RecordTranscript)
def _transcript_ended(g: Ground) -> Move:
    memo = g.some("Memo", lambda memo: memo.transcript is not None and memo.transcript.state is DeliveryState.ACCEPTED)
    if memo is None:
        return None
    state = g.chance.pick((DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN))
    return SYSTEM, RecordTranscript(memo_id=MemoId(memo.id), state=state, failure="451 later")


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


@makes(RecordPasswordReset)
def _password_reset(g: Ground) -> Move:
    return SYSTEM, RecordPasswordReset(user_id=g.company.user(g.chance.pick(tuple(PEOPLE))), address="192.0.2.8")


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
    capabilities = Capabilities(text_max=g.chance.pick((500, 4096)), acts=tuple(ActKind))
    return SYSTEM, PublishChannel(kind="telegram", name="Telegram", group=ChannelGroup.LIVE, capabilities=capabilities)


@makes(AddChannelAccount)
def _account(g: Ground) -> Move:
    return "adi", AddChannelAccount(channel_account_id=ChannelAccountId(new_id()), kind="telegram", name="Bot dua")


@makes(EditChannelAccount)
def _edit_account(g: Ground) -> Move:
    account = g.some("ChannelAccount", lambda row: row.kind != "bot")
    assert account is not None  # there are three
    robot = g.company.account("robot")
    name, bot = g.chance.pick((("Satu", robot), ("Dua", robot), ("Dua", None)))
    edit = EditChannelAccount(channel_account_id=account.id, base_version=account.version, name=name, bot_id=bot)
    return "adi", edit


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
