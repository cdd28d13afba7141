"""An exchange whose callers are answered, or give up, at a human pace."""

import asyncio
import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from omnix_protocol.ids import new_id
from tests.simulators.call_sender import post_call
from tests.simulators.town.people import phone

ENDS = (("answered", "ended"), ("answered", "ended"), ("missed",), ("dropped",))
"""What may follow the ringing."""


@dataclass
class Exchange:
    """It tells where `attach` said."""

    dice: random.Random
    line: str = "1500123"
    secret: str = "webhook-secret-of-the-simulated-exchange"
    hook: str = ""

    async def attach(self, hook: str) -> None:
        self.hook = hook

    async def keep_calling(self, per_minute: float) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            for number in itertools.count():
                try:
                    await self._call(http, phone(number), 60 / per_minute)
                except httpx.HTTPError as error:
                    print(f"a call was not told: {type(error).__name__}", flush=True)
                    await asyncio.sleep(5)

    async def _call(self, http: httpx.AsyncClient, caller: str, seconds: float) -> None:
        told = {"call_id": new_id(), "from": caller, "to": self.line, "extension": str(self.dice.randint(201, 209))}
        for event in ("ringing", *self.dice.choice(ENDS)):
            now = datetime.now(UTC).isoformat()
            (await post_call(http, self.hook, self.secret, **told, event=event, at=now)).raise_for_status()
            await asyncio.sleep(seconds / 3 * self.dice.uniform(0.5, 1.5))
