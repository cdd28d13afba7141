"""The store of one process: transactions by tenant, and what stands beside commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.store.control import Control
from backend.store.credentials import Attempts, Credentials
from backend.store.cursors import Cursors
from backend.store.engine import Database, DatabaseSettings
from backend.store.files import Files
from backend.store.jobs import Jobs
from backend.store.leases import Leases, PresenceLeases
from backend.store.link import Link
from backend.store.paused import PausedJobs
from backend.store.raw import RawInbox
from backend.store.resets import Resets
from backend.store.secrets import Secrets
from backend.store.sessions import Sessions
from backend.store.unit_of_work import Reading, UnitOfWork
from backend.store.visitors import Visitors
from backend.tasks import Tasks
from omnix_protocol.ids import TenantId


class Store:
    """Made and closed in one event loop. The schema must be there: `migrations.migrate` makes it."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.database = Database(settings)
        self._tasks = Tasks("store")
        self.control = Control(self.database)
        self.jobs = Jobs(self.database)
        self.paused = PausedJobs(self.database)
        self.raw = RawInbox(self.database, self._tasks)
        self.sessions = Sessions(self.database)
        self.credentials = Credentials(self.database)
        self.attempts = Attempts(self.database)
        self.resets = Resets(self.database)
        self.presence = PresenceLeases(self.database)
        self.leases = Leases(self.database)
        self.cursors = Cursors(self.database)
        self.secrets = Secrets(self.database)
        self.files = Files(self.database)
        self.visitors = Visitors(self.database)

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        """Read and write: commits when the block ends. Raises Conflict on a lost race, Unavailable without database."""
        async with self.database.writing(tenant_id) as transaction:
            yield UnitOfWork(Link(transaction, tenant_id, sqlite=self.database.is_sqlite, writable=True))

    @asynccontextmanager
    async def read(self, tenant_id: TenantId) -> AsyncIterator[Reading]:
        """Read only, all of one moment. Raises Unavailable without database."""
        async with self.database.reading(tenant_id) as transaction:
            yield Reading(Link(transaction, tenant_id, sqlite=self.database.is_sqlite, writable=False))

    async def close(self) -> None:
        await self._tasks.close()
        await self.database.close()
