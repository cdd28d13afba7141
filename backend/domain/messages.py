"""What comes in: a customer's message finds its identity, conversation and interaction, or makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.domain import attachments, bots, customers, echoes, live_calls, media, people_data, queues
from backend.domain.base import Context, changed, foresees, handles, refused
from backend.domain.entitlement import speaks_for_another
from backend.domain.entries import next_entry, put_message
from backend.domain.holding import is_ready
from backend.domain.newcomers import newcomer
from backend.domain.places import conversation_of, identity_of
from backend.store.ahead import Ahead
from omnix_protocol import calls, rules, scopes
from omnix_protocol.channels import Channel, ChannelAccount, Queue
from omnix_protocol.content import Call, Content
from omnix_protocol.conversations import OPEN, Conversation, Interaction, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import (
    ChannelAccountId,
    ConversationId,
    IdentityId,
    InteractionId,
    MessageId,
    QueueId,
    TenantId,
    UserId,
)
from omnix_protocol.messages import DELETED, DeliveryState, Direction, Message, Received, ReceiveMessage, Sender
from omnix_protocol.people import Role, User


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on its way in, and where it belongs."""

    command: ReceiveMessage
    account: ChannelAccount
    conversation: Conversation
    position: int
    preview: str
    quiet: bool  # nobody is called for it


@handles(ReceiveMessage)
async def receive_message(command: ReceiveMessage, ctx: Context) -> Received | Refused | None:
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    channel = await ctx.need(Channel, account.kind)
    if not account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    if not (command.text or command.shown_as or command.attachments or command.media or command.content):
        return refused(Reason.EMPTY_TEXT)
    identity_key = identity_of(ctx.tenant_id, channel, account, command.sender.address)
    if (ctx.actor.kind == "visitor" and ctx.actor.id != identity_key) or speaks_for_another(ctx, account.id):
        return refused(Reason.NOT_ENTITLED)
    conversation_id = conversation_of(command.channel_account_id, identity_key, command.thread_key)
    known = await ctx.tx.lock(Conversation, conversation_id) or await echoes.place_of(ctx, command)
    # only now: a second telling of the same message has waited for the first
    told = await ctx.tx.messages.by_provider_id(command.channel_account_id, command.provider_id)
    told = told or await echoes.told_back(ctx, command, known, account.kind)
    if told is not None and (again := await _again(ctx, command, told, account, conversation_id)) is not None:
        return again
    if (bar := await attachments.barred(ctx, command.attachments, conversation_id)) is not None:
        return bar
    if known is None and command.elsewhere:
        return None  # a talk that we began in another program is nobody's here until the customer answers
    identity = await _sender(ctx, command, channel, account, known.identity_id if known else identity_key)
    conversation = known or Conversation(
        id=conversation_id,
        version=0,
        channel_account_id=ChannelAccountId(account.id),
        identity_id=identity_key,
        customer_id=identity.customer_id,
        thread_key=command.thread_key,
    )
    names = (*(it.name for it in command.attachments), *(it.name for it in command.media if it.name))
    preview = rules.preview(command.text, names)
    quiet = command.quiet or command.elsewhere or identity.blocked
    arrival = Arrival(command, account, conversation, conversation.entries + 1, preview, quiet)
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
            identities.append(identity_of(tenant_id, channels[account.kind], account, command.sender.address))
            places.append(conversation_of(command.channel_account_id, identities[-1], command.thread_key))
    conversations = await ahead.lock(Conversation, places)
    await ahead.told((command.channel_account_id, command.provider_id) for command in commands)
    await ahead.read(Identity, identities)
    await ahead.lock(Interaction, (it.interaction_id for it in conversations.values() if it.interaction_id))


async def _again(
    ctx: Context, command: ReceiveMessage, told: Message, account: ChannelAccount, place: ConversationId
) -> Received | None:
    """What is told of a message that is there: of a call, wherever it stands, since its caller may turn out later."""
    call = _call(command)
    if call is not None and _call(told) is not None:
        return await _more_of_a_call(ctx, command, call, told, account)
    here = told.conversation_id == place or echoes.stands_anywhere(ctx, command)
    return await _edit(ctx, command, told, account) if here else None


