"""Two server processes on one PostgreSQL: what happens in one is seen in the other, with NATS and without."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from backend.config import Bus, Settings
from backend.store.engine import DatabaseSettings
from omnix_protocol import codec, frames
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Typing
from tests.backend.gateway.test_follow import handling
from tests.backend.gateway.test_socket import quick_reply
from tests.support.backend import Backend, People, bearer, customer_writes, founded, running, settings_for
from tests.support.nats import NatsServer
from tests.support.postgres import Cluster
from tests.support.stores import migrated_postgres
from tests.support.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.nats]
AGENT, LEADER = "agent@samudra.example", "leader@samudra.example"


@pytest.fixture
def database(postgres: Cluster) -> Iterator[DatabaseSettings]:
    with migrated_postgres(postgres) as settings:
        yield settings


@pytest.fixture
def settings(database: DatabaseSettings, tmp_path: Path) -> Callable[..., Settings]:
    def made(bus: Bus) -> Settings:
        return settings_for(database, tmp_path, bus=bus)

    return made


def _hears(backend: Backend) -> bool:
    return backend.parts.bus.reliable


async def heard(*backends: Backend) -> None:
    for backend in backends:
        await until(partial(_hears, backend), "the bus is there")


async def work_in_two(one: Backend, two: Backend, people: People) -> None:
    """An agent at one process, a leader at the other, a customer at both."""
    async with one.desk(AGENT) as agent, two.desk(LEADER) as leader:
        await agent.resume()
        await leader.resume()
        conversation, _, _ = await handling(agent, two, people)
        await leader.send(frames.Follow(scope=conversation))
        while conversation not in leader.cursors:
            await leader.take()
        for number in range(5):
            await customer_writes((one, two)[number % 2].parts, people, f"Pesan {number}")
        for desk in (agent, leader):
            while len([c for c in desk.commits("ReceiveMessage") if conversation in c.seqs]) < 5:
                await desk.take()
        assert agent.cursors[conversation] == leader.cursors[conversation]


async def test_with_nats_everything_is_seen_at_once(settings: Callable[[Bus], Settings], nats: NatsServer) -> None:
    bus = Bus(url=nats.url, poll_seconds=600)  # no poll helps out
    async with running(settings(bus)) as one, running(settings(bus)) as two:
        await heard(one, two)
        people = await founded(one.parts)
        await work_in_two(one, two, people)
        async with one.desk(AGENT) as agent, two.desk(LEADER) as leader:
            await agent.resume()
            conversation = next(scope for scope in agent.cursors if scope.startswith("conversation:"))
            await leader.send(frames.Follow(scope=conversation))
            await leader.expect(frames.SnapshotPage)
            pulse = Typing(conversation_id=ConversationId(conversation.partition(":")[2]))
            await agent.send(frames.SendPulse(type="Typing", body=codec.raw(pulse)))
            assert (await leader.expect(frames.Pulsed)).type == "Typing"
            ending = await two.http.post("/v1/sign-out", headers=bearer(agent.signed_in))
            assert ending.status_code == 204
            assert (await agent.goodbye(1.0)).refused.reason == Reason.NOT_SIGNED_IN


async def test_with_the_bus_off_everything_is_seen_with_the_next_look(settings: Callable[[Bus], Settings]) -> None:
    bus = Bus(url="nats://127.0.0.1:9", poll_seconds=0.2)
    async with running(settings(bus)) as one, running(settings(bus)) as two:
        await work_in_two(one, two, await founded(one.parts))


async def test_a_bus_that_goes_and_comes_back_is_used_again(
    settings: Callable[[Bus], Settings], nats: NatsServer
) -> None:
    bus = Bus(url=nats.url, poll_seconds=0.3)
    async with running(settings(bus)) as one, running(settings(bus)) as two:
        await heard(one, two)
        people = await founded(one.parts)
        async with two.desk(LEADER) as leader:
            await leader.resume()
            nats.stop()
            await until(lambda: not one.parts.bus.reliable, "the loss is noticed")
            await one.as_system(people.tenant_id, quick_reply("tanpa"))
            while len(leader.commits("AddQuickReply")) < 1:
                await leader.take()
            nats.start()
            await heard(one, two)
            await one.as_system(people.tenant_id, quick_reply("dengan"))
            while len(leader.commits("AddQuickReply")) < 2:
                await leader.take()
