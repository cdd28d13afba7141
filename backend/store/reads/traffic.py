"""Reads of what came and went by channel account, of jobs that wait, and of those that were given up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, case, func, select

from backend.store.jobs import DUE, FAILED
from backend.store.link import IN_LIST, Link
from backend.store.paused import PAUSED
from backend.store.tables.control import jobs
from backend.store.tables.conversations import conversations
from backend.store.tables.inbox import raw_inbox
from backend.store.tables.messages import messages

COUNTED_MAX: Final = 5_000
"""Due jobs are counted up to here: beyond it, somebody has more to look at than the number."""
KNOWN_CHARACTERS: Final = 400
CHANNEL_KINDS: Final = ("inbound", "send", "act", "media")


@dataclass(frozen=True, slots=True)
class Passed:
    """Messages of one account, direction and state within the day."""

    account_id: str
    direction: str
    state: str
    day: int
    hour: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A job of the tenant that was given up; the account is empty where it is none's."""

    job_id: str
    kind: str
    account_id: str
    raw_id: str
    at: datetime
    why: str
    attempts: int


class Names(msgspec.Struct):
    """What payloads of jobs name, whatever their kind."""

    raw_id: str = ""
    account: str = ""
    channel_account_id: str = ""
    message_id: str = ""


class TrafficReads:
    """Jobs stand outside row-level security: every statement on them names the tenant."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def passed(self, since: datetime, hour: datetime) -> list[Passed]:
        m, c = messages.c, conversations.c
        recent = func.sum(case((m.at >= hour, 1), else_=0))
        statement = (
            select(c.channel_account_id, m.direction, m.state, func.count(), recent, func.max(m.at))
            .join(conversations, c.id == m.conversation_id)
            .where(m.tenant_id == self._link.tenant_id, c.tenant_id == self._link.tenant_id, m.at >= since)
            .group_by(c.channel_account_id, m.direction, m.state)
        )
        return [Passed(*row) for row in await self._link.rows(statement)]

    async def waiting(self) -> Counter[str]:
        """How many jobs wait, by account."""
        due = await self._jobs(jobs.c.state == DUE, jobs.c.kind.in_(CHANNEL_KINDS), limit=COUNTED_MAX)
        found = Counter(account for account in await self._accounts(due) if account)
        paused = select(jobs.c.key, func.count()).where(self._mine, jobs.c.state == PAUSED).group_by(jobs.c.key)
        for account_id, number in await self._link.rows(paused):
            found[account_id] += number
        return found

    async def given_up_counts(self) -> Counter[str]:
        """How many were given up, by account; under the empty name those of none."""
        return Counter(await self._accounts(await self._jobs(jobs.c.state == FAILED, limit=COUNTED_MAX)))

    async def given_up(self, account_id: str | None, before_id: str | None, limit: int) -> list[GivenUp]:
        """Newest first."""
        found: list[GivenUp] = []
        while len(found) < limit:
            older = () if before_id is None else (jobs.c.id < before_id,)
            rows = await self._jobs(jobs.c.state == FAILED, *older, limit=IN_LIST)
            for row, account in zip(rows, await self._accounts(rows), strict=True):
                if account_id is None or account == account_id:
                    names = _names(row.payload)
                    found.append(
                        GivenUp(row.id, row.kind, account, names.raw_id, row.made_at, row.last_error, row.attempts)
                    )
            if len(rows) < IN_LIST:
                break
            before_id = rows[-1].id
        return found[:limit]

    async def known_of(self, raw_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Bytes and the beginning of what came in, by raw id."""
        r = raw_inbox.c
        start = func.substr(r.body, 1, 4 * KNOWN_CHARACTERS)
        statement = select(r.id, func.length(r.body), start).where(
            r.tenant_id == self._link.tenant_id, r.id.in_(raw_ids[:IN_LIST])
        )
        found = await self._link.rows(statement)
        return {row[0]: (row[1], bytes(row[2]).decode("utf-8", "replace")[:KNOWN_CHARACTERS]) for row in found}

    @property
    def _mine(self) -> ColumnElement[bool]:
        return jobs.c.tenant_id == self._link.tenant_id

    async def _jobs(self, *where: ColumnElement[bool], limit: int) -> Sequence[Any]:
        j = jobs.c
        statement = select(j.id, j.kind, j.payload, j.last_error, j.attempts, j.made_at)
        return await self._link.rows(statement.where(self._mine, *where).order_by(j.id.desc()).limit(limit))

    async def _accounts(self, rows: Iterable[Any]) -> list[str]:
        """Whose each of these jobs is: its payload says it, or names a message."""
        named = [_names(row.payload) for row in rows]
        wanted = sorted({names.message_id for names in named if names.message_id and not names.channel_account_id})
        of_message: dict[str, str] = {}
        m, c = messages.c, conversations.c
        for start in range(0, len(wanted), IN_LIST):
            statement = (
                select(m.id, c.channel_account_id)
                .join(conversations, c.id == m.conversation_id)
                .where(m.tenant_id == self._link.tenant_id, c.tenant_id == self._link.tenant_id)
                .where(m.id.in_(wanted[start : start + IN_LIST]))
            )
            of_message |= {row[0]: row[1] for row in await self._link.rows(statement)}
        return [names.account or names.channel_account_id or of_message.get(names.message_id, "") for names in named]


def _names(payload: bytes) -> Names:
    try:
        return msgspec.json.decode(payload, type=Names)
    except msgspec.MsgspecError:
        return Names()
