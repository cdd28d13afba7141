"""The wallboard's figures and the lists behind them: aggregates in SQL over what is alive and over one day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, select, text, type_coerce

from backend.store.link import Link
from backend.store.tables.base import to_micros
from backend.store.tables.channels import queues
from backend.store.tables.conversations import interactions
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import ChannelAccountId, UserId
from omnix_protocol.reports import BoardFigure

_HOUR = 3_600_000_000
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    waiting: int = 0
    oldest_at: datetime | None = None
    handling: int = 0
    handled_today: int = 0


@dataclass(frozen=True, slots=True)
class AgentFigures:
    load: int = 0
    handled_today: int = 0
    first_reply_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """`replied` had a first reply, `replied_in_time` within the tenant's rule; of those that ended today."""

    handled: int = 0
    abandoned: int = 0
    replied: int = 0
    replied_in_time: int = 0


def _micros(column: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


_t = interactions.c
_CALLED_NOBODY = and_(_t.ended_at.is_not(None), _t.ended_at == _t.created_at, _t.owner_id.is_(None), ~_t.abandoned)
"""There to be read only (a bounce, an automatic answer): nobody handled it."""
_HANDLED = and_(~_t.abandoned, ~_CALLED_NOBODY)
_REPLIED = and_(_t.first_reply_at.is_not(None), _t.first_reply_at != _t.created_at)
"""Not what we began ourselves: there nobody waited."""


class ReportReads:
    def __init__(self, link: Link) -> None:
        self._link = link

    def _mine(self, *columns: Any) -> Select[Any]:
        return select(*columns).where(interactions.c.tenant_id == self._link.tenant_id)

    async def channel_figures(self, day_start: datetime) -> dict[str, ChannelFigures]:
        """By channel account."""
        t = interactions.c
        account = t.channel_account_id
        # the queues count for themselves: looking at all that wait would cost more the more wait
        q = queues.c
        waiting = select(q.channel_account_id, func.sum(q.waiting), func.min(q.oldest_at)).where(
            q.tenant_id == self._link.tenant_id, q.waiting > 0
        )
        held = self._mine(account, func.count()).where(t.holder_id.is_not(None))
        ended = self._mine(account, func.count()).where(t.ended_at >= day_start, _HANDLED)
        lines = {row[0]: (row[1], row[2]) for row in await self._link.rows(waiting.group_by(q.channel_account_id))}
        handling = {row[0]: row[1] for row in await self._link.rows(held.group_by(account))}
        handled = {row[0]: row[1] for row in await self._link.rows(ended.group_by(account))}
        return {
            key: ChannelFigures(*lines.get(key, (0, None)), handling.get(key, 0), handled.get(key, 0))
            for key in lines.keys() | handling.keys() | handled.keys()
        }

    async def agent_figures(self, day_start: datetime) -> dict[str, AgentFigures]:
        """By user: those who hold something, or ended something today."""
        t = interactions.c
        held = self._mine(t.holder_id, func.count()).where(t.holder_id.is_not(None)).group_by(t.holder_id)
        wait = func.avg((_micros(t.first_reply_at) - _micros(t.picked_up_at)) // _SECOND).filter(_REPLIED)
        ended = self._mine(t.owner_id, func.count(), wait).where(t.ended_at >= day_start, t.owner_id.is_not(None))
        loads = {row[0]: row[1] for row in await self._link.rows(held)}
        days = {row[0]: (row[1], row[2]) for row in await self._link.rows(ended.group_by(t.owner_id))}
        return {
            key: AgentFigures(
                loads.get(key, 0),
                days[key][0] if key in days else 0,
                round(days[key][1]) if key in days and days[key][1] is not None else None,
            )
            for key in loads.keys() | days.keys()
        }

    async def day_figures(self, day_start: datetime, reply_due_seconds: int) -> DayFigures:
        t = interactions.c
        in_time = _micros(t.first_reply_at) - _micros(t.created_at) <= reply_due_seconds * _SECOND
        statement = self._mine(
            func.count().filter(_HANDLED),
            func.count().filter(t.abandoned),
            func.count().filter(_REPLIED),
            func.count().filter(and_(_REPLIED, in_time)),
        ).where(t.ended_at >= day_start)
        return DayFigures(*(await self._link.rows(statement))[0])

    async def hours(self, day_start: datetime) -> dict[int, tuple[int, int]]:
        """Hour of the day that began at `day_start` -> interactions received, interactions ended."""
        t = interactions.c
        received = await self._by_hour(t.created_at, day_start)
        ended = await self._by_hour(t.ended_at, day_start)
        return {hour: (received.get(hour, 0), ended.get(hour, 0)) for hour in sorted(received.keys() | ended.keys())}

    async def _by_hour(self, column: ColumnElement[Any], day_start: datetime) -> dict[int, int]:
        hour = ((_micros(column) - to_micros(day_start)) // _HOUR).label("hour")
        statement = self._mine(hour, func.count()).where(column >= day_start, ~_CALLED_NOBODY).group_by(text("1"))
        return {int(row[0]): row[1] for row in await self._link.rows(statement)}

    async def behind(
        self,
        figure: BoardFigure,
        day_start: datetime,
        account_id: ChannelAccountId | None = None,
        user_id: UserId | None = None,
        limit: int = 200,
    ) -> list[Interaction]:
        """The list behind a number of the wallboard, oldest first."""
        t = interactions.c
        if figure is BoardFigure.WAITING:
            return await self._waiting(account_id, user_id, limit)
        wanted = {
            BoardFigure.HANDLING: (t.holder_id.is_not(None), t.picked_up_at, t.holder_id),
            BoardFigure.HANDLED_TODAY: (and_(t.ended_at >= day_start, _HANDLED), t.ended_at, t.owner_id),
            BoardFigure.ABANDONED: (and_(t.ended_at >= day_start, t.abandoned), t.ended_at, t.owner_id),
        }
        condition, order, person = wanted[figure]
        statement = self._link.select(Interaction).where(condition)
        if account_id is not None:
            statement = statement.where(t.channel_account_id == account_id)
        if user_id is not None:
            statement = statement.where(person == user_id)
        return await self._link.entities(Interaction, statement.order_by(order, t.id).limit(limit))

    async def _waiting(
        self, account_id: ChannelAccountId | None, user_id: UserId | None, limit: int
    ) -> list[Interaction]:
        # queue by queue, each along its index: sorting all that wait would cost more the more wait
        t, q = interactions.c, queues.c
        lines = select(q.id).where(q.tenant_id == self._link.tenant_id, q.waiting > 0)
        if account_id is not None:
            lines = lines.where(q.channel_account_id == account_id)
        found: list[Interaction] = []
        for row in await self._link.rows(lines):
            line = self._link.select(Interaction).where(t.queue_id == row.id, t.waiting_at.is_not(None))
            if user_id is not None:
                line = line.where(t.reserved_for == user_id)
            oldest = line.order_by(t.waiting_at, t.id).limit(limit)
            found += await self._link.entities(Interaction, oldest)
        return sorted(found, key=lambda interaction: (interaction.queued_at, interaction.id))[:limit]
