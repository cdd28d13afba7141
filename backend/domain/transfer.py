"""Transfer: to an agent who is there and has room, or back into a group's queue."""

from backend.domain import queues
from backend.domain.base import Context, changed, handles, refused
from backend.domain.entries import add_memo
from backend.domain.holding import let_go, limit_of, locked_presences, take
from backend.store.errors import Conflict
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import HELD, OPEN, Conversation, Interaction, Status, Transfer
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import GroupId, InteractionId, MemoId, QueueId, UserId
from omnix_protocol.people import Group, Presence, PresenceState, Role, User


@handles(Transfer)
async def transfer(command: Transfer, ctx: Context) -> Refused | None:
    if (command.to_user_id is None) == (command.to_group_id is None):
        return refused(Reason.INVALID_FIELD, field="to_user_id", detail="name one agent or one group")
    seen = await ctx.need(Interaction, command.interaction_id)
    if seen.owner_id != ctx.acting_user().id and not ctx.ranks(Role.TEAM_LEADER):
        return refused(Reason.NOT_OWNER, name=seen.owner_name)
    target = await ctx.need(User, command.to_user_id) if command.to_user_id is not None else None
    holder = seen.owner_id if seen.status in HELD else None
    presences = await locked_presences(ctx, holder, UserId(target.id) if target else None)
    conversation = await ctx.lock(Conversation, seen.conversation_id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    if (interaction.owner_id, interaction.status) != (seen.owner_id, seen.status):
        raise Conflict("somebody moved it meanwhile")
    if interaction.status not in OPEN:
        return refused(Reason.ALREADY_ENDED)
    # the owner's own hold is what an owner saw; a customer's next message is no reason to refuse them
    if interaction.owner_id != ctx.acting_user().id and command.base_version != interaction.version:
        return refused(Reason.VERSION_CONFLICT, version=interaction.version)
    if target is not None:
        barred = await _to_agent(ctx, interaction, target, presences)
    else:
        barred = await _to_group(ctx, interaction, GroupId(command.to_group_id or ""), presences)
    if barred is None and command.note.strip():
        await add_memo(ctx, conversation, InteractionId(interaction.id), MemoId(ctx.derive("note")), command.note)
    return barred


async def _to_agent(
    ctx: Context, interaction: Interaction, target: User, presences: dict[str, Presence]
) -> Refused | None:
    if interaction.owner_id == target.id:
        return refused(Reason.ALREADY_TAKEN, by=target.id, name=target.name)
    presence = presences[target.id]
    target = await ctx.need(User, target.id)  # again, after the lock: deactivating somebody takes it too
    if not target.active or presence.state is not PresenceState.ONLINE:
        return refused(Reason.TARGET_OFFLINE, name=target.name)
    limit = await limit_of(ctx, target)
    if presence.load >= limit and not ctx.ranks(Role.SUPERVISOR):
        return refused(Reason.TARGET_FULL, name=target.name, limit=limit)
    line = await queues.line_of(ctx, interaction.channel_account_id, target.group_ids)
    if line is None:
        return refused(Reason.TARGET_CANNOT_SERVE, name=target.name)
    # a supervisor may exceed it, by this one
    take(ctx, presence, max(limit, presence.load + 1) if ctx.ranks(Role.SUPERVISOR) else limit)
    unseen = await ctx.tx.messages.inbound_after(interaction.conversation_id, interaction.first_position - 1)
    moved = changed(
        interaction,
        status=Status.HANDLING,
        owner_id=UserId(target.id),
        owner_name=target.name,
        queue_id=await _line_kept(ctx, interaction, target, line),
        reserved_for=None,
        picked_up_at=interaction.picked_up_at or ctx.now,
        unread=unseen,
    )
    await _leave_behind(ctx, interaction, presences)
    ctx.put(moved, scopes.agent(UserId(target.id)))
    return None


async def _line_kept(ctx: Context, interaction: Interaction, target: User, line: Queue) -> QueueId:
    now = await ctx.tx.get(Queue, interaction.queue_id)
    return interaction.queue_id if now is not None and now.group_id in target.group_ids else QueueId(line.id)


async def _to_group(
    ctx: Context, interaction: Interaction, group_id: GroupId, presences: dict[str, Presence]
) -> Refused | None:
    group = await ctx.need(Group, group_id)
    line = await queues.line_of(ctx, interaction.channel_account_id, (group_id,))
    if line is None or not group.active:
        return refused(Reason.TARGET_CANNOT_SERVE, name=group.name)
    if interaction.status is Status.QUEUED and interaction.queue_id == line.id:
        return refused(Reason.INVALID_FIELD, field="to_group_id", detail="it waits there already")
    waiting = _waiting_in(interaction, QueueId(line.id), ctx)
    for queue_id in sorted({interaction.queue_id, waiting.queue_id}):
        await ctx.lock(Queue, queue_id)
    await _leave_behind(ctx, interaction, presences)
    ctx.put(waiting, *await queues.enter(ctx, waiting))
    return None


def _waiting_in(interaction: Interaction, queue_id: QueueId, ctx: Context) -> Interaction:
    return changed(
        interaction,
        status=Status.QUEUED,
        owner_id=None,
        owner_name="",
        queue_id=queue_id,
        queued_at=ctx.now,
        reserved_for=None,
    )


async def lay_down_all(ctx: Context, user_id: UserId) -> None:
    """What somebody holds waits again in the lines that it came from; what waits for them waits for everybody."""
    presence = await ctx.lock(Presence, user_id)
    theirs = await ctx.tx.conversations.held_by(user_id) + await ctx.tx.conversations.reserved_for(user_id)
    locked = [await ctx.lock(Interaction, entity_id) for entity_id in sorted({row.id for row in theirs})]
    for waiting in locked:
        if waiting.status is Status.QUEUED and waiting.reserved_for == user_id:
            ctx.put(changed(waiting, reserved_for=None))
    held = [interaction for interaction in locked if interaction.status in HELD and interaction.owner_id == user_id]
    for queue_id in sorted({interaction.queue_id for interaction in held}):
        await ctx.lock(Queue, queue_id)
    for interaction in held:
        ctx.drop(Interaction, interaction.id, scopes.agent(user_id))
        waiting = _waiting_in(interaction, interaction.queue_id, ctx)
        ctx.put(waiting, *await queues.enter(ctx, waiting))
    if held:
        let_go(ctx, presence, len(held))


async def _leave_behind(ctx: Context, interaction: Interaction, presences: dict[str, Presence]) -> None:
    """Out of the bucket or the line in which it was."""
    if interaction.status in HELD and interaction.owner_id is not None:
        let_go(ctx, presences[interaction.owner_id])
        ctx.drop(Interaction, interaction.id, scopes.agent(interaction.owner_id))
    if interaction.status is Status.QUEUED:
        await queues.leave(ctx, interaction)
