"""A job is done by one at a time, comes back when its process dies, and outlives nobody's old claim."""

import asyncio
from datetime import UTC, datetime, timedelta

from backend.store.changes import CommitMeta, NewJob
from backend.store.store import Store
from omnix_protocol.ids import CommandId, TenantId, new_id
from tests.support import samples

TENANT = TenantId("tenant-1")
LEASE = timedelta(seconds=60)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


async def add(store: Store, *jobs: NewJob) -> None:
    async with store.begin(TENANT) as tx:
        await tx.save(CommitMeta(samples.NOON, "Test", CommandId(new_id()), "system"), [], jobs)


async def test_of_many_claimers_each_job_has_one(store: Store) -> None:
    await add(store, *(NewJob("send", b"%d" % number) for number in range(40)))
    claims = await asyncio.gather(*(store.jobs.claim(["send"], 7, LEASE) for _ in range(10)))
    claimed = [job.id for claim in claims for job in claim]
    assert len(claimed) == len(set(claimed)) == 40
    assert await store.jobs.claim(["send"], 7, LEASE) == []


async def test_a_claim_that_ran_out_is_given_to_another_and_can_say_nothing_more(store: Store) -> None:
    await add(store, NewJob("send", b"{}"))
    (first,) = await store.jobs.claim(["send"], 1, timedelta(0))
    (second,) = await store.jobs.claim(["send"], 1, LEASE)
    assert (second.id, second.attempts) == (first.id, 2)
    assert second.fence > first.fence
    assert not await store.jobs.done(first)
    assert not await store.jobs.retry(first, LONG_AGO, "late")
    assert not await store.jobs.extend(first, LEASE)
    assert await store.jobs.done(second)
    assert await store.jobs.counts() == {}


async def test_a_claim_at_which_it_only_waited_is_no_attempt(store: Store) -> None:
    await add(store, NewJob("send", b"{}"))
    for attempts, tried in ((1, False), (1, True), (2, False), (2, True), (3, True)):
        (job,) = await store.jobs.claim(["send"], 1, LEASE)
        assert job.attempts == attempts
        assert await store.jobs.retry(job, LONG_AGO, "wait", tried=tried)


async def test_a_job_waits_for_its_time_and_its_kind(store: Store) -> None:
    await add(store, NewJob("timer", b"later", run_at=FAR), NewJob("timer", b"now", run_at=LONG_AGO))
    assert await store.jobs.claim(["send"], 10, LEASE) == []
    assert [job.payload for job in await store.jobs.claim(["timer"], 10, LEASE)] == [b"now"]
    assert await store.jobs.next_due(["timer"]) is not None


async def test_a_job_of_the_same_key_replaces_the_one_that_is_due(store: Store) -> None:
    await add(store, NewJob("timer", b"old", run_at=FAR, key="window"))
    await add(store, NewJob("timer", b"new", run_at=LONG_AGO, key="window"))
    (job,) = await store.jobs.claim(["timer"], 10, LEASE)
    assert job.payload == b"new"
    await add(store, NewJob("timer", b"newer", run_at=LONG_AGO, key="window"))
    assert not await store.jobs.done(job), "it was replaced while it ran"
    (again,) = await store.jobs.claim(["timer"], 10, LEASE)
    assert again.payload == b"newer"


async def test_what_failed_stays_to_be_seen_and_is_run_again_by_hand(store: Store) -> None:
    await add(store, NewJob("send", b"{}"))
    (job,) = await store.jobs.claim(["send"], 1, LEASE)
    assert await store.jobs.retry(job, LONG_AGO, "timed out")
    (job,) = await store.jobs.claim(["send"], 1, LEASE)
    assert await store.jobs.fail(job, "gone for good")
    (failed,) = await store.jobs.failed(TENANT)
    assert (failed.last_error, failed.attempts) == ("gone for good", 2)
    assert await store.jobs.failed(TenantId("other")) == []
    assert await store.jobs.run_again(job.id)
    assert len(await store.jobs.claim(["send"], 1, LEASE)) == 1


async def test_of_one_key_all_that_failed_are_run_again(store: Store) -> None:
    failed = []
    for _ in range(2):
        await add(store, NewJob("act", b"{}", key="seen:c"))
        (job,) = await store.jobs.claim(["act"], 1, LEASE)
        assert await store.jobs.fail(job, "gone")
        failed.append(job.id)
    await add(store, NewJob("act", b"{}", key="seen:c"))
    assert [await store.jobs.run_again(job_id) for job_id in failed] == [True, True]
    assert len(await store.jobs.claim(["act"], 5, LEASE)) == 3


async def test_a_lease_is_held_by_one_and_taken_over_when_it_ran_out(store: Store) -> None:
    mine = await store.leases.take("board", "me", LEASE)
    assert mine is not None
    assert await store.leases.take("board", "you", LEASE) is None
    assert await store.leases.renew(mine, timedelta(0))
    yours = await store.leases.take("board", "you", LEASE)
    assert yours is not None
    assert yours.fence > mine.fence
    assert not await store.leases.renew(mine, LEASE)
    await store.leases.release(mine)
    assert await store.leases.take("board", "me", LEASE) is None, "a lost lease releases nothing"