async def _edit(ctx: Context, command: ReceiveMessage, told: Message, account: ChannelAccount) -> Received:
    """The customer changed a message: it keeps its place and says the new words; what is older never comes back."""
    message = await ctx.lock(Message, told.id)
    sent_here = message.direction is Direction.OUT and not message.elsewhere
    if sent_here or command.revision < message.revision:
        return _received(message)  # an agent's or a bot's own, told back to us, or news of yesterday
    deleted = command.shown_as == DELETED
    files = () if deleted else await media.awaited(ctx, command, MessageId(message.id), message.attachments)
    fields: dict[str, Any] = {
        "text": command.text,
        "shown_as": command.shown_as,
        "attachments": files,
        "content": command.content,
        "revision": command.revision,
    }
    if any(getattr(message, name) != value for name, value in fields.items() if name != "revision"):
        conversation = await ctx.need(Conversation, message.conversation_id)
        became = changed(message, edited_at=ctx.now, deleted_at=ctx.now if deleted else None, **fields)
        await put_message(ctx, became, conversation, account.kind)
    return _received(message)


def _call(of: ReceiveMessage | Message) -> Call | None:
    return of.content.call if of.content is not None else None


async def _more_of_a_call(
    ctx: Context, command: ReceiveMessage, told: Call, seen: Message, account: ChannelAccount
) -> Received:
    """A call goes on: its message tells all that is known, whatever the order in which it was told."""
    interaction = await ctx.lock(Interaction, seen.interaction_id)
    message = await ctx.lock(Message, seen.id)
    known = _call(message)
    if known is None:
        return _received(message)
    content = Content(call=calls.joined(known, told))
    if content != message.content:
        conversation = await ctx.need(Conversation, message.conversation_id)
        newest = max(message.revision, command.revision)
        await put_message(ctx, changed(message, content=content, revision=newest), conversation, account.kind)
        live_calls.goes_on(ctx, message, calls.joined(known, told), interaction)
    return _received(message)


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
    if known is not None and command.elsewhere:
        return known  # the sender's name may be our own
    if known is not None:
        if sender.name and not known.name:  # we wrote to them first
            await customers.name_customer(ctx, known.customer_id, sender.name)
        name, handle = sender.name or known.name, sender.handle or known.handle
        if (name, handle) != (known.name, known.handle):
            known = ctx.put(changed(known, name=name, handle=handle))
        await _learn(ctx, known, sender)
        return known
    identity = await newcomer(ctx, channel, account, identity_key, sender)
    if channel.capabilities.names_on_request and not (sender.name or sender.handle):
        payload = {"channel_account_id": account.id, "identity_id": identity.id}
        ctx.job("person", payload, key=f"{account.id}:{identity.id}")
    return identity


async def _learn(ctx: Context, identity: Identity, sender: Sender) -> None:
    """What a known customer wrote in a form fills what is empty; nothing that stands there is replaced by it."""
    phone, email = people_data.phone(sender.phone), people_data.email(sender.email)
    if not (phone or email):
        return
    customer = await ctx.need(Customer, identity.customer_id)
    if (customer.phones or not phone) and (customer.emails or not email):
        return
    customer = await ctx.lock(Customer, customer.id)
    phones = customer.phones or ((phone,) if phone else ())
    emails = customer.emails or ((email,) if email else ())
    ctx.put(changed(customer, phones=phones, emails=emails))


async def _interaction(ctx: Context, arrival: Arrival) -> Interaction | Refused:
    newest = arrival.conversation.interaction_id
    current = await ctx.lock(Interaction, newest) if newest else None
    if arrival.quiet and current is not None:
        return await _note(ctx, arrival, current)
    if current is None or current.status not in OPEN:
        return await _begin(ctx, arrival, current)
    live_call = await live_calls.begun(ctx, _call(arrival.command), current.customer_id, current)
    return ctx.put(
        changed(
            current,
            last_at=ctx.now,
            last_preview=arrival.preview,
            last_shown_as=arrival.command.shown_as,
            last_from_customer=True,
            unanswered_since=current.unanswered_since or ctx.now,
            unread=current.unread + 1,
            live_call=live_call,
        )
    )


async def _note(ctx: Context, arrival: Arrival, current: Interaction) -> Interaction:
    """What nobody is called for belongs to the newest interaction, and wakes none that has ended."""
    if current.status not in OPEN:
        return current
    news: dict[str, Any] = {
        "last_at": ctx.now,
        "last_preview": arrival.preview,
        "last_shown_as": arrival.command.shown_as,
    }
    if arrival.command.elsewhere:
        first = current.first_reply_at or ctx.now
        news |= {"last_from_customer": False, "unanswered_since": None, "first_reply_at": first}
    return ctx.put(changed(current, **news))


