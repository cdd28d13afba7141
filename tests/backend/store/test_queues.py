"""A queue's scope holds its oldest ones; what it costs to look at a queue does not depend on how many wait."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text

from backend.store.changes import Change, CommitMeta, DropEntity, PutEntity
from backend.store.errors import Conflict
from backend.store.store import Store
from omnix_protocol.channels import Queue
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import ChannelAccountId, CommandId, GroupId, InteractionId, QueueId, TenantId, UserId, new_id
from omnix_protocol.people import Presence
from omnix_protocol.reports import BoardFigure
from tests.support import samples

TENANT = TenantId("tenant-1")
QUEUE = QueueId("queue")
SCOPE = "queue:queue"
SARI, BUDI = UserId("sari"), UserId("budi")


async def save(store: Store, *changes: Change) -> None:
    async with store.begin(TENANT) as tx:
        await tx.save(CommitMeta(samples.NOON, "Test", CommandId(new_id()), "system"), changes)


def taken(interaction: Interaction, user_id: UserId) -> Interaction:
    return msgspec.structs.replace(
        interaction, version=interaction.version + 1, status=Status.HANDLING, owner_id=user_id
    )


async def test_the_window_is_what_the_scope_was_told(store: Store) -> None:
    first, second, third = (samples.interaction(number) for number in (1, 2, 3))
    await save(store, PutEntity(first, (SCOPE,)), PutEntity(second, (SCOPE,)), PutEntity(third))
    async with store.read(TENANT) as tx:
        assert await tx.conversations.in_window(InteractionId(first.id))
        assert not await tx.conversations.in_window(InteractionId(third.id))
        assert await tx.conversations.oldest_outside_window(QUEUE) == third
        assert await tx.conversations.oldest_waiting(QUEUE) == first.queued_at
        assert await tx.conversations.oldest_waiting(QUEUE, except_id=InteractionId(first.id)) == second.queued_at
    entered = msgspec.structs.replace(third, version=2)
    await save(
        store,
        PutEntity(taken(first, SARI), ("agent:sari",)),
        DropEntity("Interaction", first.id, (SCOPE,)),
        PutEntity(entered, (SCOPE,)),
    )
    async with store.read(TENANT) as tx:
        assert await tx.conversations.oldest_outside_window(QUEUE) is None
        assert [row.id for row in await tx.conversations.held_by(SARI)] == [first.id]
        assert [row.id for row in await tx.conversations.waiting_page(QUEUE)] == [second.id, third.id]
        after = second.queued_at, InteractionId(second.id)
        assert await tx.conversations.waiting_page(QUEUE, after) == [entered]
        assert {put.id for put in (await tx.snapshots.page(SCOPE)).puts} == {second.id, third.id}


async def test_next_is_the_longest_waiting_one_that_this_agent_may_take(store: Store) -> None:
    reserved = samples.interaction(1, reserved_for=BUDI)
    free = samples.interaction(2)
    await save(store, PutEntity(reserved), PutEntity(free))
    long_ago = samples.NOON - timedelta(days=1)
    async with store.begin(TENANT) as tx:
        assert await tx.conversations.next_waiting([QUEUE], SARI, long_ago) == free
        assert await tx.conversations.next_waiting([QUEUE], BUDI, long_ago) == reserved
        assert await tx.conversations.next_waiting([QueueId("other")], SARI, long_ago) is None


@pytest.mark.parametrize("asked", ["waiting_at IS NOT NULL AND in_window = 0", "waiting_at IS NOT NULL"])
async def test_the_oldest_of_a_queue_is_found_along_an_index(store: Store, asked: str) -> None:
    sql = f"SELECT body FROM interactions WHERE interactions.tenant_id = :tenant AND queue_id = 'queue' AND {asked} "
    explain = "EXPLAIN QUERY PLAN " if store.database.is_sqlite else "EXPLAIN "
    async with store.database.reading(TENANT) as transaction:
        if not store.database.is_sqlite:
            await transaction.execute(text("SET LOCAL enable_seqscan = off"))
        order = "ORDER BY waiting_at, id LIMIT 1"
        plan = str(list(await transaction.execute(text(explain + sql + order), {"tenant": TENANT})))
    wanted = "ix_interactions_window" if "in_window" in asked else "ix_interactions_waiting"
    assert wanted in plan
    assert "SORT" not in plan.upper().replace("SORTED", "")
    assert "TEMP B-TREE" not in plan


async def test_the_boards_figures_of_waiting_are_the_queues_own(store: Store) -> None:
    account = ChannelAccountId("account")
    queue = Queue(
        id="queue", version=1, channel_account_id=account, group_id=GroupId("g"), waiting=2, oldest_at=samples.NOON
    )
    first, second = samples.interaction(1), samples.interaction(2)
    await save(store, PutEntity(queue), PutEntity(second), PutEntity(first))
    async with store.read(TENANT) as tx:
        figures = (await tx.reports.channel_figures(samples.NOON))[account]
        assert (figures.waiting, figures.oldest_at) == (2, samples.NOON)
        assert await tx.reports.behind(BoardFigure.WAITING, samples.NOON) == [first, second]
        assert await tx.reports.behind(BoardFigure.WAITING, samples.NOON, limit=1) == [first]
        assert await tx.reports.behind(BoardFigure.WAITING, samples.NOON, ChannelAccountId("other")) == []


async def test_the_database_itself_refuses_a_load_above_the_limit(store: Store) -> None:
    presence = Presence(id=SARI, version=1, load=1)
    await save(store, PutEntity(presence, columns={"load_limit": 2}))
    await save(store, PutEntity(msgspec.structs.replace(presence, version=2, load=2)))
    with pytest.raises(Conflict):
        await save(store, PutEntity(msgspec.structs.replace(presence, version=3, load=3)))
