"""A provider is told "received" only when what it sent is on disk, with the job that will read it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from backend.store.errors import Unavailable
from backend.store.raw import INBOUND, RawInbox, Route
from backend.store.store import Store
from backend.store.transaction import Transaction
from backend.tasks import Tasks
from omnix_protocol.ids import ChannelAccountId, TenantId
from tests.support import samples

TENANT = TenantId("tenant-1")
ROUTE = Route("r", TENANT, ChannelAccountId("a"), "telegram")


async def test_what_was_received_is_read_back_as_it_was_sent(store: Store) -> None:
    body = '{"teks": "halo \\u0000 🙏"}'.encode() + b"\x00\xff"
    raw_id = await store.raw.append(ROUTE, {"x-signature": "é"}, body)
    found = (await store.raw.get_many(TENANT, [raw_id])).get(raw_id)
    assert found is not None
    assert (found.body, found.headers, found.kind) == (body, {"x-signature": "é"}, "telegram")
    assert await store.raw.get_many(TenantId("other"), [raw_id]) == {}


async def test_each_row_brings_its_job(store: Store) -> None:
    ids = await asyncio.gather(*(store.raw.append(ROUTE, {}, b"%d" % number) for number in range(20)))
    jobs = await store.jobs.claim([INBOUND], 100, timedelta(seconds=30))
    assert sorted(job.payload for job in jobs) == sorted(
        b'{"raw_id":"%s","account":"a"}' % raw_id.encode() for raw_id in ids
    )


async def test_nobody_is_told_before_the_group_is_committed(store: Store) -> None:
    held = asyncio.Event()
    at_commit = asyncio.Event()
    receiving = store.database.receiving

    @asynccontextmanager
    async def slow() -> AsyncIterator[Transaction]:
        async with receiving() as transaction:
            yield transaction
            at_commit.set()
            await held.wait()

    store.database.receiving = slow  # type: ignore[method-assign]
    waiting = [asyncio.ensure_future(store.raw.append(ROUTE, {}, b"%d" % number)) for number in range(5)]
    await at_commit.wait()
    assert not any(task.done() for task in waiting)
    held.set()
    ids = await asyncio.gather(*waiting)
    assert set(await store.raw.get_many(TENANT, ids)) == set(ids)


async def test_all_of_a_group_are_told_when_it_could_not_be_stored(store: Store) -> None:
    receiving = store.database.receiving

    @asynccontextmanager
    async def full() -> AsyncIterator[Transaction]:
        async with receiving() as transaction:
            yield transaction
            raise Unavailable("database or disk is full")

    store.database.receiving = full  # type: ignore[method-assign]
    told = await asyncio.gather(*(store.raw.append(ROUTE, {}, b"x") for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in told] == [Unavailable] * 3
    store.database.receiving = receiving  # type: ignore[method-assign]
    assert await store.raw.append(ROUTE, {}, b"again"), "the next group is tried afresh"
    assert len(await store.raw.page(TENANT, samples.NOON - timedelta(days=4000))) == 1


async def test_whoever_waits_when_the_server_stops_is_not_left_waiting(store: Store) -> None:
    tasks = Tasks("test")
    inbox = RawInbox(store.database, tasks)
    waiting = asyncio.ensure_future(inbox.append(ROUTE, {}, b"x"))
    await asyncio.sleep(0)
    await tasks.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_acknowledged_row_survives_the_process(store: Store) -> None:
    """SQLite: another connection, opened while ours is still there, sees it, and the pragma says so."""
    if not store.database.is_sqlite:
        return
    await store.raw.append(ROUTE, {}, b"x")

    async with store.database.writing(None) as transaction:
        level = await transaction.run(lambda connection: connection.exec_driver_sql("PRAGMA synchronous").scalar())
        mode = await transaction.run(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        file = await transaction.run(lambda connection: connection.engine.url.database)
    assert (level, mode) == (2, "wal"), "2 is FULL: a commit is on disk when it returns"
    other = sqlite3.connect(str(file))
    assert other.execute("SELECT count(*) FROM raw_inbox").fetchone() == (1,)
    other.close()
