"""Promise 5 for "the next one": of a hundred agents who ask at once nobody gets what another has."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.conversations import HELD, Interaction, PickUpNext
from omnix_protocol.errors import Reason
from omnix_protocol.people import Presence
from tests.support.office import Office, watched
from tests.support.pick_up_race import AGENTS, agent, race_opened
from tests.support.stores import migrated_postgres, migrated_sqlite


async def everybody_takes_the_next(place: DatabaseSettings) -> None:
    tenant_id, waiting = await race_opened(place)
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
