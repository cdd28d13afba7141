"""When a round of telling may begin: at once after a pause, together while commands run, never much too late."""

import asyncio

from backend.gateway.feed import TenantFeed
from backend.gateway.pace import WAIT_MAX_SECONDS, Pace
from omnix_protocol.scopes import TENANT
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import Backend, People

COST = 0.05
SLACK = 0.04


async def waited(pace: Pace) -> float:
    """Seconds until its turn."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.turn()
    return loop.time() - began


async def test_a_lone_commit_after_a_pause_waits_for_nothing() -> None:
    pace = Pace()
    assert await waited(pace) < SLACK
    pace.spent(COST)
    await asyncio.sleep(3 * COST)
    assert await waited(pace) < SLACK


async def test_after_a_round_the_rest_get_three_times_what_it_took() -> None:
    pace = Pace()
    pace.spent(COST)
    assert await waited(pace) >= 2.9 * COST


async def test_a_small_round_does_not_shorten_the_rest_after_a_large_one() -> None:
    pace = Pace()
    pace.spent(COST)
    pace.spent(0.0)
    assert await waited(pace) >= 2.9 * COST


async def test_while_commands_run_a_round_waits_for_what_they_will_commit() -> None:
    pace = Pace()
    pace.spent(COST)
    pace.running(2)
    assert await waited(pace) >= 5.9 * COST


async def test_before_the_first_round_of_many_commands_one_round_is_waited() -> None:
    pace = Pace()
    pace.spent(COST)
    await asyncio.sleep(6 * COST)
    pace.running(2)
    assert 0.9 * COST <= await waited(pace) < 3 * COST


async def test_the_end_of_the_last_command_ends_the_waiting() -> None:
    pace = Pace()
    pace.spent(COST)
    pace.running(1)
    loop = asyncio.get_running_loop()
    loop.call_later(3.5 * COST, pace.running, 0)
    assert 2.9 * COST <= await waited(pace) < 5.5 * COST


async def test_however_dear_a_round_was_the_next_one_comes() -> None:
    pace = Pace()
    pace.spent(60.0)
    pace.running(1)
    assert await waited(pace) < WAIT_MAX_SECONDS + SLACK


class Listener:
    """Follows a scope and counts how often it is told."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    def touched(self, scope: str) -> None:
        assert scope == TENANT
        self.told.set()

    def rights_changed(self) -> None:
        pass

    def pulsed(self, frame: bytes, sender: str) -> None:
        pass


async def test_what_commits_before_the_turn_is_read_at_once(backend: Backend, people: People) -> None:
    turn = asyncio.Event()

    async def wait() -> None:
        await turn.wait()

    feed = TenantFeed(backend.parts.store, people.tenant_id, wait)
    listener = Listener()
    try:
        head = (await feed.attach([TENANT], listener))[TENANT]
        for number in range(1, 4):
            await backend.as_system(people.tenant_id, quick_reply(f"r{number}"))
            feed.grown({TENANT: head + number})
        await asyncio.sleep(SLACK)
        assert not listener.told.is_set()
        turn.set()
        async with asyncio.timeout(10):
            await listener.told.wait()
        assert (feed.loads, feed.logs[TENANT].cursor) == (1, head + 3)
    finally:
        await feed.close()
