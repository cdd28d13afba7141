"""Promise 5: of any number of agents who pick up one interaction at once, one gets it; the losers learn who."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.domain.base import SYSTEM
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.conversations import HELD, Interaction, PickUp, PickUpNext
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Result
from omnix_protocol.ids import InteractionId, TenantId, UserId
from omnix_protocol.people import AddUser, Presence, SetPickUpLimit
from tests.support.office import Office, found, watched
from tests.support.postgres import Cluster
from tests.support.stores import migrated_postgres, migrated_sqlite

AGENTS = 100
WAITING = 50
PROCESSES = 3
LIMIT = 2
"""Of every second agent: with 50 to win, many of these reach it."""

Outcomes = dict[str, list[tuple[str, Result]]]


def agent(number: int) -> str:
    return f"agen{number}"


def limit(number: int) -> int:
    return LIMIT if number % 2 else 8


async def opened(place: DatabaseSettings) -> tuple[TenantId, list[InteractionId]]:
    """The office with its hundred agents and fifty customers who wait."""
    store = Store(place)
    try:
        office = await found(Office(store))
        for number in range(AGENTS):
            name = agent(number)
            group_ids = (office.group("layanan"),)
            user = AddUser(user_id=office.user(name), name=name, email=f"{name}@nusa.example", group_ids=group_ids)
            await office.done(SYSTEM, user)
            if number % 2:
                await office.done("sari", SetPickUpLimit(user_id=office.user(name), limit=LIMIT))
        waiting = [(await office.writes(sender=f"pelanggan{n}")).interaction_id for n in range(WAITING)]
    finally:
        await store.close()
    return office.tenant_id, waiting


async def race(office: Office, numbers: Sequence[int], interaction_id: InteractionId) -> list[tuple[str, Result]]:
    async def try_it(name: str) -> tuple[str, Result]:
        return name, await office.run(name, PickUp(interaction_id=interaction_id))

    return await asyncio.gather(*(try_it(agent(number)) for number in numbers))


async def race_for_all(
    office: Office, numbers: Sequence[int], waiting: Sequence[InteractionId], start: Callable[[], Awaitable[None]]
) -> Outcomes:
    outcomes: Outcomes = {}
    for interaction_id in waiting:
        await start()
        outcomes[interaction_id] = await race(office, numbers, interaction_id)
    return outcomes


def in_threads(place: DatabaseSettings, tenant_id: TenantId, waiting: Sequence[InteractionId]) -> Outcomes:
    """As many servers over one database, each with its share of the agents, all at the same interaction at once."""
    barrier = threading.Barrier(PROCESSES)

    async def server(number: int) -> Outcomes:
        async def start() -> None:
            await asyncio.to_thread(barrier.wait, 60)

        store = Store(place)
        try:
            office = Office(store, tenant_id=tenant_id)
            return await race_for_all(office, range(number, AGENTS, PROCESSES), waiting, start)
        finally:
            await store.close()

    joined: Outcomes = {interaction_id: [] for interaction_id in waiting}
    with ThreadPoolExecutor(PROCESSES) as threads:
        for outcomes in threads.map(lambda number: asyncio.run(server(number)), range(PROCESSES)):
            for interaction_id, tries in outcomes.items():
                joined[interaction_id] += tries
    return joined


async def in_tasks(place: DatabaseSettings, tenant_id: TenantId, waiting: Sequence[InteractionId]) -> Outcomes:
    async def start() -> None:
        return

    store = Store(place)
    try:
        return await race_for_all(Office(store, tenant_id=tenant_id), range(AGENTS), waiting, start)
    finally:
        await store.close()


async def judge(place: DatabaseSettings, tenant_id: TenantId, outcomes: Outcomes) -> None:
    store = Store(place)
    try:
        office = Office(store, tenant_id=tenant_id)
        won: Counter[str] = Counter()
        for interaction_id, tries in outcomes.items():
            assert len(tries) == AGENTS
            (winner,) = [name for name, result in tries if result.refused is None]
            won[winner] += 1
            assert (await office.get(Interaction, interaction_id)).owner_id == office.user(winner)
            for name, result in tries:
                if result.refused is not None:
                    told = result.refused.args.get("by"), result.refused.args.get("name")
                    full = result.refused.code == Reason.LIMIT_REACHED and won[name] >= limit(int(name[4:]))
                    assert told == (office.user(winner), winner) or full, (name, result.refused)
        async with store.read(tenant_id) as tx:
            held = Counter(row.owner_id for row in await tx.all(Interaction) if row.status in HELD)
        for number in range(AGENTS):
            presence = await office.get(Presence, office.user(agent(number)))
            assert presence.load == won[agent(number)] == held[UserId(presence.id)] <= limit(number)
        assert sum(won.values()) == WAITING
    finally:
        await store.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_hundred_agents_race_for_fifty_on_sqlite(tmp_path: Path) -> None:
    place = migrated_sqlite(tmp_path)
    with watched():
        tenant_id, waiting = asyncio.run(opened(place))
        outcomes = asyncio.run(in_tasks(place, tenant_id, waiting))
        asyncio.run(judge(place, tenant_id, outcomes))


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_a_hundred_agents_race_for_fifty_on_three_servers_with_postgresql(postgres: Cluster) -> None:
    with migrated_postgres(postgres) as place, watched():
        tenant_id, waiting = asyncio.run(opened(place))
        outcomes = in_threads(place, tenant_id, waiting)
        asyncio.run(judge(place, tenant_id, outcomes))


async def everybody_takes_the_next(place: DatabaseSettings) -> None:
    tenant_id, waiting = await opened(place)
    store = Store(place)
    try:
        office = Office(store, tenant_id=tenant_id)
        tries = await asyncio.gather(*(office.run(agent(number), PickUpNext()) for number in range(AGENTS)))
        assert {result.refused.code for result in tries if result.refused} <= {Reason.QUEUE_EMPTY}
        # one who found all rows in others' hands asks again; nothing is left over and nothing was given twice
        while (await office.run(agent(0), PickUpNext())).refused is None:
            pass
        async with store.read(tenant_id) as tx:
            held = Counter(row.owner_id for row in await tx.all(Interaction) if row.status in HELD)
            loads = {presence.id: presence.load for presence in await tx.all(Presence)}
        assert sum(held.values()) == len(waiting)
        assert all(loads[str(owner)] == count for owner, count in held.items())
    finally:
        await store.close()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_hundred_agents_ask_for_the_next_at_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with watched():
        if kind == "sqlite":
            asyncio.run(everybody_takes_the_next(migrated_sqlite(tmp_path)))
            return
        with migrated_postgres(request.getfixturevalue("postgres")) as place:
            asyncio.run(everybody_takes_the_next(place))
