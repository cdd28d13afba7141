"""What comes in: a customer's message finds its identity, conversation and interaction, or makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain import attachments, people_data, queues
from backend.domain.base import Context, changed, foresees, handles, refused
from backend.domain.entries import next_entry, put_message
from backend.domain.holding import is_ready
from backend.store.ahead import Ahead
from omnix_protocol import rules, scopes
from omnix_protocol.channels import Channel, ChannelAccount, Queue
from omnix_protocol.conversations import OPEN, Conversation, Interaction, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    CustomerId,
    IdentityId,
    InteractionId,
    MessageId,
    QueueId,
    TenantId,
    UserId,
    derived_id,
    identity_id,
)
from omnix_protocol.messages import DeliveryState, Direction, Message, Received, ReceiveMessage
from omnix_protocol.people import Role, User


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on its way in, and where it belongs."""

    command: ReceiveMessage
    account: ChannelAccount
    conversation: Conversation
    position: int
    preview: str


@handles(ReceiveMessage)
async def receive_message(command: ReceiveMessage, ctx: Context) -> Received | Refused:
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    channel = await ctx.need(Channel, account.kind)
    if not account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    if not (command.text or command.shown_as or command.attachments):
        return refused(Reason.EMPTY_TEXT)
    identity_key = _identity_key(ctx.tenant_id, command, channel, account)
    if (ctx.actor.kind == "visitor" and ctx.actor.id != identity_key) or (
        ctx.actor.kind == "channel" and ctx.actor.id != account.id
    ):
        return refused(Reason.NOT_ENTITLED)
    conversation_id = _conversation_id(command, identity_key)
    known = await ctx.tx.lock(Conversation, conversation_id)
    # only now: a second telling of the same message has waited for the first
    told = await ctx.tx.messages.by_provider_id(command.channel_account_id, command.provider_id)
    if told is not None and told.conversation_id == conversation_id and told.direction is Direction.IN:
        return await _edit(ctx, command, told, account)
    if (bar := await attachments.barred(ctx, command.attachments, conversation_id)) is not None:
        return bar
    identity = await _sender(ctx, command, channel, account, identity_key)
    conversation = known or Conversation(
        id=conversation_id,
        version=0,
        channel_account_id=ChannelAccountId(account.id),
        identity_id=identity_key,
        customer_id=identity.customer_id,
        thread_key=command.thread_key,
    )
    names = tuple(attachment.name for attachment in command.attachments)
    preview = rules.preview(command.text, command.shown_as, names)
    arrival = Arrival(command, account, conversation, conversation.entries + 1, preview)
    interaction = await _interaction(ctx, arrival)
    if isinstance(interaction, Refused):
        return interaction
    return await _store(ctx, arrival, interaction)


@foresees(ReceiveMessage)
async def foresee_messages(commands: Sequence[ReceiveMessage], tenant_id: TenantId, ahead: Ahead) -> None:
    """A known customer writes in an interaction that is open."""
    accounts = await ahead.read(ChannelAccount, (command.channel_account_id for command in commands))
    channels = await ahead.read(Channel, (account.kind for account in accounts.values()))
    identities: list[IdentityId] = []
    places: list[ConversationId] = []
    for command in commands:
        account = accounts.get(command.channel_account_id)
        if account is not None and account.kind in channels:
            identities.append(_identity_key(tenant_id, command, channels[account.kind], account))
            places.append(_conversation_id(command, identities[-1]))
    conversations = await ahead.lock(Conversation, places)
    await ahead.told((command.channel_account_id, command.provider_id) for command in commands)
    await ahead.read(Identity, identities)
    await ahead.lock(Interaction, (it.interaction_id for it in conversations.values() if it.interaction_id))


async def _edit(ctx: Context, command: ReceiveMessage, told: Message, account: ChannelAccount) -> Received:
    """The customer changed a message: it keeps its place and says the new words."""
    message = await ctx.lock(Message, told.id)
    said = (command.text, command.shown_as, command.attachments)
    if said != (message.text, message.shown_as, message.attachments):
        conversation = await ctx.need(Conversation, message.conversation_id)
        became = changed(
            message,
            text=command.text,
            shown_as=command.shown_as,
            attachments=command.attachments,
            edited_at=ctx.now,
        )
        await put_message(ctx, became, conversation, account.kind)
    return _received(message)


def _address_space(channel: Channel, account: ChannelAccount) -> ChannelAccountId | None:
    return ChannelAccountId(account.id) if channel.capabilities.addresses_per_account else None


def _identity_key(
    tenant_id: TenantId, command: ReceiveMessage, channel: Channel, account: ChannelAccount
) -> IdentityId:
    return identity_id(tenant_id, account.kind, _address_space(channel, account), command.sender.address)


def _conversation_id(command: ReceiveMessage, identity_key: IdentityId) -> ConversationId:
    return ConversationId(derived_id(command.channel_account_id, "conversation", identity_key, command.thread_key))


