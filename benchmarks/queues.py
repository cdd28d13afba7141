"""Pick-up, opening and a queue's change with 100 and with 100,000 interactions waiting: the same within 1.5 ×."""

import asyncio
import time
from collections.abc import Iterator
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


async def deeds(backend: Backend, people: People, desk: Desk) -> Times:
    """Each thing done ROUNDS times over the agent's own socket, in seconds."""
    times: Times = {deed: [] for deed in DEEDS}
    for number in range(ROUNDS):
        picked = await pick_up(desk, times)
        ended = await desk.run(End(interaction_id=picked.interaction_id))
        assert ended.refused is None, ended.refused
        began = time.perf_counter()
        await customer_writes(backend.parts, people, "Halo", f"newcomer-{number}-{new_id()}")
        await until(desk, "ReceiveMessage")
        times["queue's change"].append(time.perf_counter() - began)
    return times


async def with_waiting(where: DatabaseSettings, home: Path, count: int) -> Times:
    async with running(settings_for(where, home)) as backend:
        people = await founded(backend.parts)
        await gather(backend.parts, people, where, count)
        async with backend.desk("agent@samudra.example") as desk:
            await desk.resume()
            return await deeds(backend, people, desk)


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        few, many = run(kind, FEW), run(kind, MANY)
        for deed in DEEDS:
            small, large = median(few[deed]), median(many[deed])
            yield Figure(name=f"{deed}, {FEW} waiting, {kind}", value=small * 1000, unit="ms")
            yield Figure(name=f"{deed}, {MANY:,} waiting, {kind}", value=large * 1000, unit="ms")
            yield Figure(name=f"{deed}, {MANY:,} against {FEW}, {kind}", value=large / small, unit="×", bound=1.5)


def run(kind: str, count: int) -> Times:
    with database(kind) as where, folder() as home:
        return asyncio.run(with_waiting(where, home, count))


if __name__ == "__main__":
    tell(measure)
