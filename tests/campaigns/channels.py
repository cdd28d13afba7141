"""python -m tests.campaigns.channels: many messages over all channels, with repeats, disorder, faults and kills.

Nothing inbound is lost or doubled; each reply went out once, or is shown uncertain or failed; the order in a
conversation is that in which the server accepted what came. A channel on which nothing can be written takes part with
what comes in, one that cannot come twice or in another order without that: `lacks` of its provider says why.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.campaigns.company import Company, Desk
from tests.campaigns.killing import Victim
from tests.campaigns.verdict import Verdict, judged
from tests.contract import providers
from tests.contract.provider import OPENINGS, Can, Case, Failing, Provider
from tests.contract.providers.bot import BotProvider
from tests.simulators.mishaps import Disturbance

assert providers.__all__
FAULTS = (Failing.REFUSED, Failing.THROTTLED, Failing.BROKEN)


@dataclass(frozen=True)
class Plan:
    """What is to happen."""

    inbound: int  # messages of customers, over all accounts
    outbound: int  # replies of the agent, over all accounts on which one can write
    kills: int
    seed: int
    kinds: tuple[str, ...]
    copies: int = 1  # accounts of each kind
    repeated: float = 0.05  # share of webhooks, mails and sayings that come twice
    reordered: float = 0.05  # share of them that the next one overtakes
    failing: float = 0.01  # share of replies at which the provider fails
    seconds: float = 2400  # for the whole


@dataclass
class Talk:
    """One customer at one account: what each side has said."""

    name: str
    provider: Provider
    account: str
    disturbance: Disturbance
    dice: random.Random
    heard: list[str] = field(default_factory=list)
    replied: dict[str, str] = field(default_factory=dict)  # message id: text
    failures: int = 0

    def can(self, case: Case) -> bool:
        return case not in self.provider.lacks

    def answers(self) -> list[str]:
        """What its bot has decided to say."""
        return self.provider.answers if isinstance(self.provider, BotProvider) else []


async def campaign(plan: Plan, folder: Path) -> Verdict:
    """Raises TimeoutError where it does not come to an end in time."""
    async with asyncio.timeout(plan.seconds):
        dice = random.Random(plan.seed)
        company, talks = Company(folder), list[Talk]()
        async with contextlib.AsyncExitStack() as stack:
            names = [kind for kind in plan.kinds for _ in range(plan.copies)]
            found = [await stack.enter_async_context(OPENINGS[name]()) for name in names]
            await company.found(found)
            victim = await stack.enter_async_context(Victim(company, plan.kills, dice))
            desk = await stack.enter_async_context(Desk(company))
            for name, provider, (account, _) in zip(names, found, company.accounts, strict=True):
                talks.append(_talk(plan, name, provider, account, random.Random(dice.randrange(1 << 30))))
            await asyncio.gather(
                *(_connected(company, talk.provider, *hook) for talk, hook in zip(talks, company.accounts, strict=True))
            )
            await _lived(plan, talks, desk, victim)
            await victim.at_rest(_entries(talks))
            for talk in talks:
                await company.fetched(talk.account, talk.provider)
                await talk.provider.settled([*talk.replied.values(), *talk.answers()])
            await victim.at_rest(_entries(talks))
        verdict = await judged(company, talks)
        verdict.happened(plan, talks, victim.killed)
        return verdict


def _entries(talks: list[Talk]) -> int:
    """How many messages there will be."""
    return sum(len(talk.heard) + len(talk.replied) + len(talk.answers()) for talk in talks)


def _talk(plan: Plan, name: str, provider: Provider, account: str, dice: random.Random) -> Talk:
    provider.patient()
    repeated = 0.0 if Can.REPEAT in provider.lacks else plan.repeated
    reordered = 0.0 if Can.REORDER in provider.lacks else plan.reordered
    return Talk(name, provider, account, Disturbance(repeated, reordered, dice), dice)


async def _connected(company: Company, provider: Provider, account: str, hook: str) -> None:
    await provider.attach(hook)
    if provider.helper is not None:
        await provider.helper_attached(company.helpers[account][1])
    if provider.cursor:
        await company.looked(account)


async def _lived(plan: Plan, talks: list[Talk], desk: Desk, victim: Victim) -> None:
    """Customers and the agent at the same time, and the killer among them."""
    answered = [talk for talk in talks if talk.can(Can.SEND)]

    def progress() -> float:
        done = sum(len(talk.heard) + len(talk.replied) for talk in talks)
        return done / (plan.inbound + (plan.outbound if answered else 0))

    async with asyncio.TaskGroup() as group:
        group.create_task(victim.killed_at_work(progress))
        for talk, count in zip(talks, _shares(plan.inbound, len(talks)), strict=True):
            group.create_task(_write(talk, count, plan))
        for talk, count in zip(answered, _shares(plan.outbound, len(answered)), strict=True):
            group.create_task(_answer(talk, desk, count, plan))


def _shares(whole: int, among: int) -> list[int]:
    """As even as whole numbers can be."""
    return [whole * (number + 1) // among - whole * number // among for number in range(among)]


async def _write(talk: Talk, count: int, plan: Plan) -> None:
    async with talk.provider.disturbed(talk.disturbance):
        for number in range(count):
            if isinstance(talk.provider, BotProvider):  # nobody else replies there
                await _may_fail(talk, plan)
            text = f"{talk.account[-6:]} pesan {number}"
            talk.heard.append(text)
            await talk.provider.says(text)


async def _answer(talk: Talk, desk: Desk, count: int, plan: Plan) -> None:
    interaction = await desk.picked_up(talk.account)
    for number in range(count):
        await _may_fail(talk, plan)
        text = f"{talk.account[-6:]} balasan {number}"
        talk.replied[await desk.reply(interaction, text)] = text


async def _may_fail(talk: Talk, plan: Plan) -> None:
    possible = [how for how in FAULTS if talk.can(how) or isinstance(talk.provider, BotProvider)]
    if possible and talk.dice.random() < plan.failing:
        talk.failures += 1
        await talk.provider.fails(talk.dice.choice(possible))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.channels", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="in all; a fifth of them are replies")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--copies", type=int, default=2, help="accounts of each kind, each with a customer of its own")
    parser.add_argument("--kinds", default=",".join(sorted(OPENINGS)))
    parser.add_argument("--repeated", type=float, default=Plan.repeated, help="share that comes twice")
    parser.add_argument("--reordered", type=float, default=Plan.reordered, help="share that the next one overtakes")
    parser.add_argument("--failing", type=float, default=Plan.failing, help="share of replies that a provider fails")
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="for the whole")
    return parser.parse_args()


def main() -> int:
    asked = options()
    logging.disable(logging.WARNING)  # aiosmtpd's, about passwords without TLS
    replies = asked.messages // 5
    plan = Plan(
        inbound=asked.messages - replies,
        outbound=replies,
        kills=asked.kills,
        seed=asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000),
        kinds=tuple(asked.kinds.split(",")),
        copies=asked.copies,
        repeated=asked.repeated,
        reordered=asked.reordered,
        failing=asked.failing,
        seconds=asked.seconds,
    )
    print(f"seed {plan.seed}: {plan}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="omnix-campaign-") as folder:
        verdict = asyncio.run(campaign(plan, Path(folder)))
    print(f"{verdict}\n{time.monotonic() - began:.0f} s", flush=True)
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
