"""Invented customers who keep writing, and who answer when they are answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from backend.demo.talks import FIRST, LAST, Talk, talks
from tests.simulators.telegram import Person, TelegramSimulator
from tests.simulators.visitor import Visitor

REPLY_PATIENCE = 3600.0
"""How long a customer waits for an answer before giving up."""
THANKS = ("Terima kasih 🙏", "Baik, terima kasih banyak.", "Oke siap, makasih ya 👍", "Sip, sudah jelas.")


@dataclass
class Pace:
    """How fast people type; tests are in a hurry."""

    typing: float = 3.0
    dice: random.Random = field(default_factory=random.Random)

    async def pause(self) -> None:
        await asyncio.sleep(self.typing * self.dice.uniform(0.5, 1.5))


class OnTelegram:
    """A customer's side of a private chat with the bot."""

    def __init__(self, simulator: TelegramSimulator, token: str, person: Person) -> None:
        self._simulator = simulator
        self._token = token
        self._person = person

    async def say(self, text: str) -> None:
        await self._simulator.write(self._token, self._person, text)

    def answers(self) -> int:
        return sum(one["chat"]["id"] == self._person.id for one in self._simulator.bot(self._token).sent)

    async def answered(self, count: int) -> None:
        await self._simulator.replies(self._token, self._person.id, count + 1, REPLY_PATIENCE)


class OnWebChat:
    """A visitor of the page."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def say(self, text: str) -> None:
        await self._visitor.say(text, timeout=REPLY_PATIENCE)

    def answers(self) -> int:
        return self._visitor.answers()

    async def answered(self, count: int) -> None:
        await self._visitor.reply_after(count, REPLY_PATIENCE)


async def talk_through(talk: Talk, line: OnTelegram | OnWebChat, pace: Pace, fill: Callable[[str], str]) -> None:
    """One conversation: the customer's lines, each group after an answer."""
    waited = line.answers()
    waiting_for_answer = False
    for by_agent, text in talk.lines:
        if by_agent:
            waiting_for_answer = True
            continue
        if waiting_for_answer:
            await line.answered(waited)
            waited = line.answers()
            waiting_for_answer = False
        await pace.pause()
        await line.say(fill(text))
    if waiting_for_answer:
        await line.answered(waited)
        await pace.pause()
        await line.say(pace.dice.choice(THANKS))


def names(dice: random.Random) -> Iterator[str]:
    while True:
        yield f"{dice.choice(FIRST)} {dice.choice(LAST)}"


class Crowd:
    """Starts conversations at a rate, never more at once than `most`."""

    def __init__(
        self, server: str, route: str, simulator: TelegramSimulator, token: str, pace: Pace, most: int
    ) -> None:
        self._server = server
        self._route = route
        self._simulator = simulator
        self._token = token
        self._pace = pace
        self._most = most
        self._names = names(pace.dice)
        self._talks = talks()
        self._busy: set[asyncio.Task[None]] = set()
        self._people = [self._person(number) for number in range(40)]
        self.begun = 0

    def _person(self, number: int) -> Person:
        first, last = next(self._names).split()
        return Person(880_000_000 + number, first, last, f"pelanggan{number}")

    async def keep_writing(self, per_minute: float) -> None:
        """Until cancelled."""
        try:
            while True:
                if len(self._busy) < self._most:
                    self._begin()
                await asyncio.sleep(60 / per_minute * self._pace.dice.uniform(0.5, 1.5))
        finally:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    def _begin(self) -> None:
        self.begun += 1
        someone = self._on_telegram if self.begun % 2 else self._on_web_chat
        task = asyncio.create_task(self._careful(someone))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _careful(self, someone: Callable[[Talk], Awaitable[None]]) -> None:
        try:
            await someone(self._pace.dice.choice(self._talks))
        except TimeoutError:
            return  # gave up waiting
        except Exception as error:
            print(f"a customer went away: {type(error).__name__}: {error}", flush=True)

    async def _on_telegram(self, talk: Talk) -> None:
        person = self._people[(self.begun // 2) % len(self._people)]
        await talk_through(talk, OnTelegram(self._simulator, self._token, person), self._pace, _filled(self._pace.dice))

    async def _on_web_chat(self, talk: Talk) -> None:
        async with Visitor(self._server, self._route, next(self._names)).here() as visitor:
            await talk_through(talk, OnWebChat(visitor), self._pace, _filled(self._pace.dice))


def _filled(dice: random.Random) -> Callable[[str], str]:
    service, home = f"1{dice.randint(10**10, 10**11 - 1)}", f"Jl. Kenanga No. {dice.randint(1, 90)}, Kota Contoh"
    return lambda text: text.replace("{service}", service).replace("{address}", home)
