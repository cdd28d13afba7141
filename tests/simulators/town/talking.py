"""How an invented customer talks a script through."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.demo.talks import Talk
from tests.simulators.town.lines import Line

THANKS = ("Terima kasih 🙏", "Baik, terima kasih banyak.", "Oke siap, makasih ya 👍", "Sip, sudah jelas.")


@dataclass
class Pace:
    """How fast people type, and how often they send more than words; tests are in a hurry."""

    typing: float = 3.0
    dice: random.Random = field(default_factory=random.Random)
    deeds: float = 0.0  # 0 to 1

    async def pause(self) -> None:
        await asyncio.sleep(self.typing * self.dice.uniform(0.5, 1.5))


async def talk_through(talk: Talk, line: Line, pace: Pace, fill: Callable[[str], str]) -> None:
    """One conversation: the customer's lines, each group after an answer. Raises TimeoutError where none comes."""
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
            await line.sees()
        await pace.pause()
        await line.say(fill(text))
        await _does_more(line, pace)
    if waiting_for_answer:
        await line.answered(waited)
        await line.sees()
        await pace.pause()
        await line.say(pace.dice.choice(THANKS))


async def _does_more(line: Line, pace: Pace) -> None:
    deeds = line.deeds(pace.dice)
    if deeds and pace.dice.random() < pace.deeds:
        await pace.pause()
        await pace.dice.choice(deeds)()
