"""Answers to an administrator's questions about channel accounts: their traffic, and what was given up."""

from datetime import timedelta
from typing import Final

from backend.domain.base import AskContext, answers
from omnix_protocol.ids import ChannelAccountId, JobId
from omnix_protocol.messages import DeliveryState, Direction
from omnix_protocol.traffic import (
    AccountTraffic,
    ChannelTraffic,
    ChannelTrafficAnswer,
    FailedJob,
    FailedJobs,
    FailedJobsAnswer,
)

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
SENT: Final = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ})


@answers(ChannelTraffic)
async def channel_traffic(_: ChannelTraffic, ctx: AskContext) -> ChannelTrafficAnswer:
    passed = await ctx.tx.traffic.passed(ctx.now - DAY, ctx.now - HOUR)
    waiting = await ctx.tx.traffic.waiting()
    given_up = await ctx.tx.traffic.given_up_counts()
    names = {row.account_id for row in passed} | waiting.keys() | given_up.keys()
    rows = []
    for name in sorted(names - {""}):
        mine = [row for row in passed if row.account_id == name]
        came = [row for row in mine if row.direction == Direction.IN]
        went = [row for row in mine if row.direction == Direction.OUT]
        sent = [row for row in went if row.state in SENT]
        rows.append(
            AccountTraffic(
                channel_account_id=ChannelAccountId(name),
                received_hour=sum(row.hour for row in came),
                received_day=sum(row.day for row in came),
                sent_hour=sum(row.hour for row in sent),
                sent_day=sum(row.day for row in sent),
                failed_day=sum(row.day for row in went if row.state == DeliveryState.FAILED),
                uncertain_day=sum(row.day for row in went if row.state == DeliveryState.UNCERTAIN),
                waiting=waiting[name],
                given_up=given_up[name],
                last_received_at=max((row.last_at for row in came), default=None),
            )
        )
    return ChannelTrafficAnswer(accounts=tuple(rows), at=ctx.now, elsewhere=given_up[""])


@answers(FailedJobs)
async def failed_jobs(query: FailedJobs, ctx: AskContext) -> FailedJobsAnswer:
    found = await ctx.tx.traffic.given_up(query.channel_account_id, query.before_id, query.limit + 1)
    shown = found[: query.limit]
    known = await ctx.tx.traffic.known_of([row.raw_id for row in shown if row.raw_id])
    rows = tuple(
        FailedJob(
            job_id=JobId(row.job_id),
            kind=row.kind,
            channel_account_id=ChannelAccountId(row.account_id) if row.account_id else None,
            at=row.at,
            why=row.why,
            attempts=row.attempts,
            size=known.get(row.raw_id, (0, ""))[0],
            known=known.get(row.raw_id, (0, ""))[1],
        )
        for row in shown
    )
    return FailedJobsAnswer(rows=rows, more=len(found) > query.limit)
