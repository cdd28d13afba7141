"""WhatsApp's Cloud API, at our own Graph simulator."""

from collections.abc import AsyncIterator
from typing import Any

from tests.contract.provider import REGISTERED_SECONDS, provides
from tests.contract.providers.graph import BUDI, GraphProvider
from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Number
from tests.simulators.graph.simulator import graph_simulator
from tests.support.waiting import until


class WhatsAppProvider(GraphProvider):
    kind = "whatsapp"
    refused = errors.UNDELIVERABLE
    limited = errors.THROUGHPUT
    theirs: Number

    def settings(self) -> dict[str, str]:
        base = f"{self.simulator.world.address}/v25.0"
        return {"base_url": base, "phone_number_id": self.theirs.id, "waba_id": self.theirs.waba_id}

    async def attach(self, hook: str) -> None:
        """The server has asked for it."""
        hooks = self.simulator.hooks
        await until(lambda: hooks.url_of(self.theirs) == hook, "the number has an address", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        return await self.simulator.whatsapp.text(self.theirs, BUDI, text)

    async def shows(self, data: bytes, name: str) -> None:
        await self.simulator.whatsapp.file(self.theirs, BUDI, data, "image/png", name=name)

    async def edits(self, message: Any, text: str) -> None:
        await self.simulator.whatsapp.edit(self.theirs, BUDI, message, text)

    async def takes_back(self, message: Any) -> None:
        await self.simulator.whatsapp.revoke(self.theirs, BUDI, message)

    async def reacts(self, emoji: str) -> None:
        await self.simulator.whatsapp.reaction(self.theirs, BUDI, self.simulator.world.sent[-1].id, emoji)

    async def receipts(self) -> None:
        """Meta lets the later one overtake the earlier."""
        for state in ("read", "sent", "delivered"):
            await self.simulator.whatsapp.status(self.simulator.world.sent[-1], state)

    async def files(self) -> list[bytes]:
        return self.uploads("media", "file")


@provides(WhatsAppProvider)
async def opened() -> AsyncIterator[WhatsAppProvider]:
    number = Number()
    async with graph_simulator(number) as simulator:
        yield WhatsAppProvider(number, simulator)
