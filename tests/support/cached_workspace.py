"""A believable workspace in cache.db and local.db, of any size, made through the replica's own door.

All people and texts are invented.
"""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.replica import Replica
from omnix_protocol import codec, scopes
from omnix_protocol.base import Entity
from omnix_protocol.conversations import Conversation, Interaction, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason, refused
from omnix_protocol.frames import SnapshotPage
from omnix_protocol.ids import (
    CaseId,
    CommandId,
    ConversationId,
    CustomerId,
    IdentityId,
    InteractionId,
    MemoId,
    MessageId,
    QueueId,
    TicketId,
    UserId,
    derived_id,
)
from omnix_protocol.messages import AddMemo, DeliveryState, Direction, Memo, Message, SendMessage
from omnix_protocol.rules import preview
from omnix_protocol.scopes import Put
from omnix_protocol.sign_in import SignedIn
from omnix_protocol.work import Case, CaseStatus, Priority, Ticket, TicketStatus
from tests.support import workspace_catalogue as catalogue

KEY: Final = hashlib.sha256(b"a key of the tests").digest()
NOW: Final = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
ME: Final = catalogue.USERS[0]
_PAGE: Final = 2000

_NAMES: Final = (
    "Dewi Lestari", "Bagus Pratama", "Siti Rahmawati", "Andi Wijaya", "Putri Maharani", "Joko Susilo",
    "Rina Kartika", "Fajar Nugroho", "Maya Anggraini", "Hendra Gunawan", "Ayu Puspita", "Rizky Ramadhan",
    "Nurul Hidayah", "Agus Setiawan", "Intan Permata", "Yoga Saputra", "Lina Marlina", "Dimas Ardiansyah",
    "Wulan Sari", "Eko Purnomo", "Tari Handayani", "Ilham Maulana", "Citra Dewanti", "Bayu Kurniawan",
)  # fmt: skip
_ASKS: Final = (
    "Selamat pagi, saya mau tanya pesanan saya yang kemarin.",
    "Paket saya belum sampai juga, padahal statusnya sudah dikirim sejak tiga hari yang lalu.",
    "Nomor pesanannya {n}.",
    "Internet di rumah mati sejak tadi malam, lampu di modem berkedip merah.",
    "Apakah bisa ganti alamat pengiriman?",
    "Baik, saya tunggu ya 🙏",
    "Sudah saya coba mulai ulang modemnya, tetap tidak bisa.",
    "Tagihan bulan ini kenapa naik jadi Rp{n}.000?",
    "Terima kasih banyak atas bantuannya 😊",
    "Halo? Masih ada orang?",
    "Boleh minta nomor resinya?",
    (
        "Kalau teknisi datang hari Sabtu pagi bisa tidak? Hari kerja saya di kantor sampai sore, "
        "jadi tidak ada orang di rumah yang bisa menerima. Mohon dibantu ya."
    ),
)
_REPLIES: Final = (
    "Selamat pagi, {name}. Dengan {agent}, ada yang bisa kami bantu?",
    "Mohon maaf atas ketidaknyamanannya. Kami periksa dahulu, mohon ditunggu sebentar.",
    "Boleh kami minta nomor pesanannya?",
    "Pesanan Anda sedang dalam perjalanan dan diperkirakan tiga hari lagi sampai.",
    "Kami sudah membuatkan tiket untuk tim teknis. Anda akan dihubungi paling lambat besok siang.",
    "Baik, alamatnya sudah kami ubah. Apakah ada hal lain yang bisa kami bantu?",
    "Terima kasih sudah menghubungi kami. Semoga harinya menyenangkan!",
)
_MEMOS: Final = (
    "Pelanggan minta dihubungi lewat telepon setelah pukul 17.",
    "Sudah dicek ke gudang: paket tertahan di Surabaya.",
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """What was made, for tests to ask for."""

    folder: Path
    now: datetime
    me: SignedIn
    handled: tuple[Interaction, ...]
    ended: tuple[Interaction, ...]
    waiting: tuple[Interaction, ...]
    messages: int

    @property
    def longest(self) -> ConversationId:
        """The conversation with the most entries."""
        return self.handled[0].conversation_id

    def open(self) -> tuple[Engine, Local]:
        """Whoever opens it closes the engine."""
        engine = Engine(self.folder, KEY, lambda: self.now)
        return engine, Local(engine, lambda: self.now)


def build(
    folder: Path, *, messages: int = 800, waiting: int = 24, handled: int = 8, ended: int = 6, unsent: bool = True
) -> Workspace:
    """Both files, closed again. A tenth of the messages, at most 10,000, stand in the first conversation."""
    chance = random.Random(7)
    engine = Engine(folder, KEY, lambda: NOW)
    replica = Replica(engine)
    replica.begin_epoch(derived_id("epoch")).result()
    longest = min(max(messages // 10, messages // (handled + ended)), scopes.CONVERSATION_WINDOW)
    rest = max(handled + ended - 1, 1)
    sizes = [longest] + [(messages - longest) // rest] * rest
    threads = [
        _thread(number, sizes[number], Status.HANDLING if number < handled else Status.RESOLVED, chance)
        for number in range(handled + ended)
    ]
    queued = [_thread(1000 + number, 1 + number % 3, Status.QUEUED, chance) for number in range(waiting)]
    _fill(replica, threads, queued)
    made = Workspace(
        folder=folder,
        now=NOW,
        me=signed_in(),
        handled=tuple(thread.interaction for thread in threads[:handled]),
        ended=tuple(thread.interaction for thread in threads[handled:]),
        waiting=tuple(sorted((thread.interaction for thread in queued), key=lambda row: row.queued_at)),
        messages=messages,
    )
    if unsent:
        _leave_unsent(engine, made)
    engine.close()
    return made


@dataclass(frozen=True, slots=True)
class _Thread:
    conversation: Conversation
    interaction: Interaction
    customer: Customer
    identity: Identity
    entries: tuple[Message | Memo, ...]
    work: tuple[Case | Ticket, ...] = ()


def _fill(replica: Replica, threads: Sequence[_Thread], queued: Sequence[_Thread]) -> None:
    waiting: dict[str, list[Interaction]] = {queue.id: [] for queue in catalogue.QUEUES}
    for thread in queued:
        waiting[thread.interaction.queue_id].append(thread.interaction)
    _put(replica, scopes.TENANT, catalogue.entities())
    _put(replica, scopes.agent(UserId(ME.id)), [thread.interaction for thread in threads] + [catalogue.presence()])
    for queue in catalogue.QUEUES:
        rows = sorted(waiting[queue.id], key=lambda row: (row.queued_at, row.id))
        oldest = rows[0].queued_at if rows else None
        key = scopes.queue(QueueId(queue.id))
        _put(replica, key, [catalogue.counted(queue, len(rows), oldest), *rows[: scopes.QUEUE_WINDOW]])
    for thread in threads:
        key = scopes.conversation(ConversationId(thread.conversation.id))
        _put(replica, key, [thread.conversation, thread.interaction, *thread.entries])
        key = scopes.customer(CustomerId(thread.customer.id))
        _put(replica, key, [thread.customer, thread.identity, *thread.work])


def _put(replica: Replica, scope: str, entities: Iterable[Entity]) -> None:
    puts = [
        Put(type=type(one).__name__, id=one.id, version=one.version, scopes=(scope,), body=codec.raw(one))
        for one in entities
    ]
    done = None
    for number, start in enumerate(range(0, max(len(puts), 1), _PAGE)):
        last = start + _PAGE >= len(puts)
        rows = tuple(puts[start : start + _PAGE])
        page = SnapshotPage(number=number + 1, scope=scope, seq=1, page=number, last=last, puts=rows)
        done = replica.apply_snapshot(page)
    if done is not None:
        done.result()


def _thread(number: int, size: int, status: Status, chance: random.Random) -> _Thread:
    name = _NAMES[number % len(_NAMES)]
    account = catalogue.ACCOUNTS[number % 2]
    queue = catalogue.QUEUES[number % 2]
    conversation_id = ConversationId(derived_id("conversation", str(number)))
    interaction_id = InteractionId(derived_id("interaction", str(number)))
    customer_id = CustomerId(derived_id("customer", str(number)))
    identity_id = IdentityId(derived_id("identity", str(number)))
    last_at = NOW - timedelta(seconds=20 + number % 1000 * 47)
    entries = tuple(_entries(number, size, name, last_at, chance))
    newest = entries[-1] if entries else None
    text = newest.text if newest else ""
    from_customer = isinstance(newest, Message) and newest.direction == Direction.IN
    queued_at = last_at if status == Status.QUEUED else NOW - timedelta(minutes=40 + number)
    held = status == Status.HANDLING
    work = tuple(_work(number, interaction_id, conversation_id, customer_id)) if status != Status.QUEUED else ()
    interaction = Interaction(
        id=interaction_id, version=1, number=4000 + number, conversation_id=conversation_id, customer_id=customer_id,
        customer_name=name, channel_account_id=queue.channel_account_id, channel_kind=account.kind,
        queue_id=QueueId(queue.id), status=status, owner_id=None if status == Status.QUEUED else UserId(ME.id),
        owner_name="" if status == Status.QUEUED else ME.name, created_at=queued_at, queued_at=queued_at,
        picked_up_at=None if status == Status.QUEUED else queued_at + timedelta(minutes=1),
        first_reply_at=None if status == Status.QUEUED else queued_at + timedelta(minutes=2),
        ended_at=None if held or status == Status.QUEUED else last_at, ended_by=None if held else UserId(ME.id),
        first_position=max(1, size - 30), last_at=last_at, last_preview=preview(text),
        last_from_customer=from_customer, unanswered_since=last_at if from_customer and held else None,
        unread=number % 4 if from_customer and held else 0,
        cases=sum(isinstance(one, Case) for one in work), tickets=sum(isinstance(one, Ticket) for one in work),
    )  # fmt: skip
    conversation = Conversation(
        id=conversation_id, version=1, channel_account_id=queue.channel_account_id, identity_id=identity_id,
        customer_id=customer_id, entries=size, last_inbound_at=last_at, interaction_id=interaction_id, interactions=1,
    )  # fmt: skip
    handle = name.lower().replace(" ", "_")
    return _Thread(
        conversation=conversation,
        interaction=interaction,
        customer=_customer(customer_id, number, name),
        identity=Identity(
            id=identity_id, version=1, customer_id=customer_id, channel_kind=account.kind,
            channel_account_id=queue.channel_account_id, address=str(70_000_000 + number), name=name, handle=handle,
        ),
        entries=entries,
        work=work,
    )  # fmt: skip


def _customer(customer_id: CustomerId, number: int, name: str) -> Customer:
    return Customer(
        id=customer_id,
        version=1,
        number=1200 + number,
        name=name,
        phones=(f"+62812000{number:05}",),
        emails=() if number % 3 else (f"{name.split(maxsplit=1)[0].lower()}{number}@contoh.invalid",),
        address="" if number % 4 == 3 else f"Jl. Melati No. {number % 90 + 1}, Bandung",
        service_numbers=(f"1322{number:08}",),
    )


def _entries(number: int, size: int, name: str, last_at: datetime, chance: random.Random) -> Iterable[Message | Memo]:
    conversation_id = ConversationId(derived_id("conversation", str(number)))
    interaction_id = InteractionId(derived_id("interaction", str(number)))
    for position in range(1, size + 1):
        at = last_at - timedelta(seconds=(size - position) * 75)
        key = derived_id("entry", str(number), str(position))
        if position % 19 == 17:
            yield Memo(
                id=MemoId(key), version=1, conversation_id=conversation_id, interaction_id=interaction_id,
                position=position, text=chance.choice(_MEMOS), author_id=UserId(ME.id), author_name=ME.name, at=at,
            )  # fmt: skip
            continue
        out = position % 2 == 0 and position < size
        text = chance.choice(_REPLIES if out else _ASKS)
        yield Message(
            id=MessageId(key), version=1, conversation_id=conversation_id, interaction_id=interaction_id,
            position=position, direction=Direction.OUT if out else Direction.IN,
            text=text.format(n=100 + position % 800, name=name.split(maxsplit=1)[0], agent=ME.name.split()[0]),
            author_id=UserId(ME.id) if out else None, author_name=ME.name if out else name, at=at,
            state=_state(size - position) if out else DeliveryState.RECEIVED, state_at=at,
            failure="", attempts=1 if out else 0,
        )  # fmt: skip


def _state(from_the_end: int) -> DeliveryState:
    newest = {1: DeliveryState.ACCEPTED, 2: DeliveryState.SENT, 3: DeliveryState.DELIVERED}
    return newest.get(from_the_end, DeliveryState.READ)


def _work(
    number: int, interaction_id: InteractionId, conversation_id: ConversationId, customer_id: CustomerId
) -> Iterable[Case | Ticket]:
    at = NOW - timedelta(minutes=30 + number)
    if number % 2 == 0:
        leaf, path = catalogue.leaf(5)
        yield Case(
            id=CaseId(derived_id("case", str(number))), version=1, number=900 + number, interaction_id=interaction_id,
            conversation_id=conversation_id, customer_id=customer_id, subject="Internet mati sejak semalam",
            category_id=leaf, category_path=path, remark=_ASKS[3], service_number=f"1322{number:08}",
            status=CaseStatus.CLOSE, author_id=UserId(ME.id), author_name=ME.name, at=at,
        )  # fmt: skip
    if number % 3 == 0:
        leaf, path = catalogue.leaf(3)
        group = catalogue.GROUPS[1]
        yield Ticket(
            id=TicketId(derived_id("ticket", str(number))), version=1, number=300 + number,
            interaction_id=interaction_id, conversation_id=conversation_id, customer_id=customer_id,
            subject="Kunjungan teknisi", category_id=leaf, category_path=path, remark=_ASKS[11],
            owner_group_id=catalogue.group_id(1), owner_group_name=group.name, priority=Priority.HIGH,
            status=TicketStatus.OPEN, author_id=UserId(ME.id), author_name=ME.name, at=at,
        )  # fmt: skip


def _leave_unsent(engine: Engine, made: Workspace) -> None:
    """A reply being typed, one on its way, a memo that was refused."""
    local = Local(engine, lambda: NOW)
    if len(made.handled) < 4:
        return
    _, typing, queued, rejected = made.handled[:4]
    local.save_draft(typing.conversation_id, "reply", "Baik, kami bantu cek dahulu untuk").result()
    reply = SendMessage(
        message_id=MessageId(derived_id("unsent")), conversation_id=queued.conversation_id,
        interaction_id=InteractionId(queued.id), text="Mohon ditunggu, sedang kami periksa.", seen_position=3,
    )  # fmt: skip
    local.send(CommandId(derived_id("command 1")), reply, reply.conversation_id, reply.message_id).result()
    memo = AddMemo(
        memo_id=MemoId(derived_id("refused")), conversation_id=rejected.conversation_id,
        interaction_id=InteractionId(rejected.id), text="Pelanggan marah, mohon hati-hati.",
    )  # fmt: skip
    command_id = CommandId(derived_id("command 2"))
    local.send(command_id, memo, memo.conversation_id, memo.memo_id).result()
    row = next(one for one in local.waiting().result() if one.command_id == command_id)
    local.note(row, refused(Reason.NOT_OWNER, name="Sari Utami")).result()


def signed_in() -> SignedIn:
    return SignedIn(
        session_id=catalogue.SESSION_ID, tenant_id=catalogue.TENANT_ID, tenant_code=catalogue.TENANT.code,
        tenant_name=catalogue.TENANT.name, user_id=UserId(ME.id), user_name=ME.name, role=ME.role,
        access_token="access", access_expires_at=NOW + timedelta(minutes=10), refresh_token="refresh",
    )  # fmt: skip
