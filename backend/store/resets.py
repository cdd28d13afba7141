"""Codes for forgotten passwords, as hashes. Who has no account has a row too, so that nothing tells them apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import delete, insert, update

from backend.store.changes import NewJob
from backend.store.engine import Database
from backend.store.jobs import job_row
from backend.store.tables.base import database_now, upsert
from backend.store.tables.control import jobs, reset_codes
from omnix_protocol.ids import TenantId


@dataclass(frozen=True, slots=True)
class CodeTry:
    """What one try is held against; no hash where no code was mailed."""

    request_id: str
    hash: str


class Resets:
    """Keys are digests that the door makes of an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, tenant_id: TenantId, key: str, request_id: str, expires_at: datetime, mail: tuple[str, Mapping[str, str]]
    ) -> None:
        """A new request, and the job (kind, payload) that answers it. Whatever code there was is void from now on."""
        kind, payload = mail
        fresh = {"request_id": request_id, "hash": "", "tries": 0, "expires_at": expires_at}
        statement = upsert(reset_codes, self._database.is_sqlite).values(key=key, **fresh)
        job = job_row(tenant_id, NewJob(kind, msgspec.json.encode(payload)))
        async with self._database.writing(None) as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))
            await connection.execute(insert(jobs).values(**job, run_at=database_now(), made_at=database_now()))

    async def issue(self, key: str, request_id: str, code_hash: str, expires_at: datetime) -> bool:
        """The code that is about to be mailed. False where a newer request has come, or this one was used."""
        r = reset_codes.c
        mine = update(reset_codes).where(r.key == key, r.request_id == request_id)
        async with self._database.writing(None) as connection:
            done = await connection.execute(mine.values(hash=code_hash, expires_at=expires_at))
        return bool(done.rowcount)

    async def try_once(self, key: str, most: int, now: datetime) -> CodeTry | None:
        """Count one try; None where there is nothing to try, or no try left."""
        r = reset_codes.c
        one_more = update(reset_codes).where(r.key == key, r.tries < most, r.expires_at > now)
        async with self._database.writing(None) as connection:
            done = await connection.execute(one_more.values(tries=r.tries + 1).returning(r.request_id, r.hash))
            row = done.first()
        return None if row is None else CodeTry(row.request_id, row.hash)

    async def use_up(self, key: str, tried: CodeTry) -> bool:
        """One caller gets True for a code; nobody gets it again."""
        r = reset_codes.c
        mine = delete(reset_codes).where(r.key == key, r.request_id == tried.request_id, r.hash == tried.hash)
        async with self._database.writing(None) as connection:
            done = await connection.execute(mine)
        return bool(done.rowcount)

    async def forget(self, before: datetime) -> None:
        """What ran out is of no use to anybody."""
        async with self._database.writing(None) as connection:
            await connection.execute(delete(reset_codes).where(reset_codes.c.expires_at < before))
