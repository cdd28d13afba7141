"""What goes out: replies, and what their author decides when one did not arrive."""

from typing import NamedTuple

from backend.domain import attachments
from backend.domain.base import AskContext, Context, changed, handles, refused
from backend.domain.entries import discard_draft, next_entry, put_message
from omnix_protocol import rules
from omnix_protocol.channels import WEBCHAT, Capabilities, Channel, ChannelAccount
from omnix_protocol.conversations import HELD, Conversation, Interaction
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import MessageId, UserId, is_id
from omnix_protocol.messages import (
    Attachment,
    DeliveryState,
    Direction,
    Message,
    ResolveUncertain,
    RetrySend,
    SendMessage,
)


class Outlet(NamedTuple):
    """Through which account a conversation's messages go, and what it can do."""

    account: ChannelAccount
    channel: Channel


async def _outlet(ctx: AskContext, conversation: Conversation) -> Outlet:
    account = await ctx.need(ChannelAccount, conversation.channel_account_id)
    return Outlet(account, await ctx.need(Channel, account.kind))


@handles(SendMessage)
async def send_message(command: SendMessage, ctx: Context) -> Refused | None:
    author = ctx.acting_user()
    if not is_id(command.message_id):
        return refused(Reason.INVALID_FIELD, field="message_id", detail="not a UUIDv7")
    conversation = await ctx.lock(Conversation, command.conversation_id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    outlet = await _outlet(ctx, conversation)
    if (barred := await _may_send(ctx, command, conversation, interaction, outlet)) is not None:
        return barred
    if (barred := await attachments.barred(ctx, command.attachments, command.conversation_id)) is not None:
        return barred
    conversation = await next_entry(ctx, conversation)
    names = tuple(attachment.name for attachment in command.attachments)
    ctx.put(
        changed(
            interaction,
            last_at=ctx.now,
            last_preview=rules.preview(command.text, "", names),
            last_from_customer=False,
            unanswered_since=None,
            first_reply_at=interaction.first_reply_at or ctx.now,
        )
    )
    message = Message(
        id=command.message_id,
        version=1,
        conversation_id=command.conversation_id,
        interaction_id=command.interaction_id,
        position=conversation.entries,
        direction=Direction.OUT,
        text=command.text,
        attachments=command.attachments,
        author_id=UserId(author.id),
        author_name=author.name,
        at=ctx.now,
        state=_first_state(outlet),
        state_at=ctx.now,
        attempts=1,
    )
    await put_message(ctx, message, conversation, outlet.account.kind)
    await discard_draft(ctx, command.conversation_id, "reply", command.draft_version)
    await attachments.attach(ctx, command.attachments, command.conversation_id)
    _send_job(ctx, message, outlet)
    return None


def _first_state(outlet: Outlet) -> DeliveryState:
    # a web chat has no provider: what stands in the visitor's scope is sent
    return DeliveryState.SENT if outlet.account.kind == WEBCHAT else DeliveryState.ACCEPTED


def _send_job(ctx: Context, message: Message, outlet: Outlet) -> None:
    if outlet.account.kind != WEBCHAT:
        ctx.job(
            "send",
            {
                "message_id": message.id,
                "attempt": message.attempts,
                "conversation_id": message.conversation_id,
                "channel_account_id": outlet.account.id,
            },
            key=f"{message.id}:{message.attempts}",
        )


async def _may_send(
    ctx: Context, command: SendMessage, conversation: Conversation, interaction: Interaction, outlet: Outlet
) -> Refused | None:
    if interaction.conversation_id != conversation.id:
        return refused(Reason.NOT_FOUND, type="Interaction")
    if (barred := _not_theirs(ctx, interaction)) is not None:
        return barred
    if (barred := await _bad_content(ctx, command, outlet)) is not None:
        return barred
    if (barred := _closed(ctx, conversation, outlet)) is not None:
        return barred
    if await ctx.tx.get(Message, command.message_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Message")
    other = await ctx.tx.messages.last_outbound_after(
        command.conversation_id, command.seen_position, UserId(ctx.acting_user().id)
    )
    return refused(Reason.REPLIED_MEANWHILE, name=other.author_name) if other is not None else None


def _not_theirs(ctx: Context, interaction: Interaction) -> Refused | None:
    if interaction.owner_id != ctx.acting_user().id:
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    return None if interaction.status in HELD else refused(Reason.ALREADY_ENDED)


def _closed(ctx: Context, conversation: Conversation, outlet: Outlet) -> Refused | None:
    if not outlet.account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    closes_at = rules.window_closes_at(outlet.channel.capabilities, conversation.last_inbound_at)
    if closes_at is not None and closes_at <= ctx.now:
        return refused(Reason.WINDOW_CLOSED, at=closes_at.isoformat())
    return None


async def _bad_content(ctx: Context, command: SendMessage, outlet: Outlet) -> Refused | None:
    if not command.text.strip() and not command.attachments:
        return refused(Reason.EMPTY_TEXT)
    numbers = (await ctx.tenant()).rules
    capabilities = outlet.channel.capabilities
    limit = rules.text_limit(numbers, capabilities)
    if len(command.text) > limit:
        return refused(Reason.TEXT_TOO_LONG, limit=limit)
    if command.attachments and not capabilities.attachments:
        return refused(Reason.ATTACHMENTS_UNSUPPORTED, channel=outlet.channel.name)
    largest = min(numbers.attachment_max_bytes, capabilities.attachment_max_bytes or numbers.attachment_max_bytes)
    for attachment in command.attachments:
        if attachment.size > largest:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=largest)
        if not _carries(capabilities, attachment):
            return refused(Reason.ATTACHMENT_TYPE, type=attachment.media_type)
    return None


def _carries(capabilities: Capabilities, attachment: Attachment) -> bool:
    family = attachment.media_type.partition("/")[0] + "/*"
    types = capabilities.attachment_types
    return not types or attachment.media_type in types or family in types


async def _theirs(ctx: Context, message_id: MessageId) -> tuple[Conversation, Message] | Refused:
    """The locked message, if the acting user is the one to decide about it."""
    seen = await ctx.need(Message, message_id)
    conversation = await ctx.need(Conversation, seen.conversation_id)
    interaction = await ctx.need(Interaction, conversation.interaction_id or seen.interaction_id)
    message = await ctx.lock(Message, message_id)
    if interaction.owner_id != ctx.acting_user().id:
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    if message.direction is not Direction.OUT:
        return refused(Reason.NOT_RETRYABLE)
    return conversation, message


@handles(RetrySend)
async def retry_send(command: RetrySend, ctx: Context) -> Refused | None:
    found = await _theirs(ctx, command.message_id)
    if isinstance(found, Refused):
        return found
    conversation, message = found
    if not rules.may_retry(message.state):
        return refused(Reason.NOT_RETRYABLE)
    outlet = await _outlet(ctx, conversation)
    if (barred := _closed(ctx, conversation, outlet)) is not None:
        return barred
    again = changed(message, state=_first_state(outlet), state_at=ctx.now, failure="", attempts=message.attempts + 1)
    await put_message(ctx, again, conversation, outlet.account.kind)
    _send_job(ctx, again, outlet)
    return None


@handles(ResolveUncertain)
async def resolve_uncertain(command: ResolveUncertain, ctx: Context) -> Refused | None:
    found = await _theirs(ctx, command.message_id)
    if isinstance(found, Refused):
        return found
    conversation, message = found
    if message.state is not DeliveryState.UNCERTAIN:
        return refused(Reason.NOT_RETRYABLE)
    state = DeliveryState.SENT if command.went_out else DeliveryState.FAILED
    resolved = changed(message, state=state, state_at=ctx.now)
    await put_message(ctx, resolved, conversation, (await _outlet(ctx, conversation)).account.kind)
    return None
