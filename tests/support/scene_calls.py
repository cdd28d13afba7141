"""A telephone line on top of the cached workspace: who rings, who rang before, and programs beside the conversation."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from omnix_desktop.cache.engine import Engine
from omnix_protocol import scopes
from omnix_protocol.calls import LastTalk, LiveCall
from omnix_protocol.channels import Capabilities, Channel, ChannelAccount, ChannelGroup, Queue
from omnix_protocol.content import Call, CallState
from omnix_protocol.conversations import Conversation, Interaction, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    CustomerId,
    IdentityId,
    InteractionId,
    MessageId,
    QueueId,
    derived_id,
)
from omnix_protocol.integrations import Integration
from omnix_protocol.reports import CallLogAnswer, CallLogRow
from tests.support.cached_workspace import NOW
from tests.support.scene import Moment
from tests.support.workspace_catalogue import group_id

LINE = ChannelAccountId(derived_id("line"))
QUEUE = QueueId(derived_id("line's queue"))
OURS = "+62211500123"
_LOG = (
    # minutes ago, name, number, state, seconds spoken, recorded, whose
    (2, "Rina Kartika", "+6281122220011", CallState.MISSED, 0, False, ""),
    (9, "", "+6281355550042", CallState.DROPPED, 0, False, ""),
    (24, "Dewi Lestari", "+6281200000000", CallState.ENDED, 187, True, "Ratna Kusuma"),
    (51, "Joko Susilo", "+6285711110007", CallState.ENDED, 1264, True, "Sari Utami"),
    (75, "Maya Anggraini", "+6281822223333", CallState.MISSED, 0, False, ""),
    (1460, "Hendra Gunawan", "+6281900001111", CallState.ENDED, 62, False, "Ratna Kusuma"),
)


def set_line(engine: Engine, *, waiting: int = 0) -> Moment:
    """A voice account that this user's group serves; nobody rings yet."""
    moment = Moment(engine)
    channel = Channel(
        id="voice",
        version=1,
        name="Voice",
        group=ChannelGroup.VOICE,
        capabilities=Capabilities(text_max=0, receipts=()),
    )
    line = ChannelAccount(id=LINE, version=1, kind="voice", name="Voice 1500", address=OURS, default_queue_id=QUEUE)
    moment.put([channel, line], scopes.TENANT)
    queue = Queue(id=QUEUE, version=1, channel_account_id=LINE, group_id=group_id(0), waiting=waiting)
    moment.begin(scopes.queue(QUEUE), queue)
    return moment


def ringing(number: int, *, name: str = "", seconds: int = 7, at: datetime = NOW) -> Interaction:
    """A call in the line's queue; `number` tells several apart."""
    caller = f"+628135555{number:04}"
    last = LastTalk(at=at - timedelta(days=3), channel_kind="telegram", agent_name="Sari Utami") if name else None
    call = Call(state=CallState.RINGING, number=caller, line=OURS, ringing_at=at - timedelta(seconds=seconds))
    return Interaction(
        id=derived_id("ringing", str(number)),
        version=1,
        number=9000 + number,
        conversation_id=ConversationId(derived_id("ringing conversation", str(number))),
        customer_id=CustomerId(derived_id("ringing customer", str(number))),
        customer_name=name,
        channel_account_id=LINE,
        channel_kind="voice",
        queue_id=QUEUE,
        status=Status.QUEUED,
        created_at=at,
        queued_at=at - timedelta(seconds=seconds),
        first_position=1,
        last_at=at,
        live_call=LiveCall(message_id=MessageId(derived_id("ringing message", str(number))), call=call, last=last),
    )


def customer_of(it: Interaction) -> tuple[Customer, Identity]:
    """As the server made them when the call came in."""
    number = it.live_call.call.number if it.live_call else ""
    customer = Customer(id=it.customer_id, version=1, number=it.number, name=it.customer_name, phones=(number,))
    identity = Identity(
        id=IdentityId(derived_id("identity of", it.id)), version=1, customer_id=it.customer_id, channel_kind="voice",
        address=number,
    )  # fmt: skip
    return customer, identity


def conversation_of(it: Interaction) -> Conversation:
    return Conversation(
        id=it.conversation_id, version=1, channel_account_id=LINE, customer_id=it.customer_id,
        identity_id=IdentityId(derived_id("identity of", it.id)), interaction_id=InteractionId(it.id), interactions=1,
    )  # fmt: skip


def log(rows: Sequence[tuple[int, str, str, CallState, int, bool, str]] = _LOG, *, more: bool = True) -> CallLogAnswer:
    return CallLogAnswer(rows=tuple(_row(place, *row) for place, row in enumerate(rows)), more=more)


def _row(
    place: int, minutes: int, name: str, number: str, state: CallState, spoke: int, recorded: bool, whose: str
) -> CallLogRow:
    at = NOW - timedelta(minutes=minutes)
    answered = at + timedelta(seconds=8) if spoke else None
    call = Call(
        state=state, number=number, line=OURS, ringing_at=at, answered_at=answered,
        ended_at=(answered or at) + timedelta(seconds=spoke or 31),
        recording_url="https://rekaman.nusantara.invalid/1.mp3" if recorded else "",
    )  # fmt: skip
    return CallLogRow(
        message_id=MessageId(derived_id("log", str(place))),
        conversation_id=ConversationId(derived_id("log conversation", str(place))),
        interaction_id=InteractionId(derived_id("log interaction", str(place))),
        customer_id=CustomerId(derived_id("log customer", str(place))),
        customer_name=name,
        channel_account_id=LINE,
        channel_name="Voice 1500",
        owner_id=None,
        owner_name=whose,
        at=at,
        call=call,
    )


def integrations() -> tuple[Integration, ...]:
    named = (
        ("CRM pusat", "https://crm.nusantara.invalid/cari?tel={customer.phone}"),
        ("Tagihan", "https://tagihan.nusantara.invalid/pelanggan/{customer.service_number}"),
        ("Peta gangguan", "https://peta.nusantara.invalid/?i={interaction.number}"),
        ("Surel pelanggan", "https://surel.nusantara.invalid/?q={customer.email}&oleh={agent.name}"),
    )
    return tuple(
        Integration(id=derived_id("integration", name), version=1, name=name, address=address, place=place)
        for place, (name, address) in enumerate(named, 1)
    )
