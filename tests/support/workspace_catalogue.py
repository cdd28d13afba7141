"""The catalogue of the invented workspace: tenant, people, channels, queues, categories, quick replies."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from omnix_protocol.base import Entity
from omnix_protocol.catalogue import Category, QuickReply
from omnix_protocol.channels import Capabilities, Channel, ChannelAccount, ChannelGroup, Queue
from omnix_protocol.ids import (
    AuxCodeId,
    CategoryId,
    ChannelAccountId,
    GroupId,
    QueueId,
    QuickReplyId,
    SessionId,
    TenantId,
    UserId,
    derived_id,
)
from omnix_protocol.people import AuxCode, Group, Presence, PresenceState, Role, Tenant, User

TENANT_ID: Final = TenantId(derived_id("tenant"))
SESSION_ID: Final = SessionId(derived_id("session"))
TENANT: Final = Tenant(id=TENANT_ID, version=1, code="nusantara", name="Nusantara Niaga")
GROUPS: Final = tuple(
    Group(id=derived_id("group", name), version=1, name=name) for name in ("Agent", "Backroom", "Caring")
)
USERS: Final = tuple(
    User(
        id=derived_id("user", name), version=1, name=name, email=f"{name.split()[0].lower()}@nusantara.invalid",
        role=role, group_ids=(GroupId(GROUPS[0].id),),
    )
    for name, role in (
        ("Ratna Kusuma", Role.AGENT), ("Sari Utami", Role.AGENT), ("Budi Hartono", Role.AGENT),
        ("Indra Mahendra", Role.TEAM_LEADER), ("Kartini Wardani", Role.SUPERVISOR),
    )
)  # fmt: skip
CHANNELS: Final = (
    Channel(
        id="webchat", version=1, name="Web Chat", group=ChannelGroup.LIVE,
        capabilities=Capabilities(
            text_max=4096, attachments=True, attachment_max_bytes=20 * 1024 * 1024,
            attachment_types=("image/*", "application/pdf"), receipts=("sent", "delivered", "read"),
        ),
    ),
    Channel(
        id="telegram", version=1, name="Telegram", group=ChannelGroup.LIVE, capabilities=Capabilities(text_max=4096)
    ),
)  # fmt: skip
ACCOUNTS: Final = (
    ChannelAccount(
        id=derived_id("account 1"), version=1, kind="webchat", name="Situs nusantara.invalid",
        address="nusantara.invalid", default_queue_id=QueueId(derived_id("queue 1")),
    ),
    ChannelAccount(
        id=derived_id("account 2"), version=1, kind="telegram", name="@nusantara_bot", address="nusantara_bot",
        default_queue_id=QueueId(derived_id("queue 2")),
    ),
)  # fmt: skip
QUEUES: Final = tuple(
    Queue(
        id=derived_id(f"queue {number}"), version=1, channel_account_id=ChannelAccountId(account.id),
        group_id=GroupId(GROUPS[0].id),
    )
    for number, account in enumerate(ACCOUNTS, 1)
)  # fmt: skip
_AUX: Final = (("ISTIRAHAT", "Istirahat"), ("SHOLAT", "Sholat"), ("RAPAT", "Rapat"))
_REPLIES: Final = (
    ("salam", "Salam pembuka", "Selamat datang, {name}. Dengan {agent}, ada yang bisa kami bantu?"),
    ("tunggu", "Mohon ditunggu", "Mohon ditunggu sebentar, sedang kami periksa."),
    ("maaf", "Permohonan maaf", "Mohon maaf atas ketidaknyamanan yang Anda alami."),
    ("resi", "Nomor resi", "Boleh kami minta nomor pesanan atau nomor resinya?"),
    ("teknisi", "Jadwal teknisi", "Teknisi kami akan datang pada jam kerja. Hari apa yang sesuai untuk Anda?"),
    ("tutup", "Salam penutup", "Terima kasih sudah menghubungi kami. Semoga harinya menyenangkan!"),
)
_TREE: Final = {
    "Gangguan": ("Internet", "Televisi"),
    "Tagihan": ("Keberatan", "Salinan"),
    "Pesanan": ("Pengiriman", "Pengembalian"),
}
_BELOW: Final = ("Kabel", "Perangkat"), ("Tidak menyala", "Putus-putus"), ("Sudah dicoba ulang", "Belum dicoba")


def group_id(number: int) -> GroupId:
    return GroupId(GROUPS[number].id)


def presence() -> Presence:
    return Presence(id=USERS[0].id, version=1, state=PresenceState.ONLINE, load=8)


def counted(queue: Queue, waiting: int, oldest_at: datetime | None) -> Queue:
    """The queue with its counts; more than its window may wait."""
    return replace(queue, waiting=waiting, oldest_at=oldest_at)


def categories() -> tuple[Category, ...]:
    """Five levels."""
    made: list[Category] = []

    def add(path: tuple[str, ...], parent: str | None) -> str:
        key = derived_id("category", *path)
        parent_id = None if parent is None else CategoryId(parent)
        made.append(Category(id=key, version=1, parent_id=parent_id, level=len(path), name=path[-1]))
        return key

    def below(path: tuple[str, ...], parent: str) -> None:
        for name in _BELOW[len(path) - 2] if len(path) < 5 else ():
            below((*path, name), add((*path, name), parent))

    for root, children in _TREE.items():
        root_key = add((root,), None)
        for child in children:
            below((root, child), add((root, child), root_key))
    return tuple(made)


def leaf(level: int) -> tuple[CategoryId, tuple[str, ...]]:
    """A category of this level with its path."""
    path = ("Gangguan", "Internet", "Perangkat", "Tidak menyala", "Sudah dicoba ulang")[:level]
    return CategoryId(derived_id("category", *path)), path


def entities() -> tuple[Entity, ...]:
    """What the scope `tenant` holds."""
    aux = (AuxCode(id=AuxCodeId(derived_id("aux", code)), version=1, code=code, name=name) for code, name in _AUX)
    replies = (
        QuickReply(id=QuickReplyId(derived_id("reply", key)), version=1, shortcut=key, title=title, text=text)
        for key, title, text in _REPLIES
    )
    return (TENANT, *GROUPS, *USERS, *CHANNELS, *ACCOUNTS, *aux, *replies, *categories())


def user_id(number: int) -> UserId:
    return UserId(USERS[number].id)
