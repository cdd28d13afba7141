"""A hundred agents, fifty customers who wait, and the judge of who got whom (promise 5)."""

from collections import Counter
from typing import Final

from backend.domain.base import SYSTEM
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.conversations import HELD, Interaction
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Result
from omnix_protocol.ids import InteractionId, TenantId, UserId
from omnix_protocol.people import AddUser, Presence, SetPickUpLimit
from tests.support.office import Office, found

AGENTS: Final = 100
WAITING: Final = 50
LIMIT: Final = 2
"""Of every second agent: with 50 to win, some of these reach it."""

Outcomes = dict[str, list[tuple[str, Result]]]


def agent(number: int) -> str:
    return f"agen{number}"


def limit(number: int) -> int:
    return LIMIT if number % 2 else 8


async def race_opened(place: DatabaseSettings) -> tuple[TenantId, list[InteractionId]]:
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


async def judge(place: DatabaseSettings, tenant_id: TenantId, outcomes: Outcomes) -> None:
    """One winner each, losers told who, nobody above their limit, and the database says the same."""
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
