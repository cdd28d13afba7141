"""A commit is written whole or not at all, reaches who holds the entity, and leaves sequences without holes."""

import asyncio
from typing import Any

import msgspec
import pytest

from backend.store.changes import Change, CommitMeta, DropEntity, NewCommit, NewJob, PutEntity, Saved
from backend.store.errors import Alone, Conflict
from backend.store.store import Store
from omnix_protocol.customers import Customer
from omnix_protocol.ids import CommandId, TenantId, new_id
from omnix_protocol.scopes import Drop, Put
from tests.support import samples

TENANT = TenantId("tenant-1")


def meta(what: str = "Test", actor: str = "system") -> CommitMeta:
    return CommitMeta(samples.NOON, what, CommandId(new_id()), actor)


async def saved(store: Store, *changes: Change, tenant: TenantId = TENANT) -> Saved:
    async with store.begin(tenant) as tx:
        return await tx.save(meta(), changes)


def renamed(customer: Customer, name: str) -> Customer:
    return msgspec.structs.replace(customer, version=customer.version + 1, name=name)


async def test_what_was_saved_is_read_back(store: Store) -> None:
    customer = samples.customer(name="Ayu Lestari 🙏")
    await saved(store, PutEntity(customer, ("customer:1",)))
    async with store.read(TENANT) as tx:
        assert await tx.get(Customer, customer.id) == customer
        assert await tx.get_many(Customer, [customer.id, new_id()]) == {customer.id: customer}
        assert await tx.get(Customer, new_id()) is None


async def test_the_loser_of_a_race_gets_a_conflict_and_writes_nothing(store: Store) -> None:
    customer = samples.customer()
    await saved(store, PutEntity(customer, ("customer:1",)))
    await saved(store, PutEntity(renamed(customer, "first")))
    with pytest.raises(Conflict):
        await saved(store, PutEntity(samples.customer(2), ("customer:1",)), PutEntity(renamed(customer, "second")))
    async with store.read(TENANT) as tx:
        assert (await tx.journal.heads(["customer:1"])) == {"customer:1": 2}
        found = await tx.get(Customer, customer.id)
        assert found is not None
        assert found.name == "first"
        assert len(await tx.customers.page()) == 1


async def test_the_same_id_twice_is_a_conflict(store: Store) -> None:
    customer = samples.customer()
    await saved(store, PutEntity(customer))
    with pytest.raises(Conflict):
        await saved(store, PutEntity(msgspec.structs.replace(customer, number=2)))


async def test_a_put_reaches_every_scope_that_holds_the_entity(store: Store) -> None:
    customer = samples.customer()
    await saved(store, PutEntity(customer, ("customer:1", "agent:2")))
    result = await saved(store, PutEntity(renamed(customer, "new"), ("queue:3",)))
    assert result.heads == {"agent:2": 2, "customer:1": 2, "queue:3": 1}


async def test_a_drop_in_the_same_commit_wins_over_what_held_it(store: Store) -> None:
    customer = samples.customer()
    await saved(store, PutEntity(customer, ("queue:1",)))
    result = await saved(
        store,
        PutEntity(renamed(customer, "taken"), ("agent:2",)),
        DropEntity("Customer", customer.id, ("queue:1",)),
    )
    assert result.heads == {"agent:2": 1, "queue:1": 2}
    async with store.read(TENANT) as tx:
        assert (await tx.snapshots.page("queue:1")).puts == ()
        (commit,) = (await tx.journal.after({"queue:1": 1})).commits
        assert commit.changes == (Drop(type="Customer", id=customer.id, scopes=("queue:1",)),)


async def test_several_commits_of_one_transaction_are_numbered_one_after_another(store: Store) -> None:
    customers = [samples.customer(number) for number in range(1, 6)]
    await saved(store, *(PutEntity(one, ("agent:1", f"customer:{one.id}")) for one in customers))
    commits = [NewCommit(meta(one.id), [PutEntity(renamed(one, "new"))]) for one in customers]
    commits.insert(2, NewCommit(meta("nothing"), []))
    async with store.begin(TENANT) as tx:
        results = await tx.save_all(commits)
    assert results[2] == Saved()
    del results[2]
    assert [one.heads for one in results] == [
        {"agent:1": place, f"customer:{one.id}": 2} for place, one in enumerate(customers, 2)
    ]
    async with store.read(TENANT) as tx:
        after = await tx.journal.after({"agent:1": 1})
        assert [commit.id for commit in after.commits] == [one.commit_id for one in results]
        assert [[change.id for change in commit.changes] for commit in after.commits] == [[one.id] for one in customers]
        assert {one.name for one in (await tx.get_many(Customer, [one.id for one in customers])).values()} == {"new"}


async def test_one_lost_race_among_several_commits_writes_none_of_them(store: Store) -> None:
    customers = [samples.customer(number) for number in range(1, 5)]
    await saved(store, *(PutEntity(one, ("agent:1",)) for one in customers))
    await saved(store, PutEntity(renamed(customers[2], "first")))
    with pytest.raises(Conflict):
        async with store.begin(TENANT) as tx:
            await tx.save_all([NewCommit(meta(), [PutEntity(renamed(one, "second"))]) for one in customers])
    async with store.read(TENANT) as tx:
        assert await tx.journal.heads(["agent:1"]) == {"agent:1": 2}
        found = await tx.get_many(Customer, [one.id for one in customers])
        assert [found[one.id].version for one in customers] == [1, 1, 2, 1]


