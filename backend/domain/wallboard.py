"""The wallboard: its figures put together from aggregates, its one state, and the lists behind its numbers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from backend.domain.base import AskContext, Context, answers, changed, handles, refused
from backend.store.reads.reports import AgentFigures, ChannelFigures
from omnix_protocol import rules, scopes
from omnix_protocol.bots import BOT
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import BoardId, ChannelAccountId, UserId
from omnix_protocol.people import AuxCode, Presence, PresenceState, Role, Tenant, User
from omnix_protocol.reports import (
    Board,
    BoardAgent,
    BoardChannel,
    BoardHour,
    BoardList,
    BoardListAnswer,
    BoardNow,
    ProjectBoard,
)


def day_start(tenant: Tenant, now: datetime) -> datetime:
    """The tenant's last midnight."""
    try:
        zone = ZoneInfo(tenant.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@answers(BoardNow)
async def board_now(query: BoardNow, ctx: AskContext) -> Board:  # noqa: ARG001  # it has no arguments
    tenant = await ctx.tenant()
    start = day_start(tenant, ctx.now)
    accounts = [account for account in await ctx.tx.all(ChannelAccount) if account.active and account.kind != BOT]
    per_account = await ctx.tx.reports.channel_figures(start)
    day = await ctx.tx.reports.day_figures(start, tenant.rules.reply_due_seconds)
    channels = _channels(accounts, per_account)
    oldest = min((row for row in channels if row.oldest_at), key=lambda row: row.oldest_at or ctx.now, default=None)
    shown = await ctx.tx.get(Board, ctx.tenant_id)
    return Board(
        id=ctx.tenant_id,
        version=shown.version if shown else 0,
        at=ctx.now,
        waiting=sum(row.waiting for row in channels),
        oldest_at=oldest.oldest_at if oldest else None,
        oldest_channel=oldest.name if oldest else "",
        handling=sum(row.handling for row in channels),
        handled_today=day.handled,
        abandoned_today=day.abandoned,
        replied_in_time=day.replied_in_time,
        replied=day.replied,
        channels=channels,
        agents=await _agents(ctx, tenant, start),
        hours=tuple(
            BoardHour(hour=hour, received=received, handled=handled)
            for hour, (received, handled) in sorted((await ctx.tx.reports.hours(start)).items())
        ),
    )


def _channels(accounts: list[ChannelAccount], figures: dict[str, ChannelFigures]) -> tuple[BoardChannel, ...]:
    nothing = ChannelFigures()
    return tuple(
        BoardChannel(
            channel_account_id=ChannelAccountId(account.id),
            kind=account.kind,
            name=account.name,
            waiting=figures.get(account.id, nothing).waiting,
            oldest_at=figures.get(account.id, nothing).oldest_at,
            handling=figures.get(account.id, nothing).handling,
            handled_today=figures.get(account.id, nothing).handled_today,
        )
        for account in sorted(accounts, key=lambda account: account.name)
    )


async def _agents(ctx: AskContext, tenant: Tenant, start: datetime) -> tuple[BoardAgent, ...]:
    """Everybody who is there, holds something, or ended something today."""
    figures = await ctx.tx.reports.agent_figures(start)
    presences = {presence.id: presence for presence in await ctx.tx.people.present()}
    missing = [UserId(user_id) for user_id in figures if user_id not in presences]
    presences |= await ctx.tx.people.presences(missing)
    users = await ctx.tx.get_many(User, presences)
    aux = {code.id: code.name for code in await ctx.tx.all(AuxCode)}
    rows = [
        _agent(users[user_id], presence, figures.get(user_id, AgentFigures()), aux, tenant)
        for user_id, presence in presences.items()
        if user_id in users and (users[user_id].role.rank <= Role.TEAM_LEADER.rank or user_id in figures)
    ]
    return tuple(sorted(rows, key=lambda row: (row.state is PresenceState.OFFLINE, row.name, row.user_id)))


def _agent(user: User, presence: Presence, figures: AgentFigures, aux: dict[str, str], tenant: Tenant) -> BoardAgent:
    away = presence.aux_code_id if presence.state is PresenceState.AUX else None
    return BoardAgent(
        user_id=UserId(user.id),
        name=user.name,
        state=presence.state,
        aux_name=aux.get(away, "") if away else "",
        since=presence.since,
        load=presence.load,
        limit=rules.pick_up_limit(tenant.rules, user),
        handled_today=figures.handled_today,
        first_reply_seconds=figures.first_reply_seconds,
    )


@handles(ProjectBoard)
async def project_board(command: ProjectBoard, ctx: Context) -> Refused | None:
    if command.board.id != ctx.tenant_id:
        return refused(Reason.NOT_ENTITLED)
    shown = await ctx.tx.lock(Board, ctx.tenant_id)
    if shown is None:
        ctx.put(msgspec.structs.replace(command.board, version=1), scopes.board(BoardId(ctx.tenant_id)))
    elif msgspec.structs.replace(command.board, version=shown.version, at=shown.at) != shown:
        ctx.put(changed(msgspec.structs.replace(command.board, version=shown.version)))
    return None


@answers(BoardList)
async def board_list(query: BoardList, ctx: AskContext) -> BoardListAnswer:
    start = day_start(await ctx.tenant(), ctx.now)
    rows = await ctx.tx.reports.behind(query.figure, start, query.channel_account_id, query.user_id, query.limit + 1)
    return BoardListAnswer(rows=tuple(rows[: query.limit]), more=len(rows) > query.limit)
