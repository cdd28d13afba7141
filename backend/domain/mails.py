"""New mails: they begin a conversation with whom they go to, which the writer holds until it is ended."""

from backend.domain import attachments, queues
from backend.domain.base import Context, handles, refused
from backend.domain.holding import locked_presences, taken
from backend.domain.newcomers import newcomer
from backend.domain.places import conversation_of, identity_of
from backend.domain.sending import Outlet, bad_content, put_out
from omnix_protocol import rules, scopes
from omnix_protocol.channels import Channel, ChannelAccount, Queue
from omnix_protocol.content import Content, Mail, Topic
from omnix_protocol.conversations import Conversation, Interaction, PickedUp, Status
from omnix_protocol.customers import Customer, Identity
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, IdentityId, InteractionId, QueueId, UserId, is_id
from omnix_protocol.mails import WriteMail, thread_begun_by
from omnix_protocol.messages import Message, Sender
from omnix_protocol.people import Role


@handles(WriteMail)
async def write_mail(command: WriteMail, ctx: Context) -> PickedUp | Refused:
    user = ctx.acting_user()
    if not is_id(command.message_id):
        return refused(Reason.INVALID_FIELD, field="message_id", detail="not a UUIDv7")
    account = await ctx.need(ChannelAccount, command.channel_account_id)
    outlet = Outlet(account, await ctx.need(Channel, account.kind))
    queue = await _line(ctx, outlet)
    if isinstance(queue, Refused):
        return queue
    content = _content(command)
    if (barred := await bad_content(ctx, outlet, command.text, command.attachments, content)) is not None:
        return barred
    if (barred := await attachments.barred(ctx, command.attachments, None)) is not None:
        return barred
    presence = (await locked_presences(ctx, UserId(user.id)))[user.id]
    if await ctx.tx.get(Message, command.message_id) is not None:
        return refused(Reason.ALREADY_EXISTS, type="Message")
    writer = await taken(ctx, user.id, presence)
    if isinstance(writer, Refused):
        return writer
    identity = await _addressee(ctx, outlet, command.to[0])
    interaction = await _begun(ctx, command, identity, queue)
    place = scopes.conversation(interaction.conversation_id)
    ctx.put(interaction, place, scopes.agent(UserId(writer.id)))
    await put_out(
        ctx,
        _conversation(command, identity, interaction),
        outlet,
        id=command.message_id,
        interaction_id=InteractionId(interaction.id),
        text=command.text,
        attachments=command.attachments,
        author_id=UserId(writer.id),
        author_name=writer.name,
        content=content,
    )
    await attachments.attach(ctx, command.attachments, interaction.conversation_id)
    return PickedUp(
        interaction_id=InteractionId(interaction.id),
        conversation_id=interaction.conversation_id,
        customer_id=interaction.customer_id,
    )


async def _line(ctx: Context, outlet: Outlet) -> Queue | Refused:
    """The line in which the conversation would wait: the writer works on it, or oversees all."""
    account, user = outlet.account, ctx.acting_user()
    if not outlet.channel.capabilities.subject:
        return refused(Reason.PART_UNSUPPORTED, part="mail", channel=outlet.channel.name)
    if not account.active:
        return refused(Reason.CHANNEL_INACTIVE)
    line = await queues.line_of(ctx, ChannelAccountId(account.id), user.group_ids)
    if line is None and ctx.ranks(Role.SUPERVISOR) and account.default_queue_id is not None:
        line = await ctx.tx.get(Queue, account.default_queue_id)
    return line or refused(Reason.NOT_ENTITLED)


def _content(command: WriteMail) -> Content:
    head = Mail(subject=_subject(command), to=command.to, cc=command.cc, bcc=command.bcc)
    return Content(mail=head)


def _subject(command: WriteMail) -> str:
    return " ".join(command.subject.split())


async def _addressee(ctx: Context, outlet: Outlet, address: str) -> Identity:
    """As whoever answers from this address will be known."""
    person = Sender(address=address.lower())
    key = identity_of(ctx.tenant_id, outlet.channel, outlet.account, person.address)
    return await ctx.tx.get(Identity, key) or await newcomer(ctx, outlet.channel, outlet.account, key, person)


async def _begun(ctx: Context, command: WriteMail, identity: Identity, queue: Queue) -> Interaction:
    """Handled from its first moment on."""
    writer = ctx.acting_user()
    # locked, so that a new name reaches this interaction too
    customer = await ctx.lock(Customer, identity.customer_id)
    names = tuple(attachment.name for attachment in command.attachments)
    place = conversation_of(command.channel_account_id, IdentityId(identity.id), thread_begun_by(command.message_id))
    return Interaction(
        id=ctx.derive("interaction"),
        version=1,
        number=await ctx.tx.next_number("interaction"),
        conversation_id=place,
        customer_id=identity.customer_id,
        customer_name=customer.name or identity.address,  # until they answer, and tell what they are called
        channel_account_id=command.channel_account_id,
        channel_kind=identity.channel_kind,
        queue_id=QueueId(queue.id),
        status=Status.HANDLING,
        owner_id=UserId(writer.id),
        owner_name=writer.name,
        created_at=ctx.now,
        queued_at=ctx.now,
        picked_up_at=ctx.now,
        first_reply_at=ctx.now,
        first_position=1,
        last_at=ctx.now,
        last_preview=rules.preview(command.text, names),
        last_from_customer=False,
        topic=rules.preview(_subject(command)),
    )


def _conversation(command: WriteMail, identity: Identity, interaction: Interaction) -> Conversation:
    subject = _subject(command)
    return Conversation(
        id=interaction.conversation_id,
        version=0,
        channel_account_id=command.channel_account_id,
        identity_id=IdentityId(identity.id),
        customer_id=identity.customer_id,
        thread_key=thread_begun_by(command.message_id),
        interaction_id=InteractionId(interaction.id),
        interactions=1,
        topic=Topic(title=subject[:200]) if subject else None,
    )
