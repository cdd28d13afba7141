"""Waiting in a queue: counts that cost the same whatever the queue's length, and the window of its scope."""

from datetime import datetime, timedelta

from backend.domain.base import AskContext, Context, changed
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import ChannelAccountId, GroupId, InteractionId, QueueId
from omnix_protocol.people import Rules


async def enter(ctx: Context, interaction: Interaction) -> tuple[str, ...]:
    """Count it in; the scopes of the queue that show it: none where its window is full."""
    queue = await ctx.lock(Queue, interaction.queue_id)
    oldest = min(queue.oldest_at or interaction.queued_at, interaction.queued_at)
    ctx.put(changed(queue, waiting=queue.waiting + 1, oldest_at=oldest))
    key = scopes.queue(interaction.queue_id)
    return (key,) if queue.waiting < scopes.QUEUE_WINDOW else ()


async def leave(ctx: Context, interaction: Interaction) -> None:
    """Count it out; where it was in the window, the oldest of those outside moves in."""
    queue = await ctx.lock(Queue, interaction.queue_id)
    queue_id = QueueId(queue.id)
    oldest = queue.oldest_at
    if oldest is None or interaction.queued_at <= oldest:
        oldest = await ctx.tx.conversations.oldest_waiting(queue_id, except_id=InteractionId(interaction.id))
    ctx.put(changed(queue, waiting=max(0, queue.waiting - 1), oldest_at=oldest))
    if not await ctx.tx.conversations.in_window(InteractionId(interaction.id)):
        return
    ctx.drop(Interaction, interaction.id, scopes.queue(queue_id))
    if queue.waiting > scopes.QUEUE_WINDOW:
        waiting = await ctx.tx.conversations.oldest_outside_window(queue_id)
        if waiting is not None:
            ctx.put(changed(waiting), scopes.queue(queue_id))


def reserved_since(rules: Rules, now: datetime) -> datetime:
    """What was reserved before this moment waits for everybody again."""
    return now - timedelta(seconds=rules.grace_seconds)


def is_reserved(interaction: Interaction, rules: Rules, now: datetime) -> bool:
    """Whether it still waits for one agent only."""
    return interaction.reserved_for is not None and interaction.queued_at >= reserved_since(rules, now)


async def line_of(ctx: AskContext, account_id: ChannelAccountId, group_ids: tuple[GroupId, ...]) -> Queue | None:
    """The queue of the first of these groups that serves the account."""
    lines = {queue.group_id: queue for queue in await ctx.tx.channels.queues_of_account(account_id)}
    return next((lines[group_id] for group_id in group_ids if group_id in lines), None)
