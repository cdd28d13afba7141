"""What providers sent, as sent: on disk before anybody is told that it was received.

Rows that arrive within a few milliseconds share one commit; each caller waits for the disk, none for another's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, Table, bindparam, insert, select, text, type_coerce

from backend.store.changes import NewJob
from backend.store.engine import Database
from backend.store.jobs import job_row
from backend.store.prepared import Prepared, many
from backend.store.tables.base import database_now, from_micros
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

    @property
    def path(self) -> str:
        """Of the webhook, behind the server's own address."""
        return f"/hooks/{self.kind}/{self.route}"


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
        wanted = {"tenant": tenant_id, "ids": msgspec.json.encode(raw_ids).decode()}
        async with self._database.reading(tenant_id) as connection:
            return {row[0]: _message(row) for row in await connection.fetch(_BY_IDS, wanted)}

    async def page(
        self, tenant_id: TenantId, since: datetime, after_id: str = "", limit: int = 100
    ) -> list[RawMessage]:
        """What came since a moment, for a replay."""
        r = raw_inbox.c
        wanted = r.tenant_id == tenant_id, r.received_at >= since, r.id > after_id
        async with self._database.reading(tenant_id) as connection:
            found = await connection.execute(_FOUND.where(*wanted).order_by(r.id).limit(limit))
        return [_message(row) for row in found]

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
    def write(driver: Connection) -> None:
        many(driver, _RAW, [waiting.row for waiting in group])
        many(driver, _JOB, [waiting.job for waiting in group])

    await connection.run(write)


def _message(row: Sequence[Any]) -> RawMessage:
    raw_id, account_id, kind, received_at, headers, body = row
    at = from_micros(received_at)
    return RawMessage(raw_id, account_id, kind, at, msgspec.json.decode(headers, type=dict[str, str]), bytes(body))


def _stamped(table: Table, *stamps: str) -> Prepared:
    """An insert whose `stamps` are the database's own time."""
    given = {column.name: bindparam(column.name, type_=column.type) for column in table.c if column.name not in stamps}
    return Prepared(insert(table).values({**given, **dict.fromkeys(stamps, database_now())}))


_RAW = _stamped(raw_inbox, "received_at")
_JOB = _stamped(jobs, "run_at", "made_at")
_FOUND = select(
    raw_inbox.c.id,
    raw_inbox.c.channel_account_id,
    raw_inbox.c.kind,
    type_coerce(raw_inbox.c.received_at, BigInteger),
    raw_inbox.c.headers,
    raw_inbox.c.body,
)
_MINE = _FOUND.where(raw_inbox.c.tenant_id == bindparam("tenant"))
_BY_IDS = Prepared(
    _MINE.where(raw_inbox.c.id.in_(text("SELECT value FROM json_each(:ids)"))),
    _MINE.where(
        raw_inbox.c.id == text("ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:ids AS text) AS json))))")
    ),
)
