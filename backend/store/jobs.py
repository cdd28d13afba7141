"""Jobs are rows: claimed with a lease and a fencing token, by the database's clock.

A claim moves `run_at` to the end of the lease, so a job of a process that died becomes due again by itself, and
raises `fence`, so that whoever claimed it before can no longer say anything about it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, insert, literal_column, select, text, type_coerce, update
from sqlalchemy.types import BigInteger

from backend.store.changes import NewJob
from backend.store.engine import Database
from backend.store.link import Link
from backend.store.prepared import Prepared, many
from backend.store.tables.base import Instant, database_now
from backend.store.tables.control import jobs
from backend.store.transaction import Transaction
from omnix_protocol.ids import TenantId, new_id

DUE = "due"
_literal_due: ColumnElement[str] = literal_column("'due'")  # the partial index asks for it
FAILED = "failed"
UNFINISHED_MAX = 5_000
ASKING = "asking"
"""Noted on a job while its provider is asked: found there later, nobody knows what the provider did."""
EARLY = "A receipt came before its message was known."
"""Noted on a job that only waits for such a message: what came later does not wait for it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job; `fence` says whose claim it is, `attempts` counts this one."""

    id: str
    tenant_id: TenantId
    kind: str
    key: str | None
    payload: bytes
    attempts: int
    fence: int
    last_error: str  # what was noted on it last, by whoever had it before


@dataclass(frozen=True, slots=True)
class FailedJob:
    id: str
    tenant_id: TenantId
    kind: str
    payload: bytes
    attempts: int
    last_error: str
    made_at: datetime


def job_row(tenant_id: str, job: NewJob) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "kind": job.kind,
        "key": job.key,
        "payload": job.payload,
        "attempts": 0,
        "state": DUE,
        "fence": 0,
        "last_error": "",
    }


async def add_jobs(link: Link, new: Iterable[NewJob]) -> None:
    """In the transaction of what they follow from."""
    for job in new:
        row = job_row(link.tenant_id, job)
        at = database_now() if job.run_at is None else bindparam("at", job.run_at, Instant())
        if job.key is not None and await _replaced(link.transaction, row, at):
            continue
        await link.transaction.execute(insert(jobs).values(**row, run_at=at, made_at=database_now()))


async def _replaced(connection: Transaction, row: dict[str, Any], at: Any) -> bool:
    same = update(jobs).where(
        jobs.c.tenant_id == row["tenant_id"], jobs.c.kind == row["kind"], jobs.c.key == row["key"], jobs.c.state == DUE
    )
    # the fence rises: a claim of the replaced job is over
    done = await connection.execute(
        same.values(payload=row["payload"], run_at=at, attempts=0, fence=jobs.c.fence + 1, last_error="")
    )
    return bool(done.rowcount)


class Jobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, kinds: Collection[str], limit: int, lease: timedelta) -> list[Job]:
        """Due jobs of any tenant, longest due first; nobody else gets them until the lease has passed."""
        wanted = {
            "kinds": msgspec.json.encode(sorted(kinds)).decode(),
            "most": limit,
            "lease": lease // timedelta(microseconds=1),
        }
        async with self._database.writing(None) as connection:
            rows = await connection.fetch(_CLAIM, wanted)
        return sorted((_job(row) for row in rows), key=lambda job: job.id)

    async def done(self, job: Job) -> bool:
        """False where the claim was lost meanwhile: somebody else has the job."""
        return await self._end(job, jobs.delete())

    async def retry(self, job: Job, at: datetime, error: str, *, tried: bool = True) -> bool:
        """Again, at that time; this claim counts as one of its attempts if it was `tried`."""
        attempts = jobs.c.attempts - (0 if tried else 1)
        return await self._end(job, update(jobs).values(run_at=at, last_error=error[:500], attempts=attempts))

    async def fail(self, job: Job, error: str) -> bool:
        """Given up; it stays to be seen, and to be run again by hand."""
        return await self._end(job, update(jobs).values(state=FAILED, last_error=error[:500]))

    async def note(self, job: Job, words: str) -> bool:
        """Write on the job what is about to happen, so that whoever finds it after a crash knows; False: it is lost."""
        return await self._end(job, update(jobs).values(last_error=words[:500]))

    async def done_together(self, ended: Sequence[Job]) -> None:
        """The same as done() for each, in one transaction."""
        mine = [{"ended": job.id, "claim": job.fence} for job in sorted(ended, key=lambda job: job.id)]
        async with self._database.writing(None) as connection:
            await connection.run(lambda driver: many(driver, _DONE, mine))

    async def unfinished(self, kind: str, before_id: str) -> list[tuple[str, bytes]]:
        """Ids and payloads of jobs made before this one that nobody has ended, whoever has claimed them."""
        async with self._database.reading(None) as connection:
            rows = await connection.fetch(_UNFINISHED, {"kind": kind, "before": before_id})
        return [(row[0], bytes(row[1])) for row in rows]

    async def free(self) -> int:
        """Where no other process is: what a process that died had claimed is due at once, in its old order."""
        claimed = jobs.c.state == DUE, jobs.c.attempts > 0, jobs.c.run_at > database_now()
        unanswered = jobs.c.last_error.in_(("", ASKING))
        async with self._database.writing(None) as connection:
            done = await connection.execute(update(jobs).where(*claimed, unanswered).values(run_at=jobs.c.made_at))
        return int(done.rowcount)

    async def extend(self, job: Job, lease: timedelta) -> bool:
        """Still at it."""
        until = type_coerce(database_now(), BigInteger) + lease // timedelta(microseconds=1)
        return await self._end(job, update(jobs).values(run_at=until))

    async def failed(self, tenant_id: TenantId | None = None, limit: int = 100) -> Sequence[FailedJob]:
        j = jobs.c
        statement = select(j.id, j.tenant_id, j.kind, j.payload, j.attempts, j.last_error, j.made_at)
        statement = statement.where(j.state == FAILED).order_by(j.made_at.desc()).limit(limit)
        if tenant_id is not None:
            statement = statement.where(j.tenant_id == tenant_id)
        async with self._database.reading(None) as connection:
            return [FailedJob(*row) for row in await connection.execute(statement)]

    async def given_up(self, tenant_id: TenantId, most: int) -> int:
        """How many of a tenant's failed, counted up to `most`."""
        failed = select(jobs.c.id).where(jobs.c.tenant_id == tenant_id, jobs.c.state == FAILED).limit(most)
        async with self._database.reading(None) as connection:
            found = await connection.execute(select(func.count()).select_from(failed.subquery()))
        return int(found.scalar() or 0)

    async def run_again(self, job_id: str, tenant_id: TenantId | None = None) -> bool:
        """A failed one, by hand; with a tenant, only if it is that one's."""
        again = update(jobs).where(jobs.c.id == job_id, jobs.c.state == FAILED)
        if tenant_id is not None:
            again = again.where(jobs.c.tenant_id == tenant_id)
        async with self._database.writing(None) as connection:
            # without its key: another of the same key may be due meanwhile, or have failed too
            done = await connection.execute(again.values(state=DUE, key=None, run_at=database_now(), attempts=0))
        return bool(done.rowcount)

    async def counts(self) -> dict[tuple[str, str], int]:
        """(kind, state) -> how many: for metrics and doctor."""
        statement = select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state)
        async with self._database.reading(None) as connection:
            return {(row[0], row[1]): row[2] for row in await connection.execute(statement)}

    async def next_due(self, kinds: Collection[str]) -> datetime | None:
        """When the earliest unclaimed job of these kinds is due: how long a loop may sleep."""
        j = jobs.c
        statement = select(j.run_at).where(j.state == _literal_due, j.kind.in_(sorted(kinds))).order_by(j.run_at)
        async with self._database.reading(None) as connection:
            at: datetime | None = (await connection.execute(statement.limit(1))).scalar()
        return at

    async def _end(self, job: Job, statement: Any) -> bool:
        mine = jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.state == DUE
        async with self._database.writing(None) as connection:
            done = await connection.execute(statement.where(*mine))
        return bool(done.rowcount)


