"""When a round of telling may begin: at once after a pause, together while commands run, never much too late."""

import asyncio

import pytest

from backend.gateway.feed import TenantFeed
from backend.gateway.pace import WAIT_MAX_SECONDS, Pace
from omnix_protocol.scopes import TENANT
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import Backend, People

COST = 0.05


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def wait(pace: Pace, clock: Clock) -> float:
    """How long a round that is asked for now waits, in costs of the one before."""
    return max(0.0, pace.begins(clock.now) - clock.now) / COST


def test_a_lone_commit_after_a_pause_waits_for_nothing(pace: Pace, clock: Clock) -> None:
    assert wait(pace, clock) == 0
    pace.spent(COST)
    clock.now += 3 * COST
    assert wait(pace, clock) == 0


def test_after_a_round_the_rest_get_three_times_what_it_took(pace: Pace, clock: Clock) -> None:
    pace.spent(COST)
    assert wait(pace, clock) == pytest.approx(3)


def test_a_small_round_does_not_shorten_the_rest_after_a_large_one(pace: Pace, clock: Clock) -> None:
    pace.spent(COST)
    pace.spent(0.0)
    assert wait(pace, clock) == pytest.approx(3)


def test_while_commands_run_a_round_waits_for_what_they_will_commit(pace: Pace, clock: Clock) -> None:
    pace.spent(COST)
    pace.running(2)
    assert wait(pace, clock) == pytest.approx(6)


def test_before_the_first_round_of_many_commands_one_round_is_waited(pace: Pace, clock: Clock) -> None:
    pace.spent(COST)
    clock.now += 6 * COST
    pace.running(2)
    assert wait(pace, clock) == pytest.approx(1)


async def test_the_end_of_the_last_command_ends_the_waiting(pace: Pace, clock: Clock) -> None:
    pace.spent(COST)
    pace.running(1)
    clock.now += 3.5 * COST
    turn = asyncio.create_task(pace.turn())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not turn.done()
    pace.running(0)
    for _ in range(5):  # turns of the loop, not time: the clock stands still
        await asyncio.sleep(0)
    assert turn.done()


def test_however_dear_a_round_was_the_next_one_comes(pace: Pace, clock: Clock) -> None:
    pace.spent(60.0)
    pace.running(1)
    assert pace.begins(clock.now) - clock.now == pytest.approx(WAIT_MAX_SECONDS)


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
        assert not listener.told.is_set()
        turn.set()
        async with asyncio.timeout(10):
            await listener.told.wait()
        assert (feed.loads, feed.logs[TENANT].cursor) == (1, head + 3)
    finally:
        await feed.close()
