"""Promise 5 over real sockets: a hundred agents race for each of fifty; one gets it, the losers are told who."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend import clock
from backend.bus import open_bus
from backend.config import SignIn
from backend.gateway.sessions import Sessions
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol import codec, frames
from omnix_protocol.conversations import PickUp
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, InteractionId, TenantId, new_id
from tests.support.backend import hello
from tests.support.nats import NatsServer
from tests.support.office import Names
from tests.support.pick_up_race import AGENTS, Outcomes, agent, judge, race_opened
from tests.support.postgres import Cluster
from tests.support.server_process import Serving, begun, ready
from tests.support.stores import migrated_postgres, migrated_sqlite

PROCESSES = 3
PATIENCE_SECONDS = 30
NO_NATS = "nats://127.0.0.1:9"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Racer:
    """One agent's socket: follows what the agent's desktop follows, and runs one command at a time."""

    name: str
    wire: ClientConnection
    current: asyncio.Event = field(default_factory=asyncio.Event)
    awaited: dict[str, asyncio.Future[tuple[Result, float]]] = field(default_factory=dict)

    async def listen(self) -> None:
        try:
            async for data in self.wire:
                match codec.server_frame(data):
                    case Result() as result:
                        self.awaited.pop(result.id).set_result((result, time.perf_counter()))
                    case frames.Batch(number=number) | frames.SnapshotPage(number=number):
                        await self.wire.send(codec.encode(frames.Ack(number=number)))
                    case frames.Current():
                        self.current.set()
        except ConnectionClosed:
            pass
        for waiting in self.awaited.values():
            waiting.set_exception(ConnectionError(f"{self.name} was cut off: {self.wire.close_reason}"))

    async def picks_up(self, interaction_id: InteractionId) -> tuple[Result, float]:
        """What became of it, and when it was known here."""
        asked = CommandId(new_id())
        self.awaited[asked] = asyncio.get_running_loop().create_future()
        told = self.awaited[asked]
        body = codec.raw(PickUp(interaction_id=interaction_id))
        await self.wire.send(codec.encode(frames.Run(id=asked, type="PickUp", body=body)))
        return await told


async def tokens(place: DatabaseSettings, tenant_id: TenantId) -> list[str]:
    """An access token for each agent, without the hundred passwords."""
    store, bus, names = Store(place), open_bus(""), Names()
    names.tenant_id = tenant_id
    try:
        sessions = Sessions(store, bus, SignIn(), clock.now)
        opened = [
            await sessions.open(tenant_id, names.user(agent(number)), "device-1", "test", "127.0.0.1")
            for number in range(AGENTS)
        ]
        return [pair.access for _, pair in opened]
    finally:
        await store.close()


@asynccontextmanager
async def racing(servers: Sequence[Serving], access: Sequence[str]) -> AsyncIterator[list[Racer]]:
    """Everybody at their socket, spread over the servers, up to date."""
    tasks: list[asyncio.Task[None]] = []
    racers: list[Racer] = []

    async def sits_down(number: int) -> Racer:
        url = servers[number % len(servers)].socket_url
        wire = await connect(
            url, proxy=None, compression=None, ping_interval=None, max_size=frames.MAX_SERVER_FRAME, open_timeout=60
        )
        racer = Racer(agent(number), wire)
        await wire.send(codec.encode(hello(access[number])))
        assert isinstance(codec.server_frame(await wire.recv()), frames.Welcome)
        tasks.append(asyncio.create_task(racer.listen()))
        await wire.send(codec.encode(frames.Resume()))
        return racer

    try:
        for first in range(0, AGENTS, 20):
            racers += await asyncio.gather(*(sits_down(number) for number in range(first, first + 20)))
        async with asyncio.timeout(60):
            for racer in racers:
                await racer.current.wait()
        yield racers
    finally:
        await asyncio.gather(*(racer.wire.close() for racer in racers))
        await asyncio.gather(*tasks)


async def race(
    servers: Sequence[Serving], access: Sequence[str], waiting: Sequence[InteractionId]
) -> tuple[Outcomes, list[float]]:
    """Who got what, and how many milliseconds after the winner each loser knew the winner's name."""
    outcomes: Outcomes = {}
    later: list[float] = []
    async with racing(servers, access) as racers:
        for interaction_id in waiting:
            async with asyncio.timeout(PATIENCE_SECONDS):
                tries = await asyncio.gather(*(racer.picks_up(interaction_id) for racer in racers))
            outcomes[interaction_id] = [(racer.name, told) for racer, (told, _) in zip(racers, tries, strict=True)]
            won = min(at for told, at in tries if told.refused is None)
            later += [
                max(0.0, at - won) * 1000
                for told, at in tries
                if told.refused is not None and told.refused.code == Reason.ALREADY_TAKEN
            ]
    return outcomes, sorted(later)


@contextmanager
def serving(place: DatabaseSettings, home: Path, count: int, **more: str) -> Iterator[list[Serving]]:
    with ExitStack() as stack:
        servers = []
        for number in range(count):
            folder = home / f"server{number}"
            folder.mkdir()
            servers.append(stack.enter_context(begun(place, folder, more=more)))
        for one in servers:
            ready(one)
        yield servers


def hold(place: DatabaseSettings, home: Path, where: str, say: Callable[[str], None], count: int, **more: str) -> None:
    tenant_id, waiting = asyncio.run(race_opened(place))
    access = asyncio.run(tokens(place, tenant_id))
    with serving(place, home, count, **more) as servers:
        outcomes, later = asyncio.run(race(servers, access, waiting))
        faults = [one.log.read_text() for one in servers if one.log.stat().st_size]
    asyncio.run(judge(place, tenant_id, outcomes))
    if faults:
        pytest.fail("\n".join(faults))
    middle, late = later[len(later) // 2], later[int(len(later) * 0.99)]
    say(f"{where}: losers know the winner {middle:.0f} ms later (median), {late:.0f} (99 %), {later[-1]:.0f} (last)")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """For people: how long is a matter of the machine, who is not."""

    def printed(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}")

    return printed


def test_a_hundred_race_for_fifty_on_sqlite(tmp_path: Path, say: Callable[[str], None]) -> None:
    hold(migrated_sqlite(tmp_path), tmp_path, "SQLite, one process", say, 1)


@pytest.mark.postgres
@pytest.mark.nats
def test_a_hundred_race_for_fifty_on_three_processes_behind_nats(
    postgres: Cluster, nats: NatsServer, tmp_path: Path, say: Callable[[str], None]
) -> None:
    with migrated_postgres(postgres) as place:
        hold(place, tmp_path, "PostgreSQL, three processes, NATS", say, PROCESSES, OMNIX_BUS_URL=nats.url)


@pytest.mark.postgres
def test_a_hundred_race_for_fifty_on_three_processes_with_nats_off(
    postgres: Cluster, tmp_path: Path, say: Callable[[str], None]
) -> None:
    with migrated_postgres(postgres) as place:
        hold(place, tmp_path, "PostgreSQL, three processes, NATS off", say, PROCESSES, OMNIX_BUS_URL=NO_NATS)
