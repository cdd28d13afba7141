"""Jobs of accounts that are paused: set aside where nobody claims them, and taken up again in their old order."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, literal_column, select, update

from backend.store.engine import Database
from backend.store.jobs import DUE, Job
from backend.store.prepared import Prepared, many
from backend.store.tables.control import jobs
from omnix_protocol.ids import ChannelAccountId, TenantId

PAUSED = "paused"
_literal_paused: ColumnElement[str] = literal_column("'paused'")  # the partial index asks for it
Account = tuple[TenantId, ChannelAccountId]


class PausedJobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_aside(self, waiting: Sequence[tuple[Job, ChannelAccountId]]) -> None:
        """Claimed ones, until their account works again; those whose claim was lost stay as they are."""
        rows = [{"job": job.id, "claim": job.fence, "account": account} for job, account in waiting]
        async with self._database.writing(None) as connection:
            await connection.run(lambda driver: many(driver, _ASIDE, rows))

    async def accounts(self) -> set[Account]:
        """Of which something waits."""
        async with self._database.reading(None) as connection:
            return {(TenantId(row[0]), ChannelAccountId(row[1])) for row in await connection.fetch(_ACCOUNTS, {})}

    async def take_up(self, tenant_id: TenantId, account_id: ChannelAccountId) -> int:
        """All that waits for this account is due, in the order in which it came; how many."""
        mine = jobs.c.tenant_id == tenant_id, jobs.c.key == account_id, jobs.c.state == _literal_paused
        again = update(jobs).where(*mine).values(state=DUE, key=None, run_at=jobs.c.made_at, attempts=0)
        async with self._database.writing(None) as connection:
            return int((await connection.execute(again)).rowcount)


_ASIDE = Prepared(
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.fence == bindparam("claim"), jobs.c.state == literal_column("'due'"))
    .values(state=_literal_paused, key=bindparam("account"))
)
_ACCOUNTS = Prepared(select(jobs.c.tenant_id, jobs.c.key).where(jobs.c.state == _literal_paused).distinct())