async def test_no_entity_stands_in_two_commits_of_one_transaction(store: Store) -> None:
    customer = samples.customer()
    await saved(store, PutEntity(customer, ("agent:1",)))
    second = renamed(customer, "first")
    with pytest.raises(ValueError, match="two commits"):
        async with store.begin(TENANT) as tx:
            await tx.save_all([NewCommit(meta(), [PutEntity(one)]) for one in (second, renamed(second, "second"))])


async def test_what_is_read_ahead_is_all_that_a_command_sees(store: Store) -> None:
    here, there = samples.customer(1), samples.customer(2)
    await saved(store, PutEntity(here), PutEntity(there))
    async with store.begin(TENANT) as tx:
        ahead = tx.ahead()
        await ahead.lock(Customer, [here.id, "nobody"])
        view = tx.after(ahead)
        assert await view.get(Customer, here.id) == here
        assert await view.lock(Customer, "nobody") is None
        assert await view.lock(Customer, here.id) == here
        for beyond in (
            view.lock(Customer, here.id),  # another of them has it
            view.get(Customer, there.id),
            view.next_number("customer"),
            view.customers.page(),
            view.save(meta(), [PutEntity(renamed(here, "new"))]),
        ):
            with pytest.raises(Alone):
                await beyond


async def test_a_rolled_back_block_leaves_nothing(store: Store) -> None:
    class Stop(Exception):
        pass

    async def stopped() -> None:
        async with store.begin(TENANT) as tx:
            await tx.save(meta(), [PutEntity(samples.customer(), ("customer:1",))], [NewJob("send", b"{}")])
            raise Stop

    with pytest.raises(Stop):
        await stopped()
    async with store.read(TENANT) as tx:
        assert await tx.journal.heads(["customer:1"]) == {"customer:1": 0}
    assert await store.jobs.counts() == {}


async def test_numbers_are_counted_per_tenant_and_name(store: Store) -> None:
    async with store.begin(TENANT) as tx:
        assert [await tx.next_number("case"), await tx.next_number("case"), await tx.next_number("ticket")] == [1, 2, 1]
    async with store.begin(TenantId("tenant-2")) as tx:
        assert await tx.next_number("case") == 1


async def test_a_command_is_remembered_for_its_actor(store: Store) -> None:
    command_id = CommandId(new_id())
    async with store.begin(TENANT) as tx:
        assert await tx.commands.seen("user:1", command_id) is None
        await tx.commands.remember("user:1", command_id, b"digest", b"result", samples.NOON)
    async with store.begin(TENANT) as tx:
        seen = await tx.commands.seen("user:1", command_id)
        assert seen is not None
        assert (seen.result, seen.digest) == (b"result", b"digest")
        assert await tx.commands.seen("user:2", command_id) is None
    with pytest.raises(Conflict):
        async with store.begin(TENANT) as tx:
            await tx.commands.remember("user:1", command_id, b"digest", b"other", samples.NOON)


async def test_fifty_commits_at_once_leave_no_hole_in_any_sequence(store: Store) -> None:
    scopes = ["queue:1", "agent:1", "agent:2", "customer:1"]

    async def one(number: int) -> Saved:
        chosen = [scope for place, scope in enumerate(scopes) if number % (place + 1) == 0]
        if number % 2:
            chosen.reverse()  # whatever the order in which they are named
        return await saved(store, PutEntity(samples.customer(number), tuple(chosen)))

    results = await asyncio.gather(*(one(number) for number in range(1, 51)))
    async with store.read(TENANT) as tx:
        heads = await tx.journal.heads(scopes)
        after = await tx.journal.after(dict.fromkeys(scopes, 0), limit=1000)
    assert sum(len(result.heads) for result in results) == sum(heads.values())
    reached = dict.fromkeys(scopes, 0)
    for commit in after.commits:
        for scope, seq in commit.seqs.items():
            assert seq == reached[scope] + 1, "each commit is the next in all its scopes"
            reached[scope] = seq
    assert reached == heads


async def test_commits_that_race_for_one_entity_are_each_applied_once(store: Store) -> None:
    customer = samples.customer(name="0")
    await saved(store, PutEntity(customer, ("customer:1",)))

    async def add_one() -> None:
        while True:
            try:
                async with store.begin(TENANT) as tx:
                    found = await tx.get(Customer, customer.id)
                    assert found is not None
                    await tx.save(meta(), [PutEntity(renamed(found, str(int(found.name) + 1)))])
            except Conflict:
                continue
            return

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with store.read(TENANT) as tx:
        found = await tx.get(Customer, customer.id)
        assert found is not None
        assert found.name == "20"
        versions = [_only_put(commit.changes) for commit in (await tx.journal.after({"customer:1": 0})).commits]
    assert versions == list(range(1, 22))


def _only_put(changes: Any) -> int:
    (put,) = changes
    assert isinstance(put, Put)
    return put.version


async def test_a_lock_makes_the_next_reader_wait_for_the_outcome(store: Store) -> None:
    customer = samples.customer(name="0")
    await saved(store, PutEntity(customer))
    order: list[str] = []
    locked = asyncio.Event()

    async def first() -> None:
        async with store.begin(TENANT) as tx:
            found = await tx.lock(Customer, customer.id)
            assert found is not None
            locked.set()
            await asyncio.sleep(0)
            await tx.save(meta(), [PutEntity(renamed(found, "first"))])
            order.append("first")

    async def second() -> None:
        await locked.wait()
        async with store.begin(TENANT) as tx:
            found = await tx.lock(Customer, customer.id)
            assert found is not None
            order.append(f"second saw {found.name}")

    await asyncio.gather(first(), second())
    assert order == ["first", "second saw first"]
