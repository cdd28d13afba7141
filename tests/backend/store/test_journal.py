"""What a follower gets: every commit once, each next in all its scopes, or the word that it needs a snapshot."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.store.changes import Change, CommitMeta, DropEntity, PutEntity
from backend.store.engine import DatabaseSettings
from backend.store.journal import merged, restricted
from backend.store.snapshots import AfterKey
from backend.store.store import Store
from backend.store.tables.journal import changes, commits
from omnix_protocol.customers import Customer
from omnix_protocol.ids import CommandId, CommitId, ConversationId, TenantId, new_id
from omnix_protocol.messages import Draft
from omnix_protocol.scopes import Commit, Put
from tests.support import samples
from tests.support.stores import opened

TENANT = TenantId("tenant-1")
SCOPES = ("queue:1", "agent:1", "customer:1")


async def save(store: Store, *changes: Change, tenant: TenantId = TENANT) -> dict[str, int]:
    async with store.begin(tenant) as tx:
        meta = CommitMeta(samples.NOON, "Test", CommandId(new_id()), "system")
        return (await tx.save(meta, changes)).heads


class Replica:
    """What a desktop does with commits and snapshots, in as few lines as it can be said."""

    def __init__(self) -> None:
        self.cursors: dict[str, int] = {}
        self.bodies: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.members: set[tuple[str, str, str]] = set()

    def apply(self, commit: Commit) -> None:
        for scope, seq in commit.seqs.items():
            assert seq == self.cursors[scope] + 1
            self.cursors[scope] = seq
        for change in commit.changes:
            held = {(scope, change.type, change.id) for scope in change.scopes}
            if isinstance(change, Put):
                self.put(change)
            else:
                self.members -= held

    def put(self, put: Put) -> None:
        self.members |= {(scope, put.type, put.id) for scope in put.scopes}
        key = put.type, put.id
        if key not in self.bodies or self.bodies[key][0] < put.version:
            self.bodies[key] = put.version, bytes(put.body)

    def shown(self) -> dict[tuple[str, str, str], tuple[int, bytes]]:
        return {member: self.bodies[member[1:]] for member in self.members}


async def by_changes(store: Store, scopes: tuple[str, ...], page: int, tenant: TenantId = TENANT) -> Replica:
    replica = Replica()
    replica.cursors = dict.fromkeys(scopes, 0)
    while True:
        async with store.read(tenant) as tx:
            after = await tx.journal.after(replica.cursors, limit=page)
        for commit in after.commits:
            replica.apply(commit)
        assert replica.cursors == after.due.cursors
        if not after.due.more:
            assert replica.cursors == after.due.heads
            return replica
        assert after.commits, "it gets on with every page"


async def by_snapshot(store: Store, scopes: tuple[str, ...], page: int, tenant: TenantId = TENANT) -> Replica:
    replica = Replica()
    for scope in scopes:
        key: AfterKey | None = None
        while True:
            async with store.read(tenant) as tx:
                found = await tx.snapshots.page(scope, key, page)
            for put in found.puts:
                replica.put(put)
            key = found.next_key
            if key is None:
                break
    return replica


Step = tuple[int, frozenset[str], frozenset[str]]
steps = st.lists(
    st.lists(
        st.tuples(st.integers(0, 4), st.frozensets(st.sampled_from(SCOPES)), st.frozensets(st.sampled_from(SCOPES))),
        min_size=1,
        max_size=3,
        unique_by=lambda step: step[0],
    ),
    max_size=12,
)


async def play(store: Store, story: list[list[Step]], tenant: TenantId) -> None:
    known: dict[int, Customer] = {}
    for commit in story:
        changes: list[Change] = []
        for number, entering, leaving in commit:
            old = known.get(number)
            new = samples.customer(number) if old is None else msgspec.structs.replace(old, version=old.version + 1)
            known[number] = new
            changes.append(PutEntity(new, tuple(sorted(entering - leaving))))
            if leaving:
                changes.append(DropEntity("Customer", new.id, tuple(sorted(leaving))))
        await save(store, *changes, tenant=tenant)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=steps, page=st.integers(1, 4))
def test_after_changes_and_after_snapshot_are_the_same(
    database: DatabaseSettings, tmp_path: Path, story: list[list[Step]], page: int
) -> None:
    tenant = TenantId(new_id())  # each story is another tenant's

    async def run() -> None:
        async with opened(database) as store:
            await play(store, story, tenant)
            followed = await by_changes(store, SCOPES, page, tenant)
            fresh = await by_snapshot(store, SCOPES, page, tenant)
            assert followed.shown() == fresh.shown()
            alone = await by_changes(store, SCOPES[:1], page, tenant)
            assert alone.shown() == {key: body for key, body in fresh.shown().items() if key[0] == SCOPES[0]}

    asyncio.run(run())


async def test_a_cursor_that_the_log_cannot_continue_needs_a_snapshot(store: Store) -> None:
    await save(store, PutEntity(samples.customer(), ("customer:1", "agent:1")))
    async with store.read(TENANT) as tx:
        due = await tx.journal.due({"customer:1": 5, "agent:1": 0})
    assert due.snapshot_needed == {"customer:1"}
    assert due.cursors == {"agent:1": 1}


async def test_a_follower_sees_nothing_of_scopes_that_it_does_not_follow(store: Store) -> None:
    customer, other = samples.customer(1), samples.customer(2)
    await save(store, PutEntity(customer, ("customer:1", "agent:secret")), PutEntity(other, ("agent:secret",)))
    async with store.read(TENANT) as tx:
        (commit,) = (await tx.journal.after({"customer:1": 0})).commits
    assert commit.seqs == {"customer:1": 1}
    (put,) = commit.changes
    assert (put.id, put.scopes) == (customer.id, ("customer:1",))


async def test_drafts_keep_their_latest_commit_only(store: Store) -> None:
    draft = Draft(id=new_id(), version=1, conversation_id=ConversationId("c"), mode="reply", text="1", at=samples.NOON)
    await save(store, PutEntity(draft, ("drafts:1",)))
    for version in (2, 3):
        await save(store, PutEntity(msgspec.structs.replace(draft, version=version, text=str(version))))
    async with store.read(TENANT) as tx:
        assert (await tx.journal.due({"drafts:1": 1})).snapshot_needed == {"drafts:1"}
        (commit,) = (await tx.journal.after({"drafts:1": 2})).commits
        (put,) = commit.changes
        assert isinstance(put, Put)
        assert put.version == 3
        (held,) = (await tx.snapshots.page("drafts:1")).puts
        assert held.version == 3
    async with store.database.reading(TENANT) as transaction:
        for table in (commits, changes):
            count = select(func.count()).select_from(table).where(table.c.tenant_id == TENANT)
            assert (await transaction.execute(count)).scalar() == 1, "older texts are nowhere"


async def test_what_a_snapshot_will_bring_is_not_told_beside_it(store: Store) -> None:
    draft = Draft(id=new_id(), version=1, conversation_id=ConversationId("c"), mode="reply", text="1", at=samples.NOON)
    await save(store, PutEntity(draft, ("drafts:1",)))
    await save(store, DropEntity("Draft", draft.id, ("drafts:1",)), PutEntity(samples.customer(), ("customer:1",)))
    async with store.read(TENANT) as tx:
        after = await tx.journal.after({"customer:1": 0, "drafts:1": 0})
    assert after.due.snapshot_needed == {"drafts:1"}
    assert [commit.seqs for commit in after.commits] == [{"customer:1": 1}]


async def test_a_commit_in_other_scopes_too_outlives_the_draft(store: Store) -> None:
    draft = Draft(id=new_id(), version=1, conversation_id=ConversationId("c"), mode="reply", text="1", at=samples.NOON)
    await save(store, PutEntity(draft, ("drafts:1",)))
    await save(store, DropEntity("Draft", draft.id, ("drafts:1",)), PutEntity(samples.customer(), ("customer:1",)))
    await save(store, PutEntity(msgspec.structs.replace(draft, version=2), ("drafts:1",)))
    async with store.read(TENANT) as tx:
        (commit,) = (await tx.journal.after({"customer:1": 0})).commits
        assert len(commit.changes) == 1


def test_commits_are_merged_in_an_order_in_which_each_is_next_everywhere() -> None:
    a, b, c = (CommitId(name) for name in "abc")
    seqs = {a: {"x": 1}, b: {"x": 2, "y": 1}, c: {"x": 3}}
    start = {"x": 0, "y": 0}
    assert merged(start, {"x": [a, b, c], "y": [b]}, seqs, 10) == [a, b, c]
    assert merged(start, {"x": [a, b, c], "y": [b]}, seqs, 2) == [a, b]
    assert merged(start, {"x": [a], "y": [b]}, seqs, 10) == [a, b], "b is next, although x was cut off before it"
    assert merged(start, {"x": [], "y": [b]}, seqs, 10) == [], "a is in between, although x was cut off before it"
    assert merged({"x": 2, "y": 0}, {"x": [c], "y": [b]}, seqs, 10) in ([b, c], [c, b]), "x is past b already"
    assert merged({}, {}, {}, 10) == []


def test_restricting_a_commit_to_what_it_had_changes_nothing() -> None:
    put = Put(type="Customer", id="1", version=1, scopes=("a", "b"), body=msgspec.Raw(b"{}"))
    commit = Commit(
        id=CommitId("c"),
        at=samples.NOON,
        what="T",
        command_id=CommandId("d"),
        actor="s",
        seqs={"a": 1, "b": 1},
        changes=(put,),
    )
    assert restricted(commit, {"a": 0, "b": 0}) == commit
    only: Any = restricted(commit, frozenset("a"))
    assert (only.seqs, only.changes[0].scopes) == ({"a": 1}, ("a",))


@pytest.mark.parametrize("page", [1, 3, 100])
async def test_a_snapshot_pages_through_all_that_a_scope_holds(store: Store, page: int) -> None:
    customers = [samples.customer(number) for number in range(1, 8)]
    await save(store, *(PutEntity(customer, ("tenant",)) for customer in customers))
    fresh = await by_snapshot(store, ("tenant",), page)
    assert {member[2] for member in fresh.members} == {customer.id for customer in customers}
