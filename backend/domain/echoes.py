"""Ours, told back by a provider: below whom it stands, and whether it is one that we are still sending."""

from backend.domain.base import Context, changed
from backend.domain.entries import put_message
from omnix_protocol import rules
from omnix_protocol.conversations import Conversation
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import DeliveryState, Message, ReceiveMessage

_AWAITED = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)


def stands_anywhere(ctx: Context, command: ReceiveMessage) -> bool:
    """Whether the provider's id alone tells the message: what changes one need not know in which conversation."""
    return ctx.actor.kind == "channel" and (command.elsewhere or command.revision > 0)


async def place_of(ctx: Context, command: ReceiveMessage) -> Conversation | None:
    """The (locked) conversation of the message that ours answers: a comment of ours does not name the customer."""
    if not (ctx.actor.kind == "channel" and command.elsewhere and command.reply_to):
        return None
    answered = await ctx.tx.messages.by_provider_id(command.channel_account_id, command.reply_to)
    return await ctx.tx.lock(Conversation, answered.conversation_id) if answered is not None else None


async def told_back(
    ctx: Context, command: ReceiveMessage, conversation: Conversation | None, channel_kind: str
) -> Message | None:
    """An agent's message with these words that the provider has not named yet: now it has.

    A provider may tell of what we send before it answers us, and after an answer that never came. Where somebody
    wrote the very same words in another program meanwhile, they did reach the customer.
    """
    if conversation is None or ctx.actor.kind != "channel" or not command.elsewhere or command.revision:
        return None
    waiting = await ctx.tx.messages.outbound_until(ConversationId(conversation.id), ctx.now, _AWAITED)
    for seen in waiting:
        if seen.provider_id == "" and _same(seen, command):
            message = await ctx.lock(Message, seen.id)
            if message.provider_id or message.state not in _AWAITED:
                continue  # it was named while we waited
            state = rules.next_delivery_state(message.state, DeliveryState.SENT)
            became = changed(message, state=state, state_at=ctx.now, provider_id=command.provider_id)
            return await put_message(ctx, became, conversation, channel_kind)
    return None


def _same(message: Message, command: ReceiveMessage) -> bool:
    return (
        not message.elsewhere
        and message.text.strip() == command.text.strip()
        and bool(message.attachments) == bool(command.media)
    )
