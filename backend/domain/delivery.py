"""What became of a message, as its channel or the send job tells."""

from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import speaks_for_another
from backend.domain.entries import put_message
from backend.domain.places import conversation_of, identity_of
from omnix_protocol import rules
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.conversations import Conversation
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId
from omnix_protocol.messages import DeliveryState, Direction, Message, RecordDelivery, RecordSeen


@handles(RecordDelivery)
async def record_delivery(command: RecordDelivery, ctx: Context) -> Refused | None:
    """Late and repeated receipts are no fault of anybody's: they change nothing and are not refused."""
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    seen = await _named(ctx, command)
    conversation = await ctx.need(Conversation, seen.conversation_id) if seen is not None else None
    if seen is None or conversation is None or conversation.channel_account_id != account.id:
        return refused(Reason.NOT_FOUND, type="Message")
    if (ctx.actor.kind == "visitor" and ctx.actor.id != conversation.identity_id) or speaks_for_another(
        ctx, account.id
    ):
        return refused(Reason.NOT_ENTITLED)
    message = await ctx.lock(Message, seen.id)
    outdated = command.attempt is not None and command.attempt < message.attempts
    if message.direction is not Direction.OUT or outdated:
        return None
    state = rules.next_delivery_state(message.state, command.state)
    found = command.state is DeliveryState.SENT and command.provider_id and not message.provider_id
    if found and message.state is DeliveryState.FAILED:
        state = DeliveryState.SENT  # somebody had given it up, and the provider itself says that it has it
    provider_id = command.provider_id or message.provider_id
    if state is message.state and provider_id == message.provider_id:
        return None
    moved = state is not message.state
    became = changed(
        message,
        state=state,
        state_at=ctx.now if moved else message.state_at,
        provider_id=provider_id,
        quote_handle=command.quote_handle or message.quote_handle,
        failure=_failure(command, message) if moved else message.failure,
    )
    await put_message(ctx, became, conversation, account.kind)
    return None


@handles(RecordSeen)
async def record_seen(command: RecordSeen, ctx: Context) -> Refused | None:
    """A receipt for all of ours up to a moment; those that are further already stay."""
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    if speaks_for_another(ctx, account.id):
        return refused(Reason.NOT_ENTITLED)
    if command.state not in (DeliveryState.DELIVERED, DeliveryState.READ):
        return refused(Reason.INVALID_FIELD, field="state", detail="delivered or read")
    channel = await ctx.need(Channel, account.kind)
    person = identity_of(ctx.tenant_id, channel, account, command.address)
    place = conversation_of(ChannelAccountId(account.id), person, command.thread_key)
    conversation = await ctx.tx.get(Conversation, place)
    if conversation is None:
        return None  # a talk that was begun elsewhere: we have nothing that could have been seen
    behind = [state for state in (DeliveryState.SENT, DeliveryState.DELIVERED) if state is not command.state]
    for seen in await ctx.tx.messages.outbound_until(place, command.until, behind):
        message = await ctx.lock(Message, seen.id)
        state = rules.next_delivery_state(message.state, command.state)
        if state is not message.state:
            became = changed(message, state=state, state_at=ctx.now)
            await put_message(ctx, became, conversation, account.kind)
    return None


def _failure(command: RecordDelivery, message: Message) -> str:
    if command.state is DeliveryState.UNCERTAIN:
        return command.failure or message.failure
    return command.failure if command.state is DeliveryState.FAILED else ""


async def _named(ctx: Context, command: RecordDelivery) -> Message | None:
    if command.message_id is not None:
        return await ctx.tx.get(Message, command.message_id)
    if not command.provider_id:
        return None
    return await ctx.tx.messages.by_provider_id(command.channel_account_id, command.provider_id)
