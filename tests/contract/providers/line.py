"""LINE, at our own simulator."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

from tests.contract.provider import PATIENCE, REGISTERED_SECONDS, Can, Failing, Provider, lacking, provides
from tests.simulators.line import LineSimulator, signature
from tests.simulators.line_api import Person, user_id
from tests.simulators.mishaps import Disturbance, Fault
from tests.support.serving import serving
from tests.support.waiting import until

TOKEN, SECRET = "contract-token", "contract-secret"
SITI = Person(user_id(1), "Siti")
FAULTS = {
    Failing.REFUSED: Fault(400, "The user hasn't added the LINE Official Account as a friend."),
    Failing.THROTTLED: Fault(429, headers=(("retry-after", "1"),)),
    Failing.BROKEN: Fault(500, after_work=True),
}


class LineProvider(Provider):
    kind = "line"
    lacks = MappingProxyType(
        lacking("LINE tells of no receipts.", Can.DELIVERED, Can.READ)
        | lacking("A message of LINE can be taken back, and not changed.", Can.EDIT)
        | lacking("LINE tells of no reactions.", Can.REACTION)
        | lacking("LINE fetches files by itself, by https only.", Can.MEDIA_OUT)
    )
    refusal = "The user hasn't added the LINE Official Account as a friend."

    def __init__(self, simulator: LineSimulator, address: str) -> None:
        self.simulator, self.address = simulator, address
        self.secrets = {"channel_secret": SECRET, "access_token": TOKEN}
        simulator.bot(TOKEN, SECRET).people[SITI.id] = SITI

    def settings(self) -> dict[str, str]:
        return {"base_url": self.address, "data_url": self.address}

    async def attach(self, hook: str) -> None:
        """The server has told LINE."""
        bot = self.simulator.bot(TOKEN)
        await until(lambda: bot.webhook == hook, "the endpoint was set", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        return await self.simulator.write(TOKEN, SITI, text)

    async def shows(self, data: bytes, name: str) -> None:  # LINE's pictures have no names
        await self.simulator.show(TOKEN, SITI, "image", data, "image/png")

    async def takes_back(self, message: Any) -> None:
        await self.simulator.unsend(TOKEN, SITI, message["message"]["id"])

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self.simulator.courier.disturbed(by)

    def patient(self) -> None:
        self.simulator.courier.attempts = PATIENCE

    async def forged(self) -> int:
        return await self._post(self.simulator.emitted[-1], "d3Jvbmc=")

    async def replayed(self) -> int:
        body = self.simulator.emitted[-1]
        return await self._post(body, signature(SECRET, body))

    async def _post(self, body: bytes, signed: str) -> int:
        headers = {"x-line-signature": signed}
        return (
            await self.simulator.http.post(self.simulator.bot(TOKEN).webhook, content=body, headers=headers)
        ).status_code

    async def fails(self, how: Failing) -> None:
        if how is Failing.REVOKED:
            self.simulator.bot(TOKEN).revoked = True
            return
        for call in ("reply", "push"):
            self.simulator.fail(TOKEN, call, FAULTS[how])

    def failed(self) -> int:
        return self.simulator.bot(TOKEN).faults.happened

    def sent(self) -> list[str]:
        return [it.message["text"] for it in self.simulator.bot(TOKEN).sent if it.message["type"] == "text"]


@provides(LineProvider)
async def opened() -> AsyncIterator[LineProvider]:
    simulator = LineSimulator(https_only=False)
    async with serving(simulator.app) as address:
        yield LineProvider(simulator, address)
    await simulator.close()
