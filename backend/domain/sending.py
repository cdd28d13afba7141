"""What goes out: replies, and what their author decides when one did not arrive."""

from typing import Any, NamedTuple

from backend.domain import attachments
from backend.domain.base import AskContext, Context, changed, handles, refused
from backend.domain.entries import discard_draft, next_entry, put_message
from omnix_protocol import capability, rules
from omnix_protocol.channels import WEBCHAT, Capabilities, Channel, ChannelAccount
from omnix_protocol.content import Content, Mail
from omnix_protocol.conversations import HELD, Conversation, Interaction
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ConversationId, MessageId, UserId, is_id
from omnix_protocol.messages import (
    Attachment,
    DeliveryState,
    Direction,
    Message,
    ResolveUncertain,
    RetrySend,
    SendMessage,
)
from omnix_protocol.people import Rules


class Outlet(NamedTuple):
    """Through which account a conversation's messages go, and what it can do."""

    account: ChannelAccount
    channel: Channel


async def outlet_of(ctx: AskContext, conversation: Conversation) -> Outlet:
    account = await ctx.need(ChannelAccount, conversation.channel_account_id)
    return Outlet(account, await ctx.need(Channel, account.kind))


@handles(SendMessage)
async def send_message(command: SendMessage, ctx: Context) -> Refused | None:
    author = ctx.acting_user()
    if not is_id(command.message_id):
        return refused(Reason.INVALID_FIELD, field="message_id", detail="not a UUIDv7")
    conversation = await ctx.lock(Conversation, command.conversation_id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    outlet = await outlet_of(ctx, conversation)
    if (barred := await _may_send(ctx, command, conversation, interaction, outlet)) is not None:
        return barred
    if (barred := await attachments.barred(ctx, command.attachments, command.conversation_id)) is not None:
        return barred
    names = tuple(attachment.name for attachment in command.attachments)
    ctx.put(
        changed(
            interaction,
            last_at=ctx.now,
            last_preview=rules.preview(command.text, names),
            last_shown_as=capability.shown_as(command.content),
            last_from_customer=False,
            unanswered_since=None,
            first_reply_at=interaction.first_reply_at or ctx.now,
        )
    )
    await put_out(
        ctx,
        conversation,
        outlet,
        id=command.message_id,
        interaction_id=command.interaction_id,
        text=command.text,
        attachments=command.attachments,
        author_id=UserId(author.id),
        author_name=author.name,
        content=command.content,
        reply_to=command.reply_to,
    )
    await discard_draft(ctx, command.conversation_id, "reply", command.draft_version)
    await attachments.attach(ctx, command.attachments, command.conversation_id)
    return None


async def put_out(ctx: Context, conversation: Conversation, outlet: Outlet, **fields: Any) -> None:
    """A new message of ours at the end of the (locked) conversation, and on its way to the provider."""
    conversation = await next_entry(ctx, conversation)
    message = Message(
        version=1,
        conversation_id=ConversationId(conversation.id),
        position=conversation.entries,
        direction=Direction.OUT,
        at=ctx.now,
        state=_first_state(outlet),
        state_at=ctx.now,
        attempts=1,
        **fields,
    )
    await put_message(ctx, message, conversation, outlet.account.kind)
    _send_job(ctx, message, outlet)


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
    if (barred := await bad_content(ctx, outlet, command.text, command.attachments, command.content)) is not None:
        return barred
    if command.reply_to is not None and not await _answers(ctx, command, outlet.channel.capabilities):
        return refused(Reason.NOT_FOUND, type="Message")
    if (barred := closed(ctx, conversation, outlet, command.content)) is not None:
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


def closed(ctx: Context, conversation: Conversation, outlet: Outlet, content: Content | None) -> Refused | None:
    if not outlet.account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    if content is not None and content.template is not None and outlet.channel.capabilities.templates:
        return None
    closes_at = rules.window_closes_at(outlet.channel.capabilities, conversation.last_inbound_at)
    if closes_at is not None and closes_at <= ctx.now:
        return refused(Reason.WINDOW_CLOSED, at=closes_at.isoformat())
    return None


async def bad_content(
    ctx: Context, outlet: Outlet, text: str, files: tuple[Attachment, ...], content: Content | None
) -> Refused | None:
    """Why this channel cannot carry it."""
    if not text.strip() and not files and not capability.says_something(content):
        return refused(Reason.EMPTY_TEXT)
    numbers = (await ctx.tenant()).rules
    capabilities = outlet.channel.capabilities
    limit = rules.text_limit(numbers, capabilities)
    if capability.text_length(text, capabilities) > limit:
        return refused(Reason.TEXT_TOO_LONG, limit=limit)
    if (part := capability.unsupported_part(capabilities, content)) is not None:
        return refused(Reason.PART_UNSUPPORTED, part=part, channel=outlet.channel.name)
    if content is not None and content.mail is not None and (barred := _bad_addresses(content.mail)) is not None:
        return barred
    return _bad_files(text, files, outlet, numbers)


def _bad_addresses(head: Mail) -> Refused | None:
    for name, addresses in {"to": head.to, "cc": head.cc, "bcc": head.bcc}.items():
        for address in addresses:
            if not rules.is_customers_address(address):
                return refused(Reason.INVALID_FIELD, field=name, detail=f"{address[:80]} is no mail address")
    return None


async def _answers(ctx: Context, command: SendMessage, capabilities: Capabilities) -> bool:
    quoted = await ctx.tx.get(Message, command.reply_to) if command.reply_to else None
    return capabilities.quotes and quoted is not None and quoted.conversation_id == command.conversation_id


def _bad_files(text: str, files: tuple[Attachment, ...], outlet: Outlet, numbers: Rules) -> Refused | None:
    capabilities = outlet.channel.capabilities
    if files and not capabilities.attachments:
        return refused(Reason.ATTACHMENTS_UNSUPPORTED, channel=outlet.channel.name)
    if capabilities.attachments_max and len(files) > capabilities.attachments_max:
        return refused(Reason.TOO_MANY_ATTACHMENTS, limit=capabilities.attachments_max)
    if files and text.strip() and not capability.is_caption(capabilities, text):
        return refused(Reason.NO_CAPTIONS, channel=outlet.channel.name)
    for attachment in files:
        largest = min(numbers.attachment_max_bytes, capability.file_limit(capabilities, attachment.media_type))
        if attachment.size > largest:
            return refused(Reason.ATTACHMENT_TOO_LARGE, limit=largest)
        if not capability.carries(capabilities, attachment.media_type):
            return refused(Reason.ATTACHMENT_TYPE, type=attachment.media_type)
    return None


async def theirs(ctx: Context, message_id: MessageId) -> tuple[Conversation, Message] | Refused:
    """The locked message, if the acting user is the one to decide about it."""
    seen = await ctx.need(Message, message_id)
    conversation = await ctx.need(Conversation, seen.conversation_id)
    interaction = await ctx.need(Interaction, conversation.interaction_id or seen.interaction_id)
    message = await ctx.lock(Message, message_id)
    if interaction.owner_id != ctx.acting_user().id:
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    return conversation, message


@handles(RetrySend)
async def retry_send(command: RetrySend, ctx: Context) -> Refused | None:
    found = await theirs(ctx, command.message_id)
    if isinstance(found, Refused):
        return found
    conversation, message = found
    if message.direction is not Direction.OUT or not rules.may_retry(message.state):
        return refused(Reason.NOT_RETRYABLE)
    outlet = await outlet_of(ctx, conversation)
    if (barred := closed(ctx, conversation, outlet, message.content)) is not None:
        return barred
    again = changed(message, state=_first_state(outlet), state_at=ctx.now, failure="", attempts=message.attempts + 1)
    await put_message(ctx, again, conversation, outlet.account.kind)
    _send_job(ctx, again, outlet)
    return None


@handles(ResolveUncertain)
async def resolve_uncertain(command: ResolveUncertain, ctx: Context) -> Refused | None:
    found = await theirs(ctx, command.message_id)
    if isinstance(found, Refused):
        return found
    conversation, message = found
    if message.state is not DeliveryState.UNCERTAIN:
        return refused(Reason.NOT_RETRYABLE)
    state = DeliveryState.SENT if command.went_out else DeliveryState.FAILED
    resolved = changed(message, state=state, state_at=ctx.now)
    await put_message(ctx, resolved, conversation, (await outlet_of(ctx, conversation)).account.kind)
    return None
