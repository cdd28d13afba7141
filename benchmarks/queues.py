"""Pick-up, opening and a queue's change with 100 and with 100,000 interactions waiting: the same within 1.5 ×."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.store.engine import DatabaseSettings
from benchmarks.crowd import gather
from benchmarks.figures import Figure, median, tell
from benchmarks.places import database, folder
from omnix_protocol import codec, frames, scopes
from omnix_protocol.conversations import End, PickedUp, PickUpNext
from omnix_protocol.ids import CommandId, new_id
from tests.support.backend import Backend, Desk, People, customer_writes, founded, running, settings_for

FEW, MANY = 100, 100_000
ROUNDS = 60
KINDS = ("sqlite", "postgresql")
DEEDS = ("pick-up", "opening", "queue's change")

Times = dict[str, list[float]]


@dataclass
class Side:
    """A server with so many waiting, and an agent at it."""

    backend: Backend
    people: People
    desk: Desk
    times: Times


async def pick_up(desk: Desk, times: Times) -> PickedUp:
    """F2: the result is the pick-up, the conversation's whole snapshot the opening."""
    asked = CommandId(new_id())
    began = time.perf_counter()
    await desk.send(frames.Run(id=asked, type="PickUpNext", body=codec.raw(PickUpNext())))
    opened: dict[str, float] = {}
    picked: PickedUp | None = None
    while picked is None or scopes.conversation(picked.conversation_id) not in opened:
        frame = await desk.take()
        if isinstance(frame, frames.SnapshotPage) and frame.last:
            opened[frame.scope] = time.perf_counter() - began
        elif isinstance(frame, frames.Result) and frame.id == asked:
            assert frame.refused is None, frame.refused
            times["pick-up"].append(time.perf_counter() - began)
            picked = codec.decode(frame.body, PickedUp)
    times["opening"].append(opened[scopes.conversation(picked.conversation_id)])
    return picked


async def until(desk: Desk, what: str) -> None:
    """The next commit of this command has come in."""
    while True:
        frame = await desk.take()
        if isinstance(frame, frames.Batch) and any(commit.what == what for commit in frame.commits):
            return


async def deeds(side: Side) -> None:
    """Each thing done once over the agent's own socket, noted in seconds."""
    picked = await pick_up(side.desk, side.times)
    ended = await side.desk.run(End(interaction_id=picked.interaction_id))
    assert ended.refused is None, ended.refused
    began = time.perf_counter()
    await customer_writes(side.backend.parts, side.people, "Halo", f"newcomer-{new_id()}")
    await until(side.desk, "ReceiveMessage")
    side.times["queue's change"].append(time.perf_counter() - began)


@asynccontextmanager
async def side(where: DatabaseSettings, home: Path, count: int) -> AsyncIterator[Side]:
    async with running(settings_for(where, home)) as backend:
        people = await founded(backend.parts)
        await gather(backend.parts, people, where, count)
        async with backend.desk("agent@samudra.example") as desk:
            await desk.resume()
            yield Side(backend, people, desk, {deed: [] for deed in DEEDS})


async def in_turn(few: DatabaseSettings, many: DatabaseSettings, homes: tuple[Path, Path]) -> tuple[Times, Times]:
    """Both sides in turn, so that what else the machine does falls on both."""
    async with side(few, homes[0], FEW) as one, side(many, homes[1], MANY) as other:
        for _ in range(ROUNDS):
            await deeds(one)
            await deeds(other)
        return one.times, other.times


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        with database(kind) as one, database(kind) as other, folder() as home, folder() as second:
            few, many = asyncio.run(in_turn(one, other, (home, second)))
        for deed in DEEDS:
            small, large = median(few[deed]), median(many[deed])
            yield Figure(name=f"{deed}, {FEW} waiting, {kind}", value=small * 1000, unit="ms")
            yield Figure(name=f"{deed}, {MANY:,} waiting, {kind}", value=large * 1000, unit="ms")
            yield Figure(name=f"{deed}, {MANY:,} against {FEW}, {kind}", value=large / small, unit="×", bound=1.5)


if __name__ == "__main__":
    tell(measure)