def _job(row: Sequence[Any]) -> Job:
    job_id, tenant_id, kind, key, payload, attempts, fence, last_error = row
    return Job(job_id, TenantId(tenant_id), kind, key, bytes(payload), attempts, fence, last_error)


def _claim(kinds: str, *, skip_locked: bool) -> Any:
    j = jobs.c
    due = (
        select(j.id)
        .where(j.state == _literal_due, text(f"jobs.kind {kinds}"), j.run_at <= database_now())
        .order_by(j.run_at, j.id)
        .limit(bindparam("most", type_=BigInteger()))
    )
    if skip_locked:
        due = due.with_for_update(skip_locked=True)
    until = type_coerce(database_now(), BigInteger) + bindparam("lease", type_=BigInteger())
    return (
        update(jobs)
        .where(j.id.in_(due.scalar_subquery()))
        .values(run_at=until, attempts=j.attempts + 1, fence=j.fence + 1)
        .returning(j.id, j.tenant_id, j.kind, j.key, j.payload, j.attempts, j.fence, j.last_error)
    )


_CLAIM = Prepared(
    _claim("IN (SELECT value FROM json_each(:kinds))", skip_locked=False),
    _claim("= ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:kinds AS text) AS json))))", skip_locked=True),
)
_DONE = Prepared(
    jobs.delete().where(
        jobs.c.id == bindparam("ended"), jobs.c.fence == bindparam("claim"), jobs.c.state == _literal_due
    )
)
_UNFINISHED = Prepared(
    select(jobs.c.id, jobs.c.payload)
    .where(
        jobs.c.state == _literal_due,
        jobs.c.kind == bindparam("kind"),
        jobs.c.id < bindparam("before"),
        jobs.c.last_error != EARLY,
    )
    .limit(UNFINISHED_MAX)
)
