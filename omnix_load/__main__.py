"""python -m omnix_load: `talk`, `kill`, and `agent` (one scripted agent, as `kill` starts them)."""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from omnix_desktop.tasks import Tasks
from omnix_load.decisions import DecisionLog
from omnix_load.people import Agent, open_desk, ready_file
from omnix_load.scenarios import Campaign, kill, say, talk


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every invariant holds."""
    options = parser().parse_args(arguments)
    if options.scenario == "agent":
        return asyncio.run(agent(options))
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="omnix-load-"))
    campaign = Campaign(folder, options.agents, options.customers, seed)
    if options.scenario == "talk":
        report = asyncio.run(talk(campaign, options.seconds))
    else:
        report = asyncio.run(kill(campaign, options.desktop, options.server))
    if report.wrong or options.keep:
        print(f"databases and logs: {folder}")
    else:
        shutil.rmtree(folder)
    return say(report, seed)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="omnix-load", description="Scripted people, and the checker of every invariant.")
    scenarios = top.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    talking = scenarios.add_parser("talk", help="agents and customers talk for a while")
    talking.add_argument("--seconds", type=float, default=30.0)
    killing = scenarios.add_parser("kill", help="they talk while desktops and server are killed")
    killing.add_argument("--desktop", type=int, default=200, help="how often a desktop is killed")
    killing.add_argument("--server", type=int, default=200, help="how often the server is killed")
    for scenario in (talking, killing):
        scenario.add_argument("--agents", type=int, default=20)
        scenario.add_argument("--customers", type=int, default=20)
        scenario.add_argument("--seed", type=int, help="for the same moments again")
        scenario.add_argument("--keep", action="store_true", help="leave the folder of databases and logs")
    one = scenarios.add_parser("agent", help="one scripted agent, until terminated")
    one.add_argument("--server", required=True)
    one.add_argument("--email", required=True)
    one.add_argument("--folder", type=Path, required=True)
    one.add_argument("--seed", required=True)
    one.add_argument("--pace", type=float, default=0.6)
    return top


async def agent(options: argparse.Namespace) -> int:
    """Works until SIGTERM, then finishes what was decided; 0 when it could."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    ready_file(options.folder).touch()
    desk = await open_desk(options.server, options.email, options.folder)
    desk.start()
    person = Agent(desk, DecisionLog(options.folder / "decisions"), random.Random(options.seed), options.pace)
    tasks = Tasks("agent")
    tasks.start(person.work(), "work")
    await told.wait()
    await tasks.close()
    try:
        await person.settle()
    except TimeoutError:
        return 1
    finally:
        await desk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
