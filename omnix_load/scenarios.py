"""What can be asked of the load generator: people talk for a while; or they talk while everything is killed."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnix_desktop.cache.queries import queue
from omnix_desktop.tasks import Tasks
from omnix_load.checker import (
    AgentSide,
    Report,
    check_agent,
    check_customers,
    check_positions,
    check_sequences,
    entries_of,
    online,
)
from omnix_load.customers import Customer
from omnix_load.decisions import DecisionLog, read_log
from omnix_load.people import Agent, open_desk, ready_file
from omnix_load.server_process import ServerProcess, email, spawn

FINISH_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Campaign:
    """How many of whom, how fast, and the seed that makes the moments."""

    folder: Path
    agents: int
    customers: int
    seed: int
    agent_pace: float = 0.6
    customer_pace: float = 2.0


class Stage:
    """A server and its customers, set up and taken down."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.server = ServerProcess(campaign.folder)
        self.customers: list[Customer] = []
        self._tasks = Tasks("customers")
        self._talking: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        chat = await self.server.found(self.campaign.agents)
        self.server.begin()
        await self.server.ready()
        for number in range(self.campaign.customers):
            chance = random.Random(f"{self.campaign.seed} customer {number}")
            customer = Customer(chat, f"pelanggan{number}", chance, self.campaign.customer_pace)
            self.customers.append(customer)
            self._talking.append(self._tasks.start(customer.talk(), customer.name))

    async def finish_customers(self) -> None:
        """Until everybody's last word is taken."""
        for customer in self.customers:
            customer.finish()
        async with asyncio.timeout(FINISH_SECONDS):
            await asyncio.gather(*self._talking)

    async def check(self, agents: Iterable[AgentSide]) -> Report:
        report = Report()
        sides = list(agents)
        supervisor = await open_desk(self.server.url, email("supervisor"), self.campaign.folder / "supervisor")
        await online(supervisor)
        known = {decision.conversation_id for side in sides for decision in side.decisions}
        known |= {row.conversation_id for row in queue.waiting(supervisor.engine.reader(), limit=500).rows}
        known |= await self._held_now(sides)
        truth = await entries_of(supervisor, sorted(known))
        await check_sequences(supervisor, "supervisor", self.server.url, report)
        await supervisor.close()
        check_positions(truth, report)
        for customer in self.customers:
            await customer.look()
        check_customers(truth, self.customers, report)
        for side in sides:
            await check_agent(self.server.url, side, truth, report)
        return report

    async def _held_now(self, sides: Iterable[AgentSide]) -> set[str]:
        """Conversations that were taken and not yet answered."""
        found: set[str] = set()
        for side in sides:
            desk = await open_desk(self.server.url, side.email, side.folder)
            rows = desk.engine.reader().rows("SELECT DISTINCT conversation_id FROM interactions")
            found |= {row[0] for row in rows}
            await desk.close()
        return found

    async def close(self) -> None:
        await self._tasks.close()
        self.server.end()

    def side(self, number: int) -> AgentSide:
        folder = self.campaign.folder / f"agent{number}"
        return AgentSide(f"agent{number}", email("agent", number), folder, read_log(folder / "decisions"))


async def talk(campaign: Campaign, seconds: float) -> Report:
    """Agents in this process, customers beside them, nothing is harmed."""
    stage = Stage(campaign)
    tasks = Tasks("agents")
    agents: list[Agent] = []
    try:
        await stage.open()
        for number in range(campaign.agents):
            folder = campaign.folder / f"agent{number}"
            desk = await open_desk(stage.server.url, email("agent", number), folder)
            desk.start()
            chance = random.Random(f"{campaign.seed} agent {number}")
            agents.append(Agent(desk, DecisionLog(folder / "decisions"), chance, campaign.agent_pace))
            tasks.start(agents[-1].work(), f"agent {number}")
        await asyncio.sleep(seconds)
        await tasks.close()
        await stage.finish_customers()
        for agent in agents:
            await agent.settle()
            await agent.desk.close()
        return await stage.check(stage.side(number) for number in range(campaign.agents))
    finally:
        await tasks.close()
        for agent in agents:
            await agent.desk.close()
        await stage.close()


class Victims:
    """Agents as processes of their own."""

    def __init__(self, campaign: Campaign, server: str) -> None:
        self._campaign, self._server = campaign, server
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._lives = 0

    def begin(self, number: int) -> None:
        self._lives += 1
        folder = self._folder(number)
        folder.mkdir(exist_ok=True)
        ready_file(folder).unlink(missing_ok=True)
        arguments = ["agent", "--server", self._server, "--email", email("agent", number), "--folder", str(folder)]
        arguments += [
            "--seed",
            f"{self._campaign.seed} {number} {self._lives}",
            "--pace",
            str(self._campaign.agent_pace),
        ]
        self._processes[number] = spawn(arguments, self._campaign.folder / f"agent{number}.log")

    def kill(self, number: int) -> None:
        """kill -9, and begun again at once."""
        process = self._processes.pop(number)
        process.kill()
        process.wait()
        self.begin(number)

    async def settle(self) -> list[int]:
        """Ask everybody to finish; the answer names those who did not."""
        for number, process in self._processes.items():
            async with asyncio.timeout(FINISH_SECONDS):
                while not ready_file(self._folder(number)).exists():  # noqa: ASYNC110  # of another process
                    await asyncio.sleep(0.05)
            process.terminate()
        late = []
        for number, process in self._processes.items():
            try:
                code = await asyncio.to_thread(process.wait, FINISH_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                code = -9
            if code != 0:
                late.append(number)
        self._processes.clear()
        return late

    def _folder(self, number: int) -> Path:
        return self._campaign.folder / f"agent{number}"

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()


async def kill(campaign: Campaign, desktop: int, server: int) -> Report:
    """kill -9 of agents and of the server at random moments while everybody talks; then the checker."""
    chance = random.Random(f"{campaign.seed} moments")
    stage = Stage(campaign)
    victims = Victims(campaign, stage.server.url)
    try:
        await stage.open()
        for number in range(campaign.agents):
            victims.begin(number)
        await asyncio.sleep(5)
        moments = ["desktop"] * desktop + ["server"] * server
        chance.shuffle(moments)
        began = time.monotonic()
        for done, moment in enumerate(moments, 1):
            await asyncio.sleep(chance.uniform(0.05, 1.0))
            if moment == "desktop":
                victims.kill(chance.randrange(campaign.agents))
            else:
                stage.server.kill()
                stage.server.begin()
                if chance.random() < 0.7:  # else the next blow may fall while it starts
                    await stage.server.ready()
                    await asyncio.sleep(chance.uniform(0.0, 2.0))
            if done % 20 == 0:
                print(f"{done} of {len(moments)} killed, {time.monotonic() - began:.0f} s", flush=True)
        await stage.server.ready()
        await stage.finish_customers()
        late = await victims.settle()
        report = await stage.check(stage.side(number) for number in range(campaign.agents))
        report.require(not late, f"agents {late} did not settle")
        report.count("desktop killed", desktop)
        report.count("server killed", server)
        return report
    finally:
        victims.close()
        await stage.close()


def say(report: Report, seed: int) -> int:
    """For people; the exit code for programs."""
    print(f"seed {seed}: " + ", ".join(f"{what} {number}" for what, number in sorted(report.counts.items())))
    for sentence in report.wrong[:50]:
        print(f"WRONG: {sentence}", file=sys.stderr)
    print("every invariant holds" if not report.wrong else f"{len(report.wrong)} invariants are broken")
    return 1 if report.wrong else 0
