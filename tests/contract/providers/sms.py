"""SMS by SMPP, at a centre out of npm's smpp; Kannel has a file of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

from tests.contract.provider import REGISTERED_SECONDS, Can, Failing, Provider, lacking, provides
from tests.simulators.mishaps import Disturbance, Shuffled
from tests.support import smpp
from tests.support.smpp import Smsc
from tests.support.waiting import until

BUDI = "628111234567"
ONLY_TEXT = lacking("An SMS is a text.", Can.MEDIA_IN, Can.MEDIA_OUT, Can.EDIT, Can.DELETE, Can.REACTION) | lacking(
    "A report says that an SMS arrived; nobody tells who has read it.", Can.READ
)


class SmsProvider(Provider):
    kind = "sms"
    lacks = MappingProxyType(
        ONLY_TEXT
        | lacking("The server is bound to the centre; nobody calls it.", Can.WEBHOOK)
        | lacking("A centre hands an SMS over without its time.", Can.TIME)
    )
    refusal = "The number is no number that the centre can reach."
    secrets = {"password": smpp.PASSWORD}  # noqa: RUF012  # the same in all of them

    def __init__(self, centre: Smsc) -> None:
        self.centre = centre
        self._shuffled = Shuffled(self._deliver)
        self._named = 0

    def settings(self) -> dict[str, str]:
        where = f"smpp://127.0.0.1:{self.centre.port}"
        return {"mode": "smpp", "url": where, "username": smpp.SYSTEM_ID, "sender": smpp.NUMBER}

    async def attach(self, hook: str) -> None:
        """The server has bound itself, and listens."""
        await until(lambda: ("receiver", 0) in self.centre.binds, "somebody receives", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        self._named += 1
        await self._shuffled.take((text, f"in-{self._named}"))

    async def _deliver(self, message: tuple[str, str]) -> None:
        """Until it is acknowledged: a centre that did not hear our answer delivers again."""
        text, name = message
        while True:
            cut = self.centre.closed
            ref = self.centre.writes(BUDI, text, receipted_message_id=name)
            await until(lambda: self.centre.is_acknowledged(ref) or self.centre.closed > cut, f"{name} is answered")  # noqa: B023
            if self.centre.is_acknowledged(ref) and await self.centre.acknowledged(ref) == 0:
                return
            await asyncio.sleep(0.1)

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self._shuffled.disturbed(by)

    async def receipts(self) -> None:
        self.centre.reports((await self.centre.got(1))[-1].id)

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            await self.centre.expect("another password")
        else:
            answers: dict[Failing, str | int] = {
                Failing.REFUSED: smpp.INVALID_DESTINATION,
                Failing.THROTTLED: smpp.THROTTLED,
                Failing.BROKEN: smpp.DROP,
            }
            await self.centre.answer(answers[how])

    def failed(self) -> int:
        return sum(one.answer != "ok" for one in self.centre.submitted)

    def sent(self) -> list[str]:
        return [one.text for one in self.centre.submitted if one.answer in ("ok", smpp.DROP)]


@provides(SmsProvider)
async def opened() -> AsyncIterator[SmsProvider]:
    async with smpp.smsc() as centre:
        yield SmsProvider(centre)
