"""Moves of what channels tell and are asked besides messages."""

from datetime import UTC, datetime

from backend.runner import SYSTEM, Actor
from omnix_protocol.content import ActKind
from omnix_protocol.customers import BlockIdentity, NameIdentity
from omnix_protocol.ids import ChannelAccountId, IdentityId, MessageId
from omnix_protocol.messages import (
    AmendMessage,
    DeliveryState,
    Direction,
    FetchMedia,
    FileState,
    ReceiveMessage,
    RecordAmendment,
    RecordMedia,
    RecordReaction,
    RecordSeen,
)
from tests.properties.ground import Ground, Move, instead, makes, sent, told

LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)


def _account_of(g: Ground, conversation_id: str) -> ChannelAccountId:
    return ChannelAccountId(
        next(row.channel_account_id for row in g.truth.of["Conversation"] if row.id == conversation_id)
    )


@makes(RecordSeen)
def _seen(g: Ground) -> Move:
    message = g.some("Message", lambda row: row.direction is Direction.OUT and row.state is DeliveryState.SENT)
    if message is None:
        return told(g, DeliveryState.SENT)
    conversation = next(row for row in g.truth.of["Conversation"] if row.id == message.conversation_id)
    identity = next(row for row in g.truth.of["Identity"] if row.id == conversation.identity_id)
    seen = RecordSeen(
        channel_account_id=conversation.channel_account_id,
        address=identity.address,
        thread_key=conversation.thread_key,
        state=DeliveryState.DELIVERED,
        until=LONG_AFTER,
    )
    return Actor("channel", conversation.channel_account_id), seen


@makes(RecordReaction)
def _reaction(g: Ground) -> Move:
    message = g.some("Message", lambda row: bool(row.provider_id))
    if message is None:
        return None
    account = _account_of(g, message.conversation_id)
    emoji = g.chance.pick(("👍", "❤️", ""))
    return Actor("channel", account), RecordReaction(
        channel_account_id=account, provider_id=message.provider_id, emoji=emoji
    )


@makes(RecordMedia)
def _media(g: Ground) -> Move:
    return _came(g, g.chance.pick((FileState.FAILED, FileState.THERE)))


def _came(g: Ground, state: FileState) -> Move:
    message = g.some("Message", lambda row: any(it.state is FileState.FETCHING for it in row.attachments))
    if message is None:
        return instead(g, ReceiveMessage)
    file = next(it for it in message.attachments if it.state is FileState.FETCHING)
    came = type(file)(file_id=file.file_id, name=file.name, media_type="image/jpeg", size=7, state=state)
    return SYSTEM, RecordMedia(message_id=MessageId(message.id), attachment=came)


@makes(FetchMedia)
def _fetch(g: Ground) -> Move:
    message = g.some("Message", lambda row: any(it.state is FileState.FAILED for it in row.attachments))
    if message is None:
        return _came(g, FileState.FAILED)
    file = next(it for it in message.attachments if it.state is FileState.FAILED)
    return "tono", FetchMedia(message_id=MessageId(message.id), file_id=file.file_id)


@makes(AmendMessage)
def _amend(g: Ground) -> Move:
    # the office's other channels change nothing
    found = sent(g, DeliveryState.SENT, DeliveryState.DELIVERED, kind="telegram")
    if found is None:
        return told(g, DeliveryState.SENT, kind="telegram")
    kind = g.chance.pick((ActKind.EDIT, ActKind.REACT, ActKind.EDIT, ActKind.DELETE))
    amend = AmendMessage(message_id=MessageId(found[0].id), kind=kind, text="Diperbaiki", emoji="👍")
    return g.owner_of(found[1]), amend


@makes(RecordAmendment)
def _amended(g: Ground) -> Move:
    message = g.some("Message", lambda row: row.amendment and row.amendment.state is DeliveryState.ACCEPTED)
    if message is None:
        return instead(g, AmendMessage)
    account = _account_of(g, message.conversation_id)
    state = g.chance.pick((DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN))
    return Actor("channel", account), RecordAmendment(
        channel_account_id=account, message_id=message.id, number=message.amendment.number, state=state
    )


@makes(BlockIdentity)
def _block(g: Ground) -> Move:
    identity = g.some("Identity")
    if identity is None:
        return None
    return "tono", BlockIdentity(identity_id=IdentityId(identity.id), blocked=not identity.blocked)


@makes(NameIdentity)
def _name(g: Ground) -> Move:
    identity = g.some("Identity", lambda row: not row.handle)
    if identity is None:
        return None
    conversation = next((row for row in g.truth.of["Conversation"] if row.identity_id == identity.id), None)
    if conversation is None:
        return None
    account = ChannelAccountId(conversation.channel_account_id)
    return Actor("channel", account), NameIdentity(
        channel_account_id=account, identity_id=IdentityId(identity.id), name="Budi", handle="budi.s"
    )
