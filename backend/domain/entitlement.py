"""Who may run, ask and see: the role and kind of actor by table, the entity by these rules."""

from dataclasses import dataclass

from backend.domain.base import AskContext
from omnix_protocol.base import Command, Query
from omnix_protocol.bots import BotEnd, BotSay, BotTalks, GiveToBot, HandToPerson
from omnix_protocol.catalogue import AddCategory, AddQuickReply
from omnix_protocol.channels import (
    AddChannelAccount,
    EditChannelAccount,
    PublishChannel,
    Queue,
    ReportChannelFault,
    ServeChannel,
)
from omnix_protocol.conversations import (
    Conversation,
    DropPastWork,
    End,
    Interaction,
    MarkRead,
    PickUp,
    PickUpNext,
    Status,
    Transfer,
)
from omnix_protocol.customers import AddCustomer, BlockIdentity, EditCustomer, NameIdentity
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import ConversationId, CustomerId, UserId
from omnix_protocol.integrations import AddIntegration, EditIntegration, OrderIntegrations, RemoveIntegration
from omnix_protocol.mails import WriteMail
from omnix_protocol.messages import (
    AddMemo,
    AmendMessage,
    FetchMedia,
    ReceiveMessage,
    RecordAmendment,
    RecordDelivery,
    RecordMedia,
    RecordReaction,
    RecordSeen,
    ResolveUncertain,
    RetrySend,
    SaveDraft,
    SendMessage,
)
from omnix_protocol.people import (
    AddAuxCode,
    AddGroup,
    AddUser,
    EditRules,
    EditUser,
    OpenTenant,
    RecordPasswordReset,
    RecordPresence,
    RecordSignIn,
    Role,
    SetPickUpLimit,
    SetPresence,
)
from omnix_protocol.reports import (
    BoardList,
    BoardNow,
    CallLog,
    JourneyDetail,
    JourneyPage,
    OlderEntries,
    ProjectBoard,
    QueuePage,
    SearchCustomers,
    ShowNik,
    TransferTargets,
)
from omnix_protocol.traffic import ChannelTraffic, FailedJobs
from omnix_protocol.transcripts import AskTranscript, MailTranscript, RecordTranscript
from omnix_protocol.work import CreateCase, CreateTicket


@dataclass(frozen=True, slots=True)
class May:
    """Users of at least this role (None: no user), and these other kinds of actor."""

    role: Role | None
    others: frozenset[str] = frozenset()


def _users(role: Role, *others: str) -> May:
    return May(role, frozenset(others))


def _only(*kinds: str) -> May:
    return May(None, frozenset(kinds))


RUN: dict[type[Command], May] = {
    PickUp: _users(Role.AGENT),
    PickUpNext: _users(Role.AGENT),
    Transfer: _users(Role.AGENT),
    End: _users(Role.AGENT),
    MarkRead: _users(Role.AGENT),
    DropPastWork: _only("timer", "system"),
    ReceiveMessage: _only("channel", "visitor"),
    RecordDelivery: _only("channel", "visitor"),
    RecordSeen: _only("channel"),
    RecordReaction: _only("channel"),
    RecordMedia: _only("system"),
    FetchMedia: _users(Role.AGENT),
    AmendMessage: _users(Role.AGENT),
    RecordAmendment: _only("channel"),
    BlockIdentity: _users(Role.AGENT),
    NameIdentity: _only("channel"),
    SendMessage: _users(Role.AGENT),
    WriteMail: _users(Role.AGENT),
    RetrySend: _users(Role.AGENT),
    ResolveUncertain: _users(Role.AGENT),
    AddMemo: _users(Role.AGENT),
    MailTranscript: _users(Role.AGENT),
    AskTranscript: _only("visitor"),
    RecordTranscript: _only("system"),
    SaveDraft: _users(Role.AGENT),
    AddCustomer: _users(Role.AGENT, "system"),
    EditCustomer: _users(Role.AGENT),
    CreateCase: _users(Role.AGENT),
    CreateTicket: _users(Role.AGENT),
    OpenTenant: _only("system"),
    EditRules: _users(Role.SUPERVISOR, "system"),
    AddGroup: _users(Role.ADMINISTRATOR, "system"),
    AddUser: _users(Role.TEAM_LEADER, "system"),
    EditUser: _users(Role.TEAM_LEADER, "system"),
    SetPickUpLimit: _users(Role.SUPERVISOR, "system"),
    AddAuxCode: _users(Role.ADMINISTRATOR, "system"),
    SetPresence: _users(Role.AGENT),
    RecordPresence: _only("system"),
    RecordSignIn: _only("system"),
    RecordPasswordReset: _only("system"),
    AddCategory: _users(Role.ADMINISTRATOR, "system"),
    AddQuickReply: _users(Role.TEAM_LEADER, "system"),
    AddIntegration: _users(Role.ADMINISTRATOR, "system"),
    EditIntegration: _users(Role.ADMINISTRATOR, "system"),
    OrderIntegrations: _users(Role.ADMINISTRATOR, "system"),
    RemoveIntegration: _users(Role.ADMINISTRATOR, "system"),
    PublishChannel: _only("system"),
    AddChannelAccount: _users(Role.ADMINISTRATOR, "system"),
    EditChannelAccount: _users(Role.ADMINISTRATOR, "system"),
    ReportChannelFault: _only("system", "channel"),
    BotSay: _only("channel"),
    HandToPerson: _only("channel"),
    BotEnd: _only("channel"),
    GiveToBot: _users(Role.AGENT),
    ServeChannel: _users(Role.ADMINISTRATOR, "system"),
    ProjectBoard: _only("system", "timer"),
}