async def _begin(ctx: Context, arrival: Arrival, former: Interaction | None) -> Interaction | Refused:
    account, conversation = arrival.account, arrival.conversation
    queue_id, reserved_for = await _route(ctx, account, former)
    if queue_id is None:
        return refused(Reason.NOT_FOUND, type="Queue")
    # who comes back to an agent is that agent's; a telephone call is nothing that a bot can answer
    for_bots = reserved_for is None and _call(arrival.command) is None and not arrival.quiet
    bot = await bots.bot_of(ctx, account) if for_bots else None
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
        status=Status.QUEUED if bot is None else Status.BOT,
        bot_id=ChannelAccountId(bot.id) if bot else None,
        reserved_for=reserved_for,
        created_at=ctx.now,
        queued_at=ctx.now,
        first_position=arrival.position,
        last_at=ctx.now,
        last_preview=arrival.preview,
        last_shown_as=arrival.command.shown_as,
        unanswered_since=ctx.now,
        unread=1,
        topic=_topic(arrival),
        live_call=None if arrival.quiet else await live_calls.begun(ctx, _call(arrival.command), customer_id),
    )
    if arrival.quiet:  # it is there to be read, and nobody is called
        interaction = msgspec.structs.replace(
            interaction, status=Status.RESOLVED, ended_at=ctx.now, reserved_for=None, unanswered_since=None, unread=0
        )
    waits = await queues.enter(ctx, interaction) if interaction.status is Status.QUEUED else ()
    return ctx.put(interaction, scopes.conversation(interaction.conversation_id), *waits)


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


def _topic(arrival: Arrival) -> str:
    topic = arrival.command.topic or arrival.conversation.topic
    return rules.preview(topic.title or topic.text) if topic else ""


def _news(ctx: Context, arrival: Arrival, interaction: Interaction) -> dict[str, Any]:
    """What the conversation learns from a message."""
    command, conversation = arrival.command, arrival.conversation
    news: dict[str, Any] = {} if command.elsewhere else {"last_inbound_at": ctx.now}
    if interaction.version == 1:
        news |= {"interaction_id": InteractionId(interaction.id), "interactions": conversation.interactions + 1}
    if command.topic is not None and conversation.topic != command.topic:
        news["topic"] = command.topic
    if command.reply_handle:
        news |= {"reply_handle": command.reply_handle, "reply_handle_at": ctx.now}
    return news


async def _store(ctx: Context, arrival: Arrival, interaction: Interaction) -> Received:
    command, elsewhere = arrival.command, arrival.command.elsewhere
    conversation = await next_entry(ctx, arrival.conversation, **_news(ctx, arrival, interaction))
    message_id = MessageId(ctx.derive("message"))
    message = Message(
        id=message_id,
        version=1,
        conversation_id=ConversationId(conversation.id),
        interaction_id=InteractionId(interaction.id),
        position=conversation.entries,
        direction=Direction.OUT if elsewhere else Direction.IN,
        text=command.text,
        shown_as=command.shown_as,
        attachments=await media.awaited(ctx, command, message_id),
        author_name="" if elsewhere else command.sender.name,
        at=ctx.now,
        provider_at=command.provider_at,
        provider_id=command.provider_id,
        state=DeliveryState.SENT if elsewhere else DeliveryState.RECEIVED,
        state_at=ctx.now,
        revision=command.revision,
        content=command.content,
        reply_to=await _answered(ctx, command, ConversationId(conversation.id)),
        quote_handle=command.quote_handle,
        elsewhere=elsewhere,
    )
    await put_message(ctx, message, conversation, arrival.account.kind)
    await attachments.attach(ctx, command.attachments, message.conversation_id)
    if interaction.status is Status.BOT and not arrival.quiet:
        bots.tell(ctx, interaction, "started" if interaction.version == 1 else "message", message_id)
    return _received(message)


async def _answered(ctx: Context, command: ReceiveMessage, conversation_id: ConversationId) -> MessageId | None:
    """The message that this one answers, where it is one of this conversation."""
    if not command.reply_to:
        return None
    found = await ctx.tx.messages.by_provider_id(command.channel_account_id, command.reply_to)
    return MessageId(found.id) if found is not None and found.conversation_id == conversation_id else None