def _received(message: Message) -> Received:
    return Received(
        message_id=MessageId(message.id),
        conversation_id=message.conversation_id,
        interaction_id=message.interaction_id,
    )


async def _sender(
    ctx: Context, command: ReceiveMessage, channel: Channel, account: ChannelAccount, identity_key: IdentityId
) -> Identity:
    sender = command.sender
    known = await ctx.tx.get(Identity, identity_key)
    if known is not None:
        name, handle = sender.name or known.name, sender.handle or known.handle
        if (name, handle) != (known.name, known.handle):
            known = ctx.put(changed(known, name=name, handle=handle))
        return known
    phone, email = people_data.contact(account.kind, sender.address)
    customer = Customer(
        id=ctx.derive("customer"),
        version=1,
        number=await ctx.tx.next_number("customer"),
        name=sender.name,
        phones=(phone,) if phone else (),
        emails=(email,) if email else (),
    )
    customer_id = CustomerId(customer.id)
    ctx.put(customer, scopes.customer(customer_id))
    identity = Identity(
        id=identity_key,
        version=1,
        customer_id=customer_id,
        channel_kind=account.kind,
        channel_account_id=_address_space(channel, account),
        address=sender.address,
        name=sender.name,
        handle=sender.handle,
    )
    return ctx.put(identity, scopes.customer(customer_id))


async def _interaction(ctx: Context, arrival: Arrival) -> Interaction | Refused:
    newest = arrival.conversation.interaction_id
    current = await ctx.lock(Interaction, newest) if newest else None
    if current is None or current.status not in OPEN:
        return await _begin(ctx, arrival, current)
    return ctx.put(
        changed(
            current,
            last_at=ctx.now,
            last_preview=arrival.preview,
            last_from_customer=True,
            unanswered_since=current.unanswered_since or ctx.now,
            unread=current.unread + 1,
        )
    )


async def _begin(ctx: Context, arrival: Arrival, former: Interaction | None) -> Interaction | Refused:
    account, conversation = arrival.account, arrival.conversation
    queue_id, reserved_for = await _route(ctx, account, former)
    if queue_id is None:
        return refused(Reason.NOT_FOUND, type="Queue")
    customer_id = conversation.customer_id
    # locked, so that a new name reaches this interaction too
    customer = await ctx.lock(Customer, customer_id)
    interaction = Interaction(
        id=ctx.derive("interaction"),
        version=1,
        number=await ctx.tx.next_number("interaction"),
        conversation_id=ConversationId(conversation.id),
        customer_id=customer_id,
        customer_name=customer.name,
        channel_account_id=ChannelAccountId(account.id),
        channel_kind=account.kind,
        queue_id=queue_id,
        status=Status.QUEUED,
        reserved_for=reserved_for,
        created_at=ctx.now,
        queued_at=ctx.now,
        first_position=arrival.position,
        last_at=ctx.now,
        last_preview=arrival.preview,
        unanswered_since=ctx.now,
        unread=1,
    )
    return ctx.put(interaction, scopes.conversation(interaction.conversation_id), *await queues.enter(ctx, interaction))


async def _route(
    ctx: Context, account: ChannelAccount, former: Interaction | None
) -> tuple[QueueId | None, UserId | None]:
    """Within the grace period back to the same agent, if that one is there; else in line where all begin."""
    tenant = await ctx.tenant()
    if former is None or former.ended_at is None or not rules.returns_to_agent(tenant.rules, former.ended_at, ctx.now):
        return account.default_queue_id, None
    agent = await ctx.tx.get(User, former.owner_id) if former.owner_id else None
    queue = await ctx.tx.get(Queue, former.queue_id)
    serves = agent is not None and queue is not None and queue.group_id in agent.group_ids
    if agent is None or not (serves or agent.role.rank >= Role.SUPERVISOR.rank) or not agent.active:
        return account.default_queue_id, None
    ready = await is_ready(ctx, UserId(agent.id))
    return (former.queue_id, UserId(agent.id)) if ready else (account.default_queue_id, None)


async def _store(ctx: Context, arrival: Arrival, interaction: Interaction) -> Received:
    command = arrival.command
    news: dict[str, Any] = {"last_inbound_at": ctx.now}
    if interaction.version == 1:
        news |= {
            "interaction_id": InteractionId(interaction.id),
            "interactions": arrival.conversation.interactions + 1,
        }
    conversation = await next_entry(ctx, arrival.conversation, **news)
    message = Message(
        id=ctx.derive("message"),
        version=1,
        conversation_id=ConversationId(conversation.id),
        interaction_id=InteractionId(interaction.id),
        position=conversation.entries,
        direction=Direction.IN,
        text=command.text,
        shown_as=command.shown_as,
        attachments=command.attachments,
        author_name=command.sender.name,
        at=ctx.now,
        provider_at=command.provider_at,
        provider_id=command.provider_id,
        state=DeliveryState.RECEIVED,
        state_at=ctx.now,
    )
    await put_message(ctx, message, conversation, arrival.account.kind)
    await attachments.attach(ctx, command.attachments, message.conversation_id)
    return _received(message)
