"""Mailboxes that this user's group serves, a mail being written, and what bots are answering meanwhile."""

from datetime import timedelta

from omnix_desktop.cache.engine import Engine
from omnix_protocol import scopes
from omnix_protocol.channels import Capabilities, Channel, ChannelAccount, ChannelGroup, Queue
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    CustomerId,
    GroupId,
    InteractionId,
    QueueId,
    derived_id,
)
from tests.support.cached_workspace import NOW
from tests.support.scene import Moment
from tests.support.workspace_catalogue import ACCOUNTS, GROUPS

ABLE = Capabilities(text_max=100_000, subject=True, attachments=True, attachment_max_bytes=25 * 1024 * 1024)
_TALKS = (
    # seconds ago, name, what was said last
    (8, "Rina Kartika", "Saya mau cek tagihan bulan ini"),
    (21, "Joko Susilo", "Paket apa saja yang bisa dipasang di Bandung?"),
    (44, "Maya Anggraini", "1322 0000 0017"),
    (95, "Hendra Gunawan", "Bukan itu, saya mau bicara dengan petugas"),
    (130, "", "Halo"),
    (152, "Sari Utami", "Kapan teknisi datang?"),
)


def set_mailboxes(engine: Engine, *names: str, able: Capabilities = ABLE) -> list[ChannelAccount]:
    channel = Channel(id="email", version=1, name="Email", group=ChannelGroup.SOCIAL, capabilities=able)
    accounts = [
        ChannelAccount(
            id=derived_id(name), version=1, kind="email", name=name, address=f"{name.lower()}@nusantara.example"
        )
        for name in names
    ]
    moment = Moment(engine)
    moment.put([channel, *accounts], scopes.TENANT)
    for account in accounts:
        queue = Queue(
            id=derived_id(account.id, "queue"),
            version=1,
            channel_account_id=ChannelAccountId(account.id),
            group_id=GroupId(GROUPS[0].id),
        )
        moment.begin(scopes.queue(QueueId(queue.id)), queue)
    return accounts


def bot_talks() -> tuple[Interaction, ...]:
    """As the server lists them."""
    return tuple(
        Interaction(
            id=InteractionId(derived_id("talk", str(number))),
            version=2,
            number=number,
            conversation_id=ConversationId(derived_id("talk's place", str(number))),
            customer_id=CustomerId(derived_id("talk's customer", str(number))),
            customer_name=name,
            channel_account_id=ChannelAccountId(account.id),
            channel_kind=account.kind,
            queue_id=QueueId(derived_id("talk's queue")),
            status=Status.BOT,
            created_at=NOW - timedelta(seconds=ago + 60),
            queued_at=NOW - timedelta(seconds=ago + 60),
            first_position=1,
            last_at=NOW - timedelta(seconds=ago),
            last_preview=words,
        )
        for number, (ago, name, words) in enumerate(_TALKS)
        for account in ACCOUNTS[number % 2 : number % 2 + 1]
    )
