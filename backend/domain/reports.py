"""Answers to queries: older entries, pages of a queue, targets, journeys, the search for customers."""

from backend.domain.base import AskContext, answers, refused
from backend.domain.entitlement import sees_conversation, sees_customer, serves_queue
from omnix_protocol import rules
from omnix_protocol.channels import ChannelAccount, Queue
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.customers import Customer
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import (
    CustomerId,
    GroupId,
    InteractionId,
    UserId,
)
from omnix_protocol.people import Group, Presence, PresenceState
from omnix_protocol.reports import (
    Entries,
    FoundCustomer,
    JourneyDetail,
    JourneyDetailAnswer,
    JourneyPage,
    JourneyPageAnswer,
    JourneyRow,
    OlderEntries,
    QueuePage,
    QueuePageAnswer,
    SearchCustomers,
    SearchCustomersAnswer,
    ShownField,
    ShowNik,
    TargetAgent,
    TargetGroup,
    TransferTargets,
    TransferTargetsAnswer,
)


@answers(OlderEntries)
async def older_entries(query: OlderEntries, ctx: AskContext) -> Entries | Refused:
    conversation = await ctx.need(Conversation, query.conversation_id)
    if not await sees_conversation(ctx, conversation):
        return refused(Reason.NOT_ENTITLED)
    messages, memos, more = await ctx.tx.messages.entries(query.conversation_id, query.before_position, query.limit)
    return Entries(messages=tuple(messages), memos=tuple(memos), more=more)


@answers(QueuePage)
async def queue_page(query: QueuePage, ctx: AskContext) -> QueuePageAnswer | Refused:
    queue = await ctx.need(Queue, query.queue_id)
    if not serves_queue(ctx, queue):
        return refused(Reason.NOT_ENTITLED)
    after = None
    if query.after_queued_at is not None:
        if query.after_queued_at.tzinfo is None:
            return refused(Reason.INVALID_FIELD, field="after_queued_at", detail="a time needs its offset")
        after = (query.after_queued_at, query.after_id or InteractionId(""))
    rows = await ctx.tx.conversations.waiting_page(query.queue_id, after, query.limit + 1)
    return QueuePageAnswer(rows=tuple(rows[: query.limit]), more=len(rows) > query.limit)


@answers(TransferTargets)
async def transfer_targets(query: TransferTargets, ctx: AskContext) -> TransferTargetsAnswer | Refused:
    interaction = await ctx.need(Interaction, query.interaction_id)
    conversation = await ctx.need(Conversation, interaction.conversation_id)
    if not await sees_conversation(ctx, conversation):
        return refused(Reason.NOT_ENTITLED)
    lines = await ctx.tx.channels.queues_of_account(interaction.channel_account_id)
    by_group = {queue.group_id: queue for queue in lines}
    groups = await ctx.tx.get_many(Group, by_group)
    online = await ctx.tx.people.online_counts()
    return TransferTargetsAnswer(
        agents=await _target_agents(ctx, interaction, tuple(by_group)),
        groups=tuple(
            TargetGroup(
                group_id=GroupId(group.id),
                name=group.name,
                online=online.get(GroupId(group.id), 0),
                waiting=by_group[GroupId(group.id)].waiting,
            )
            for group in sorted(groups.values(), key=lambda group: group.name)
            if group.active
        ),
    )


async def _target_agents(
    ctx: AskContext, interaction: Interaction, group_ids: tuple[GroupId, ...]
) -> tuple[TargetAgent, ...]:
    numbers = (await ctx.tenant()).rules
    members = [user for user in await ctx.tx.people.members(group_ids) if user.active]
    presences = await ctx.tx.people.presences([UserId(user.id) for user in members])
    nobody = Presence(id="", version=0)
    found = [
        TargetAgent(
            user_id=UserId(user.id),
            name=user.name,
            state=presences.get(user.id, nobody).state,
            load=presences.get(user.id, nobody).load,
            limit=rules.pick_up_limit(numbers, user),
        )
        for user in members
        if user.id != interaction.owner_id
    ]
    return tuple(sorted(found, key=lambda agent: (agent.state is not PresenceState.ONLINE, agent.load, agent.name)))


@answers(JourneyPage)
async def journey_page(query: JourneyPage, ctx: AskContext) -> JourneyPageAnswer | Refused:
    await ctx.need(Customer, query.customer_id)
    if not await sees_customer(ctx, query.customer_id):
        return refused(Reason.NOT_ENTITLED)
    if query.before is not None and query.before.tzinfo is None:
        return refused(Reason.INVALID_FIELD, field="before", detail="a time needs its offset")
    found = await ctx.tx.conversations.journey(query.customer_id, query.before, query.limit + 1)
    shown = found[: query.limit]
    return JourneyPageAnswer(
        rows=await _journey_rows(ctx, shown),
        more=len(found) > query.limit,
        total=await ctx.tx.conversations.journey_length(query.customer_id),
    )


async def _journey_rows(ctx: AskContext, shown: list[Interaction]) -> tuple[JourneyRow, ...]:
    accounts = await ctx.tx.get_many(ChannelAccount, {row.channel_account_id for row in shown})
    lines = await ctx.tx.get_many(Queue, {row.queue_id for row in shown})
    groups = await ctx.tx.get_many(Group, {line.group_id for line in lines.values()})
    open_cases = await ctx.tx.work.open_cases([InteractionId(row.id) for row in shown])

    def group_name(row: Interaction) -> str:
        line = lines.get(row.queue_id)
        group = groups.get(line.group_id) if line else None
        return group.name if group else ""

    return tuple(
        JourneyRow(
            interaction_id=InteractionId(row.id),
            conversation_id=row.conversation_id,
            channel_kind=row.channel_kind,
            channel_name=accounts[row.channel_account_id].name if row.channel_account_id in accounts else "",
            group_name=group_name(row),
            at=row.created_at,
            status=row.status.value,
            cases=row.cases,
            tickets=row.tickets,
            open_cases=open_cases.get(InteractionId(row.id), 0),
        )
        for row in shown
    )


@answers(JourneyDetail)
async def journey_detail(query: JourneyDetail, ctx: AskContext) -> JourneyDetailAnswer | Refused:
    """Whoever may see the customer may read all that was said with them, whoever said it."""
    interaction = await ctx.need(Interaction, query.interaction_id)
    if not await sees_customer(ctx, interaction.customer_id):
        return refused(Reason.NOT_ENTITLED)
    messages, memos = await ctx.tx.messages.of_interaction(query.interaction_id)
    return JourneyDetailAnswer(
        interaction=interaction,
        entries=Entries(messages=tuple(messages), memos=tuple(memos)),
        cases=tuple(await ctx.tx.work.cases_of(query.interaction_id)),
        tickets=tuple(await ctx.tx.work.tickets_of(query.interaction_id)),
    )


@answers(SearchCustomers)
async def search_customers(query: SearchCustomers, ctx: AskContext) -> SearchCustomersAnswer:
    found = await ctx.tx.customers.search(query.keyword, query.limit + 1)
    rows = [
        FoundCustomer(
            customer=customer, identities=tuple(await ctx.tx.customers.identities_of(CustomerId(customer.id)))
        )
        for customer in found[: query.limit]
    ]
    return SearchCustomersAnswer(rows=tuple(rows), more=len(found) > query.limit)


@answers(ShowNik)
async def show_nik(query: ShowNik, ctx: AskContext) -> ShownField | Refused:
    customer = await ctx.need(Customer, query.customer_id)
    if not await sees_customer(ctx, query.customer_id):
        return refused(Reason.NOT_ENTITLED)
    return ShownField(value=customer.nik)
