"""Messenger and Instagram's direct messages, at our own Graph simulator."""

from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any

from tests.contract.provider import Can, lacking, provides
from tests.contract.providers.graph import BUDI, GraphProvider
from tests.simulators.graph.accounts import Page, Professional
from tests.simulators.graph.messaging import InstagramDirect, Messenger
from tests.simulators.graph.simulator import graph_simulator


class _Direct(GraphProvider):
    messaging: Messenger | InstagramDirect

    async def says(self, text: str) -> Any:
        return (await self.messaging.text(self.theirs, BUDI, text))["message"]["mid"]

    async def shows(self, data: bytes, name: str) -> None:
        await self.messaging.file(self.theirs, BUDI, "image", data, "image/png", name)

    async def reacts(self, emoji: str) -> None:
        await self.messaging.reaction(self.theirs, BUDI, self.simulator.world.sent[-1].id, emoji)

    async def files(self) -> list[bytes]:
        return self.uploads("messages", "filedata")


class MessengerProvider(_Direct):
    kind = "messenger"
    lacks = MappingProxyType(lacking("Messenger does not tell what a customer deletes.", Can.DELETE))
    theirs: Page

    async def edits(self, message: Any, text: str) -> None:
        await self.messaging.edit(self.theirs, BUDI, message, text)

    async def receipts(self) -> None:
        messenger = self.simulator.messenger
        await messenger.delivered(self.theirs, BUDI, self.simulator.world.sent[-1])
        await messenger.read(self.theirs, BUDI)


class InstagramProvider(_Direct):
    kind = "instagram"
    lacks = MappingProxyType(
        lacking("Instagram tells what was read, and not what arrived.", Can.DELIVERED)
        | lacking("Instagram tells of unsent messages, and not of changed ones.", Can.EDIT)
    )
    theirs: Professional

    async def takes_back(self, message: Any) -> None:
        await self.simulator.instagram.unsend(self.theirs, BUDI, message)

    async def receipts(self) -> None:
        await self.simulator.instagram.read(self.theirs, BUDI, self.simulator.world.sent[-1])


@provides(MessengerProvider)
async def messenger() -> AsyncIterator[MessengerProvider]:
    page = Page()
    async with graph_simulator(page) as simulator:
        provider = MessengerProvider(page, simulator)
        provider.messaging = simulator.messenger
        yield provider


@provides(InstagramProvider)
async def instagram() -> AsyncIterator[InstagramProvider]:
    professional = Professional()
    async with graph_simulator(professional) as simulator:
        provider = InstagramProvider(professional, simulator)
        provider.messaging = simulator.instagram
        yield provider
