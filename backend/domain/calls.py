"""The caller log: telephone calls of the accounts that somebody serves, newest first (F36)."""

from backend.domain.base import AskContext, answers, refused
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Customer
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, ConversationId, MessageId
from omnix_protocol.messages import Direction, Message
from omnix_protocol.people import Role
from omnix_protocol.reports import CallLog, CallLogAnswer, CallLogRow


@answers(CallLog)
async def call_log(query: CallLog, ctx: AskContext) -> CallLogAnswer | Refused:
    if query.before_at is not None and query.before_at.tzinfo is None:
        return refused(Reason.INVALID_FIELD, field="before_at", detail="a time needs its offset")
    accounts = await _served(ctx)
    if query.channel_account_id is not None:
        await ctx.need(ChannelAccount, query.channel_account_id)
        if accounts is not None and query.channel_account_id not in accounts:
            return refused(Reason.NOT_ENTITLED)
        accounts = [query.channel_account_id]
    before = (query.before_at, query.before_id or "") if query.before_at is not None else None
    owner_id = ctx.user_id if query.mine else None
    found = await ctx.tx.messages.calls(query.states, accounts, owner_id, before, query.limit + 1)
    rows = await _rows(ctx, found[: query.limit])
    return CallLogAnswer(rows=rows, more=len(found) > query.limit)


async def _served(ctx: AskContext) -> list[ChannelAccountId] | None:
    """The accounts whose calls the asker may see; None: all."""
    if ctx.ranks(Role.TEAM_LEADER) or ctx.user is None:
        return None
    lines = await ctx.tx.channels.queues_of_groups(ctx.user.group_ids)
    return sorted({line.channel_account_id for line in lines})


async def _rows(ctx: AskContext, found: list[Message]) -> tuple[CallLogRow, ...]:
    conversations = await ctx.tx.get_many(Conversation, {message.conversation_id for message in found})
    interactions = await ctx.tx.get_many(Interaction, {message.interaction_id for message in found})
    customers = await ctx.tx.get_many(Customer, {it.customer_id for it in conversations.values()})
    accounts = await ctx.tx.get_many(ChannelAccount, {it.channel_account_id for it in conversations.values()})
    rows: list[CallLogRow] = []
    for message in found:
        conversation = conversations.get(message.conversation_id)
        if conversation is None or message.content is None or message.content.call is None:
            continue
        customer = customers.get(conversation.customer_id)
        account = accounts.get(conversation.channel_account_id)
        interaction = interactions.get(message.interaction_id)
        rows.append(
            CallLogRow(
                message_id=MessageId(message.id),
                conversation_id=ConversationId(conversation.id),
                interaction_id=message.interaction_id,
                customer_id=conversation.customer_id,
                customer_name=customer.name if customer else "",
                channel_account_id=conversation.channel_account_id,
                channel_name=account.name if account else "",
                owner_id=interaction.owner_id if interaction else None,
                owner_name=interaction.owner_name if interaction else "",
                at=message.at,
                outgoing=message.direction is Direction.OUT,
                call=message.content.call,
            )
        )
    return tuple(rows)
