"""One transaction of one tenant: what handlers read and lock, and what the runner saves."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Connection, text

from backend.store import saving
from backend.store.ahead import Ahead
from backend.store.audit import Audit
from backend.store.changes import Change, CommitMeta, NewCommit, NewJob, Saved
from backend.store.commands import Commands
from backend.store.jobs import add_jobs
from backend.store.journal import Journal
from backend.store.link import Link
from backend.store.prepared import Prepared
from backend.store.reads.catalogue import CatalogueReads
from backend.store.reads.channels import ChannelReads
from backend.store.reads.conversations import ConversationReads
from backend.store.reads.customers import CustomerReads
from backend.store.reads.files import FileReads
from backend.store.reads.messages import MessageReads
from backend.store.reads.people import PeopleReads
from backend.store.reads.reports import ReportReads
from backend.store.reads.traffic import TrafficReads
from backend.store.reads.work import WorkReads
from backend.store.snapshots import Snapshots
from backend.store.writer import Writer
from omnix_protocol.base import Entity
from omnix_protocol.ids import TenantId

__all__ = ["CommitMeta", "NewCommit", "NewJob", "Reading", "Saved", "UnitOfWork"]

E = TypeVar("E", bound=Entity)


class Reading:
    """Reads of one tenant, all of one moment."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def tenant_id(self) -> TenantId:
        return self._link.tenant_id

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return await self._link.get(kind, entity_id)

    async def get_many(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """By id; ids that are not there are left out."""
        return await self._link.get_many(kind, ids)

    async def all(self, kind: type[E]) -> list[E]:
        """Every entity of a catalogue's kind; never of a kind that grows with the work."""
        return await self._link.entities(kind, self._link.select(kind))

    @cached_property
    def journal(self) -> Journal:
        return Journal(self._link)

    @cached_property
    def snapshots(self) -> Snapshots:
        return Snapshots(self._link)

    @cached_property
    def conversations(self) -> ConversationReads:
        return ConversationReads(self._link)

    @cached_property
    def messages(self) -> MessageReads:
        return MessageReads(self._link)

    @cached_property
    def customers(self) -> CustomerReads:
        return CustomerReads(self._link)

    @cached_property
    def files(self) -> FileReads:
        return FileReads(self._link)

    @cached_property
    def people(self) -> PeopleReads:
        return PeopleReads(self._link)

    @cached_property
    def channels(self) -> ChannelReads:
        return ChannelReads(self._link)

    @cached_property
    def work(self) -> WorkReads:
        return WorkReads(self._link)

    @cached_property
    def catalogue(self) -> CatalogueReads:
        return CatalogueReads(self._link)

    @cached_property
    def reports(self) -> ReportReads:
        return ReportReads(self._link)

    @cached_property
    def traffic(self) -> TrafficReads:
        return TrafficReads(self._link)


class UnitOfWork(Reading):
    """A read-write transaction: commits when its block ends, rolls back when an exception leaves it."""

    async def lock(self, kind: type[E], entity_id: str) -> E | None:
        """The entity, which nobody else changes until this transaction ends."""
        return await self._link.get(kind, entity_id, locked=True)

    async def next_number(self, counter: str) -> int:
        """The next of the tenant's own numbers: customer, interaction, case, ticket."""
        return int((await self._link.fetch(_NEXT, {"name": counter}))[0][0])

    @cached_property
    def audit(self) -> Audit:
        return Audit(self._link)

    @cached_property
    def commands(self) -> Commands:
        return Commands(self._link)

    def ahead(self) -> Ahead:
        """For several commands in this transaction: what is read and locked for all of them at once."""
        return Ahead(self._link)

    def after(self, ahead: Ahead) -> "UnitOfWork":
        """One of those commands' view of this transaction: what was read ahead, and nothing else."""
        return UnitOfWork(ahead.link)

    async def save(self, meta: CommitMeta, changes: Sequence[Change], jobs: Sequence[NewJob] = ()) -> Saved:
        """Write all of it as one commit; the last thing before the block ends. Raises Conflict on a lost race."""
        return (await self.save_all([NewCommit(meta, changes, jobs)]))[0]

    async def save_all(self, commits: Sequence[NewCommit]) -> list[Saved]:
        """The same for several commands, each its own commit, in this order; no entity stands in two of them."""
        if jobs := [job for commit in commits for job in commit.jobs]:
            await add_jobs(self._link, jobs)

        def write(connection: Connection) -> list[Saved]:
            return saving.save(Writer(connection, self.tenant_id, self._link.sqlite), commits)

        return await self._link.transaction.run(write)


_NEXT = Prepared(
    text(
        "INSERT INTO counters (tenant_id, name, value) VALUES (:tenant, :name, 1) "
        "ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
)
