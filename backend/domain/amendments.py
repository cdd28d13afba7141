"""What is asked of a provider about a message that is there: edit, delete, hide, react; and how customers react."""

from datetime import datetime

import msgspec

from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import speaks_for_another
from backend.domain.entries import put_message
from backend.domain.sending import theirs
from omnix_protocol import capability, rules
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.content import ActKind, Reaction
from omnix_protocol.conversations import Conversation
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import UserId
from omnix_protocol.messages import (
    Amendment,
    AmendMessage,
    DeliveryState,
    Direction,
    Message,
    RecordAmendment,
    RecordReaction,
)


@handles(AmendMessage)
async def amend_message(command: AmendMessage, ctx: Context) -> Refused | None:
    found = await theirs(ctx, command.message_id)
    if isinstance(found, Refused):
        return found
    conversation, message = found
    account = await ctx.need(ChannelAccount, conversation.channel_account_id)
    channel = await ctx.need(Channel, account.kind)
    if not account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    if (barred := await _barred(ctx, command, message, channel)) is not None:
        return barred
    amendment = Amendment(
        kind=command.kind,
        text=command.text,
        emoji=command.emoji,
        state=DeliveryState.ACCEPTED,
        number=message.amendments + 1,
        at=ctx.now,
        by=UserId(ctx.acting_user().id),
    )
    asked = changed(message, amendment=amendment, amendments=amendment.number)
    await put_message(ctx, asked, conversation, account.kind)
    payload = {
        "kind": command.kind,
        "channel_account_id": account.id,
        "conversation_id": conversation.id,
        "message_id": message.id,
        "number": amendment.number,
    }
    ctx.job("act", payload, key=f"{message.id}:{amendment.number}")
    return None


async def _barred(ctx: Context, command: AmendMessage, message: Message, channel: Channel) -> Refused | None:
    pending = message.amendment
    if pending is not None and pending.state is DeliveryState.ACCEPTED:
        return refused(Reason.STILL_PENDING)
    capabilities, ours = channel.capabilities, message.direction is Direction.OUT
    if command.kind not in capability.acts_on(capabilities, message, ctx.now):
        return refused(Reason.CANNOT_BE_DONE, channel=channel.name)
    if command.kind is ActKind.EDIT:
        if not command.text.strip():
            return refused(Reason.EMPTY_TEXT)
        limit = rules.text_limit((await ctx.tenant()).rules, capabilities)
        if capability.text_length(command.text, capabilities) > limit:
            return refused(Reason.TEXT_TOO_LONG, limit=limit)
    return refused(Reason.CANNOT_BE_DONE, channel=channel.name) if ours and not message.provider_id else None


@handles(RecordAmendment)
async def record_amendment(command: RecordAmendment, ctx: Context) -> Refused | None:
    """Made: the message shows it. Not made: the message says why."""
    if speaks_for_another(ctx, command.channel_account_id):
        return refused(Reason.NOT_ENTITLED)
    seen = await ctx.need(Message, command.message_id)
    conversation = await ctx.need(Conversation, seen.conversation_id)
    if conversation.channel_account_id != command.channel_account_id:
        return refused(Reason.NOT_FOUND, type="Message")
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    message = await ctx.lock(Message, command.message_id)
    pending = message.amendment
    if pending is None or pending.number != command.number:
        return None
    if command.state is DeliveryState.SENT:
        became = _made(message, pending, ctx)
    elif pending.state is command.state:
        return None
    else:
        failed = msgspec.structs.replace(pending, state=command.state, failure=command.failure)
        became = changed(message, amendment=failed)
    await put_message(ctx, became, conversation, account.kind)
    return None


def _made(message: Message, pending: Amendment, ctx: Context) -> Message:
    match pending.kind:
        case ActKind.EDIT:
            return changed(message, amendment=None, text=pending.text, edited_at=ctx.now)
        case ActKind.DELETE:
            return changed(message, amendment=None, deleted_at=ctx.now)
        case ActKind.HIDE | ActKind.UNHIDE:
            return changed(message, amendment=None, hidden=pending.kind is ActKind.HIDE)
        case ActKind.REACT:
            return changed(message, amendment=None, reactions=_reacted(message, pending.emoji, ctx.now, ours=True))
        case _:
            return changed(message, amendment=None)


def _reacted(message: Message, emoji: str, at: datetime, *, ours: bool, name: str = "") -> tuple[Reaction, ...]:
    others = tuple(reaction for reaction in message.reactions if reaction.ours is not ours)
    return (*others, Reaction(emoji=emoji, ours=ours, name=name, at=at)) if emoji else others


@handles(RecordReaction)
async def record_reaction(command: RecordReaction, ctx: Context) -> Refused | None:
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    if speaks_for_another(ctx, account.id):
        return refused(Reason.NOT_ENTITLED)
    seen = await ctx.tx.messages.by_provider_id(command.channel_account_id, command.provider_id)
    if seen is None:
        return refused(Reason.NOT_FOUND, type="Message")
    conversation = await ctx.need(Conversation, seen.conversation_id)
    message = await ctx.lock(Message, seen.id)
    theirs_now = next((reaction for reaction in message.reactions if not reaction.ours), None)
    if (theirs_now.emoji if theirs_now else "") == command.emoji:
        return None
    at = command.provider_at or ctx.now
    if theirs_now is not None and at < theirs_now.at:
        return None  # told later, done earlier
    reactions = _reacted(message, command.emoji, at, ours=False, name=command.name)
    await put_message(ctx, changed(message, reactions=reactions), conversation, account.kind)
    return None
