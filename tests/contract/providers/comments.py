"""Comments below a Facebook page's posts and an Instagram account's media, at our own Graph simulator."""

from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any

from omnix_protocol.messages import DeliveryState
from tests.contract.provider import Can, lacking, provides
from tests.contract.providers.graph import BUDI, GraphProvider
from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Page, Professional
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator

NO_RECEIPTS = lacking("Nobody tells who has read a comment.", Can.DELIVERED, Can.READ)


class _Comments(GraphProvider):
    refused = errors.CANNOT_REPLY
    after_broken = DeliveryState.SENT  # a comment of ours is told back by webhook
    theirs: Page | Professional

    def __init__(self, theirs: Page | Professional, simulator: GraphSimulator) -> None:
        super().__init__(theirs, simulator)
        self.post = simulator.comments.post(theirs, "Gangguan di Bandung sudah teratasi.")

    async def says(self, text: str) -> Any:
        return await self.simulator.comments.write(self.post, BUDI, text)

    async def shows(self, data: bytes, name: str) -> None:
        media = self.simulator.media.put(self.theirs, data, "image/png", name)
        await self.simulator.comments.write(self.post, BUDI, "", photo=self.simulator.media.cdn(media))


class FacebookProvider(_Comments):
    kind = "fb_comment"
    lacks = MappingProxyType(NO_RECEIPTS | lacking("Nobody tells who likes a comment.", Can.REACTION))
    call = "comments"

    async def edits(self, message: Any, text: str) -> None:
        await self.simulator.comments.edit(message, text)

    async def takes_back(self, message: Any) -> None:
        await self.simulator.comments.remove(message)

    async def files(self) -> list[bytes]:
        return self.uploads("comments", "source")


class InstagramProvider(_Comments):
    kind = "ig_comment"
    lacks = MappingProxyType(
        NO_RECEIPTS
        | lacking("Instagram tells of new comments only.", Can.EDIT, Can.DELETE, Can.REACTION)
        | lacking("A comment of Instagram is a text.", Can.MEDIA_IN, Can.MEDIA_OUT)
    )
    call = "replies"


@provides(FacebookProvider)
async def opened() -> AsyncIterator[FacebookProvider]:
    page = Page()
    async with graph_simulator(page) as simulator:
        yield FacebookProvider(page, simulator)


@provides(InstagramProvider)
async def instagram() -> AsyncIterator[InstagramProvider]:
    professional = Professional()
    async with graph_simulator(professional) as simulator:
        yield InstagramProvider(professional, simulator)
