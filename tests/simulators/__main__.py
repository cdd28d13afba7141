"""python -m tests.simulators: every provider that can be simulated here, and customers who keep writing to the demo."""

import argparse
import asyncio
import contextlib
import random
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from tests.simulators.mishaps import Unable, asked
from tests.simulators.town import machines, mail, places, places_of_meta
from tests.simulators.town.administrator import Administrator, NotSetUp
from tests.simulators.town.crowd import Crowd
from tests.simulators.town.door import Door
from tests.simulators.town.exchange import Exchange
from tests.simulators.town.memory import Memory
from tests.simulators.town.places import Place, Ports
from tests.simulators.town.talking import Pace
from tests.support import smpp
from tests.support.serving import serving
from tests.support.waiting import until

SERVER_SECONDS = 300


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8765", help="where omnix-server serves the demo")
    parser.add_argument("--port", type=int, default=8766, help="of the Telegram simulator; the others follow")
    parser.add_argument("--door", type=int, default=8780, help="port to ask for faults at")
    parser.add_argument("--rate", type=float, default=8, help="new conversations a minute")
    parser.add_argument("--calls", type=float, default=1, help="telephone calls a minute")
    parser.add_argument("--most", type=int, default=24, help="customers at once")
    parser.add_argument("--typing", type=float, default=3, help="seconds that a customer types")
    parser.add_argument("--deeds", type=float, default=0.3, help="how often a picture, a place … goes with a text")
    parser.add_argument("--dice", type=int, help="the same number gives the same customers")
    parser.add_argument("--memory", type=Path, help="a file for what the simulators know at the next run")
    parser.add_argument("--faults", default="", help="such as line=429,x=503:10%%,telegram=repeat")
    given = parser.parse_args()
    try:
        asked(given.faults)
    except Unable as unable:
        parser.error(str(unable))
    return given


async def opened(stack: AsyncExitStack, given: argparse.Namespace, exchange: Exchange) -> tuple[list[Place], list[str]]:
    """The places, and one sentence for each that is left out."""
    ports, memory = Ports(given.port), Memory(given.memory)
    stack.callback(memory.save)
    telegram = await places.telegram(stack, ports)
    found = [places.web_chat(given.server), telegram, *await places_of_meta.places(stack, ports, memory)]
    found += [await places.official_line(stack, ports), await places.x(stack, ports, memory)]
    found += [await machines.bot(stack, ports), machines.voice(exchange)]
    left_out = [why for why in (smpp.missing(), mail.missing()) if why]
    if not smpp.missing():
        found.append(await places.sms(stack, ports))
    if not mail.missing():
        found.append(await places.email(stack))
    return found, left_out


async def connect(server: str, there: list[Place]) -> None:
    """The demo company gets an account at each place. Raises NotSetUp."""
    async with httpx.AsyncClient(base_url=server, trust_env=False, timeout=10) as http:

        async def up() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return (await http.get("/readyz")).status_code == 200
            return False

        await until(up, f"{server} serves", SERVER_SECONDS, pause=0.2)
        administrator = Administrator(http)
        await administrator.sign_in()
        ours = [(place, await administrator.connect(place)) for place in there if place.title]
        ids = {place.kind: connected.account_id for place, connected in ours}
        for place in there:
            if place.begins_with_bot:
                await administrator.answer_first(ids["bot"], ids[place.kind])
        await asyncio.gather(*(place.attach(connected.hook) for place, connected in ours))


async def run(given: argparse.Namespace) -> int:
    """Until told to stop. Raises what everybody's day ended with, where it ended by itself."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    exchange = Exchange(random.Random(given.dice))
    async with AsyncExitStack() as stack:
        there, left_out = await opened(stack, given, exchange)
        door = Door(there, [f"customers write on {', '.join(place.kind for place in there if place.line)}", *left_out])
        door.ask(given.faults)
        await stack.enter_async_context(serving(door.app, given.door))
        day = asyncio.create_task(_day(given, there, door, exchange))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({day, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not day.done():
            day.cancel()
            await asyncio.wait({day})
            return 0
        return await day


async def _day(given: argparse.Namespace, there: list[Place], door: Door, exchange: Exchange) -> int:
    await connect(given.server, there)
    door.ready = True
    print("everybody is connected", flush=True)
    crowd = Crowd(there, Pace(given.typing, exchange.dice, given.deeds), given.most)
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.keep_writing(given.rate))
        group.create_task(exchange.keep_calling(given.calls))
    return 0


def main() -> int:
    try:
        return asyncio.run(run(options()))
    except (NotSetUp, Unable, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
