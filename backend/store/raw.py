"""What providers sent, as sent: on disk before anybody is told that it was received.

Rows that arrive within a few milliseconds share one commit; each caller waits for the disk, none for another's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select

from backend.store.changes import NewJob
from backend.store.engine import Database
from backend.store.jobs import job_row
from backend.store.tables.base import database_now
from backend.store.tables.control import jobs
from backend.store.tables.inbox import raw_inbox
from backend.store.transaction import Transaction
from backend.tasks import Tasks
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id

GROUP_WINDOW = 0.003
GROUP_MAX = 500
INBOUND = "inbound"
"""Kind of the job that each raw row brings with it; its payload is {"raw_id": …, "account": …}."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a webhook's address leads."""

    route: str
    tenant_id: TenantId
    channel_account_id: ChannelAccountId
    kind: str


@dataclass(frozen=True, slots=True)
class RawMessage:
    id: str
    channel_account_id: ChannelAccountId
    kind: str
    received_at: datetime
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: dict[str, object]
    job: dict[str, object]
    stored: "asyncio.Future[None]"


class RawInbox:
    """Appends in groups, reads by tenant."""

    def __init__(self, database: Database, tasks: Tasks) -> None:
        self._database = database
        self._tasks = tasks
        self._group: list[_Waiting] = []
        self._writing = False

    async def append(self, route: Route, headers: dict[str, str], body: bytes) -> str:
        """The id, once the row and its inbound job are on disk; raises where they could not be stored."""
        raw_id = new_id()
        row: dict[str, object] = {
            "tenant_id": route.tenant_id,
            "id": raw_id,
            "channel_account_id": route.channel_account_id,
            "kind": route.kind,
            "headers": msgspec.json.encode(headers),
            "body": body,
        }
        payload = {"raw_id": raw_id, "account": route.channel_account_id}
        job = job_row(route.tenant_id, NewJob(INBOUND, msgspec.json.encode(payload)))
        stored = asyncio.get_running_loop().create_future()
        self._group.append(_Waiting(row, job, stored))
        if not self._writing:
            self._begin()
        await stored
        return raw_id

    async def get_many(self, tenant_id: TenantId, raw_ids: Sequence[str]) -> dict[str, RawMessage]:
        """By id, in one reading; ids that are not there are left out. A few hundred at most."""
        r = raw_inbox.c
        statement = select(r.id, r.channel_account_id, r.kind, r.received_at, r.headers, r.body).where(
            r.tenant_id == tenant_id, r.id.in_(raw_ids)
        )
        async with self._database.reading(tenant_id) as connection:
            return {row.id: _message(row) for row in await connection.execute(statement)}

    async def page(
        self, tenant_id: TenantId, since: datetime, after_id: str = "", limit: int = 100
    ) -> list[RawMessage]:
        """What came since a moment, for a replay."""
        r = raw_inbox.c
        statement = (
            select(r.id, r.channel_account_id, r.kind, r.received_at, r.headers, r.body)
            .where(r.tenant_id == tenant_id, r.received_at >= since, r.id > after_id)
            .order_by(r.id)
            .limit(limit)
        )
        async with self._database.reading(tenant_id) as connection:
            return [_message(row) for row in await connection.execute(statement)]

    async def _write(self) -> None:
        while self._group:
            await asyncio.sleep(GROUP_WINDOW)
            group, self._group = self._group[:GROUP_MAX], self._group[GROUP_MAX:]
            await self._store(group)

    def _begin(self) -> None:
        self._writing = True
        self._tasks.start(self._write(), "raw inbox").add_done_callback(self._stopped)

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        self._writing = False
        if not task.cancelled():
            if self._group:  # came between the end of the task and this call
                self._begin()
            return
        # also called for a task that was cancelled before it began: nobody is left waiting
        for waiting in self._group:
            waiting.stored.cancel()
        self._group.clear()

    async def _store(self, group: list[_Waiting]) -> None:
        try:
            async with self._database.receiving() as connection:
                await _insert(connection, group)
        except Exception as error:  # every caller of the group is told
            for waiting in group:
                if not waiting.stored.done():
                    waiting.stored.set_exception(error)
        except asyncio.CancelledError:
            for waiting in group:
                waiting.stored.cancel()
            raise
        else:
            for waiting in group:
                if not waiting.stored.done():
                    waiting.stored.set_result(None)


async def _insert(connection: Transaction, group: list[_Waiting]) -> None:
    now = (await connection.execute(select(database_now()))).scalar()
    await connection.execute(insert(raw_inbox), [waiting.row | {"received_at": now} for waiting in group])
    await connection.execute(insert(jobs), [waiting.job | {"run_at": now, "made_at": now} for waiting in group])


def _message(row: Row[*tuple[Any, ...]]) -> RawMessage:
    headers = msgspec.json.decode(row.headers, type=dict[str, str])
    return RawMessage(row.id, row.channel_account_id, row.kind, row.received_at, headers, bytes(row.body))