ASK: dict[type[Query], May] = {
    OlderEntries: _users(Role.AGENT),
    QueuePage: _users(Role.AGENT),
    TransferTargets: _users(Role.AGENT),
    JourneyPage: _users(Role.AGENT),
    JourneyDetail: _users(Role.AGENT),
    SearchCustomers: _users(Role.AGENT),
    CallLog: _users(Role.AGENT),
    BotTalks: _users(Role.AGENT),
    ShowNik: _users(Role.AGENT),
    ChannelTraffic: _users(Role.ADMINISTRATOR),
    FailedJobs: _users(Role.ADMINISTRATOR),
    BoardList: _users(Role.SUPERVISOR),
    BoardNow: _users(Role.SUPERVISOR, "system", "timer"),
}


def may_run(ctx: AskContext, command: Command) -> Refused | None:
    """The refusal, if this kind of actor may not run this kind of command at all."""
    return _barred(ctx, RUN.get(type(command)))


def may_ask(ctx: AskContext, query: Query) -> Refused | None:
    """The refusal, if this kind of actor may not ask this kind of question at all."""
    return _barred(ctx, ASK.get(type(query)))


def _barred(ctx: AskContext, may: May | None) -> Refused | None:
    if ctx.actor.kind == "user":
        if ctx.user is None or not ctx.user.active:
            return refused(Reason.NOT_SIGNED_IN)
        if may is not None and may.role is not None and ctx.user.role.rank >= may.role.rank:
            return None
    elif may is not None and ctx.actor.kind in may.others:
        return None
    return refused(Reason.NOT_ENTITLED)


def speaks_for_another(ctx: AskContext, account_id: str) -> bool:
    """Whether this is a channel account that tells something of another one."""
    return ctx.actor.kind == "channel" and ctx.actor.id != account_id


def serves_queue(ctx: AskContext, queue: Queue) -> bool:
    """Whether the acting user works on this queue or oversees it."""
    if ctx.user is None:
        return False
    return queue.group_id in ctx.user.group_ids or ctx.ranks(Role.SUPERVISOR)


async def sees_conversation(ctx: AskContext, conversation: Conversation) -> bool:
    """Who handles or handled it, members of the queue in which it waits or a bot answers it, team leaders and above."""
    if ctx.user is None or not ctx.user.active:
        return False
    if ctx.ranks(Role.TEAM_LEADER):
        return True
    newest = await ctx.tx.get(Interaction, conversation.interaction_id) if conversation.interaction_id else None
    if newest is not None:
        if newest.owner_id == ctx.user.id:
            return True
        if newest.status in (Status.QUEUED, Status.BOT):
            queue = await ctx.tx.get(Queue, newest.queue_id)
            if queue is not None and queue.group_id in ctx.user.group_ids:
                return True
    return await ctx.tx.conversations.handled(ConversationId(conversation.id), UserId(ctx.user.id))


async def sees_customer(ctx: AskContext, customer_id: CustomerId) -> bool:
    """As the conversations of that customer; one who has none yet may be seen by every agent."""
    if ctx.user is None or not ctx.user.active:
        return False
    if ctx.ranks(Role.TEAM_LEADER):
        return True
    conversations = await ctx.tx.conversations.of_customer(customer_id)
    if not conversations:
        return True
    for conversation in conversations:
        if await sees_conversation(ctx, conversation):
            return True
    return False
