"""Pick up, end, mark read, clear the past; transfer.py moves an interaction to somebody else."""

from backend.domain import queues
from backend.domain.base import Context, changed, handles, refused
from backend.domain.entitlement import serves_queue
from backend.domain.entries import show_read
from backend.domain.holding import let_go, locked_presences, taken
from backend.store.errors import Conflict
from omnix_protocol import scopes
from omnix_protocol.channels import WEBCHAT, Channel, Queue
from omnix_protocol.content import ActKind
from omnix_protocol.conversations import (
    HELD,
    OPEN,
    Conversation,
    DropPastWork,
    End,
    Interaction,
    MarkRead,
    PastWorkDropped,
    PickedUp,
    PickUp,
    PickUpNext,
    Status,
)
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ConversationId, InteractionId, QueueId, UserId
from omnix_protocol.people import Presence, Role, User

PAST_AT_ONCE = 500


@handles(PickUp)
async def pick_up(command: PickUp, ctx: Context) -> PickedUp | Refused:
    user = ctx.acting_user()
    seen = await ctx.need(Interaction, command.interaction_id)
    queue = await ctx.tx.get(Queue, seen.queue_id)
    if seen.owner_id != user.id and (queue is None or not serves_queue(ctx, queue)):
        return refused(Reason.NOT_ENTITLED)
    # whoever is plainly too late is told before waiting for any lock
    if (answer := _already(seen, user)) is not None:
        return answer
    presence = await ctx.lock(Presence, user.id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    if (answer := _already(interaction, user)) is not None:
        return answer
    if (other := await _reserved_for_another(ctx, interaction, user)) is not None:
        return other
    return await _hand_over(ctx, interaction, user, presence)


@handles(PickUpNext)
async def pick_up_next(command: PickUpNext, ctx: Context) -> PickedUp | Refused:
    user = ctx.acting_user()
    lines = await ctx.tx.channels.queues_of_groups(user.group_ids)
    if command.channel_account_id is not None:
        lines = [queue for queue in lines if queue.channel_account_id == command.channel_account_id]
        if not lines:
            return refused(Reason.NOT_ENTITLED)
    presence = await ctx.lock(Presence, user.id)
    since = queues.reserved_since((await ctx.tenant()).rules, ctx.now)
    interaction = await ctx.tx.conversations.next_waiting(
        [QueueId(queue.id) for queue in lines], UserId(user.id), since
    )
    if interaction is None:
        return refused(Reason.QUEUE_EMPTY)
    return await _hand_over(ctx, interaction, user, presence)


def _already(interaction: Interaction, user: User) -> PickedUp | Refused | None:
    if interaction.status not in OPEN:
        return refused(Reason.ALREADY_ENDED)
    if interaction.owner_id is None:
        return None
    if interaction.owner_id == user.id:
        return _picked_up(interaction)
    return refused(Reason.ALREADY_TAKEN, by=interaction.owner_id, name=interaction.owner_name)


async def _reserved_for_another(ctx: Context, interaction: Interaction, user: User) -> Refused | None:
    holder = interaction.reserved_for
    if holder in (None, user.id) or ctx.ranks(Role.TEAM_LEADER):
        return None
    if not queues.is_reserved(interaction, (await ctx.tenant()).rules, ctx.now):
        return None
    other = await ctx.need(User, str(holder))
    return refused(Reason.ALREADY_TAKEN, by=other.id, name=other.name)


async def _hand_over(ctx: Context, interaction: Interaction, user: User, presence: Presence) -> PickedUp | Refused:
    holder = await taken(ctx, user.id, presence)
    if isinstance(holder, Refused):
        return holder
    picked = changed(
        interaction,
        status=Status.HANDLING,
        owner_id=UserId(holder.id),
        owner_name=holder.name,
        reserved_for=None,
        picked_up_at=interaction.picked_up_at or ctx.now,
    )
    ctx.put(picked, scopes.agent(UserId(user.id)))
    if interaction.status is Status.QUEUED:  # else a bot answered until now
        await queues.leave(ctx, interaction)
    return _picked_up(picked)


def _picked_up(interaction: Interaction) -> PickedUp:
    return PickedUp(
        interaction_id=InteractionId(interaction.id),
        conversation_id=interaction.conversation_id,
        customer_id=interaction.customer_id,
    )


@handles(End)
async def end(command: End, ctx: Context) -> Refused | None:
    user = ctx.acting_user()
    seen = await ctx.need(Interaction, command.interaction_id)
    if seen.owner_id != user.id and not ctx.ranks(Role.TEAM_LEADER):
        return refused(Reason.NOT_OWNER, name=seen.owner_name)
    if seen.status not in OPEN:
        return refused(Reason.ALREADY_ENDED)
    holders = await locked_presences(ctx, seen.owner_id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    if (interaction.owner_id, interaction.status) != (seen.owner_id, seen.status):
        raise Conflict("somebody moved it meanwhile")
    ended = changed(
        interaction,
        status=Status.RESOLVED,
        ended_at=ctx.now,
        ended_by=UserId(user.id),
        reserved_for=None,
        unanswered_since=None,
        unread=0,
    )
    ctx.put(ended)
    if interaction.status in HELD and interaction.owner_id is not None:
        let_go(ctx, holders[interaction.owner_id])
    if interaction.status is Status.QUEUED:
        await queues.leave(ctx, interaction)
    return None


@handles(MarkRead)
async def mark_read(command: MarkRead, ctx: Context) -> Refused | None:
    conversation = await ctx.need(Conversation, command.conversation_id)
    if conversation.interaction_id is None:
        return refused(Reason.NOT_FOUND, type="Interaction")
    interaction = await ctx.lock(Interaction, conversation.interaction_id)
    if interaction.owner_id != ctx.acting_user().id:
        return refused(Reason.NOT_OWNER, name=interaction.owner_name)
    # counted after the lock: a message that came in meanwhile has waited for it, or is counted
    unseen = await ctx.tx.messages.inbound_after(
        ConversationId(conversation.id), max(command.position, interaction.first_position - 1)
    )
    if unseen < interaction.unread:
        ctx.put(changed(interaction, unread=unseen))
        if unseen == 0 and interaction.channel_kind == WEBCHAT:
            await show_read(ctx, conversation)
        await _tell_seen(ctx, conversation, interaction)
    return None


async def _tell_seen(ctx: Context, conversation: Conversation, interaction: Interaction) -> None:
    """The customer's ticks turn, where the provider takes such a word; several in a row are one."""
    channel = await ctx.tx.get(Channel, interaction.channel_kind)
    if channel is None or ActKind.SEEN not in channel.capabilities.acts:
        return
    newest = await ctx.tx.messages.newest_inbound(ConversationId(conversation.id))
    if newest is not None:
        payload = {
            "kind": ActKind.SEEN,
            "channel_account_id": conversation.channel_account_id,
            "conversation_id": conversation.id,
            "message_id": newest.id,
        }
        ctx.job("act", payload, key=f"seen:{conversation.id}")


@handles(DropPastWork)
async def drop_past_work(command: DropPastWork, ctx: Context) -> PastWorkDropped:
    past = await ctx.tx.conversations.past_in_scopes(command.before, PAST_AT_ONCE)
    for interaction in past:
        if interaction.owner_id is not None:
            ctx.drop(Interaction, interaction.id, scopes.agent(interaction.owner_id))
    return PastWorkDropped(dropped=len(past))
