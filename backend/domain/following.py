"""What an actor may follow, and what they follow without asking."""

from backend.domain.base import AskContext
from backend.domain.entitlement import sees_conversation, sees_customer, serves_queue
from omnix_protocol import scopes
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import Conversation
from omnix_protocol.customers import Customer
from omnix_protocol.ids import CustomerId, IdentityId, QueueId, UserId
from omnix_protocol.people import Role
from omnix_protocol.scopes import ScopeKind


async def may_follow(ctx: AskContext, key: str) -> bool:
    """By the table in omnix_protocol/scopes.py, at this moment; a scope of nothing may not be followed."""
    scope = scopes.parse(key)
    if scope is None:
        return False
    if ctx.actor.kind == "visitor":
        return scope.kind is ScopeKind.VISITOR and scope.id == ctx.actor.id
    if ctx.user is None or not ctx.user.active:
        return False
    if scope.kind in (ScopeKind.AGENT, ScopeKind.DRAFTS):
        return scope.id == ctx.user.id
    if scope.kind is ScopeKind.BOARD:
        return scope.id == ctx.tenant_id and ctx.ranks(Role.SUPERVISOR)
    return scope.kind is ScopeKind.TENANT or await _may_follow_work(ctx, scope)


async def _may_follow_work(ctx: AskContext, scope: scopes.Scope) -> bool:
    if scope.kind is ScopeKind.QUEUE:
        queue = await ctx.tx.get(Queue, scope.id)
        return queue is not None and serves_queue(ctx, queue)
    if scope.kind is ScopeKind.CONVERSATION:
        conversation = await ctx.tx.get(Conversation, scope.id)
        return conversation is not None and await sees_conversation(ctx, conversation)
    if scope.kind is ScopeKind.CUSTOMER:
        customer = await ctx.tx.get(Customer, scope.id)
        return customer is not None and await sees_customer(ctx, CustomerId(scope.id))
    return False


async def derived_scopes(ctx: AskContext) -> list[str]:
    """The catalogue, themselves, the queues of their groups, conversation and customer of all they hold."""
    if ctx.actor.kind == "visitor":
        return [scopes.visitor(IdentityId(ctx.actor.id))]
    if ctx.user is None or not ctx.user.active:
        return []
    user_id = UserId(ctx.user.id)
    keys = [scopes.TENANT, scopes.agent(user_id), scopes.drafts(user_id)]
    keys += [scopes.queue(QueueId(queue.id)) for queue in await ctx.tx.channels.queues_of_groups(ctx.user.group_ids)]
    for held in await ctx.tx.conversations.held_by(user_id):
        keys += [scopes.conversation(held.conversation_id), scopes.customer(held.customer_id)]
    return list(dict.fromkeys(keys))
