"""The web chat: its provider is the server itself, and a visitor's page is the customer."""

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from types import MappingProxyType
from typing import Any

import httpx

from omnix_protocol import codec
from omnix_protocol.messages import Attachment, Direction, PublicMessage
from tests.contract.provider import REGISTERED_SECONDS, Can, Failing, Provider, lacking, provides
from tests.simulators.mishaps import Disturbance, Shuffled
from tests.simulators.visitor import Visitor
from tests.support.waiting import until

SAY_SECONDS = 300
"""A visitor may say one thing a second, and the server may be away."""


class WebChatProvider(Provider):
    kind = "webchat"
    lacks = MappingProxyType(
        lacking("The page holds a socket; nobody calls a webhook.", Can.WEBHOOK)
        | lacking("A page says one thing after the other, over one socket.", Can.REORDER)
        | lacking("The page cannot change what was said, nor react to it.", Can.EDIT, Can.DELETE, Can.REACTION)
        | lacking("The server's time of acceptance is the only one.", Can.TIME)
        | lacking("Between the reply and the page there is nobody who could fail: the commit is the sending.", *Failing)
    )
    secrets = {}  # noqa: RUF012  # it has none

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._shuffled = Shuffled(self._hand_over)
        self._visitor = Visitor("", "")

    def settings(self) -> dict[str, str]:
        return {}

    async def attach(self, hook: str) -> None:
        """The page is open: its address ends as a webhook's would."""
        server, _, rest = hook.partition("/hooks/")
        self._visitor = Visitor(server, rest.partition("/")[2], "Siti")
        await self._stack.enter_async_context(self._visitor.here())
        await until(lambda: self._visitor.token, "the visitor was let in", REGISTERED_SECONDS)

    async def says(self, text: str) -> Any:
        said: dict[str, str] = {}
        await self._shuffled.take((text, said))
        return said["id"]

    async def _hand_over(self, saying: tuple[str, dict[str, str]]) -> None:
        """The second time as a page does that did not hear the answer."""
        text, said = saying
        if "id" in said:
            await self._visitor.say_again(said["id"], SAY_SECONDS)
        else:
            said["id"] = await self._visitor.say(text, SAY_SECONDS)

    async def shows(self, data: bytes, name: str) -> None:
        headers = {"X-File-Name": name, "Content-Type": "image/png"}
        async with self._http() as http:
            answer = await http.post("/v1/files", content=data, headers=headers)
        assert answer.status_code == 200, answer.text
        await self._visitor.say("", SAY_SECONDS, (codec.decode(answer.content, Attachment),))

    def disturbed(self, by: Disturbance) -> AbstractAsyncContextManager[None]:
        return self._shuffled.disturbed(by)

    async def receipts(self) -> None:
        """The page tells by itself that it shows what came."""

    async def settled(self, replies: Collection[str]) -> None:
        with suppress(TimeoutError):
            await until(lambda: set(replies) <= set(self.sent()), "the page shows every reply")

    def sent(self) -> list[str]:
        return [message.text for message in self._out() if message.text]

    async def files(self) -> list[bytes]:
        """As soon as the page shows one."""
        await until(lambda: any(message.attachments for message in self._out()), "a file is shown")
        async with self._http() as http:
            names = [file.file_id for message in self._out() for file in message.attachments]
            return [(await http.get(f"/v1/files/{name}")).content for name in names]

    def _out(self) -> list[PublicMessage]:
        found = [it for it in self._visitor.messages.values() if it.direction is Direction.OUT]
        return sorted(found, key=lambda message: message.position)

    def _http(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self._visitor.token}"}
        return httpx.AsyncClient(base_url=self._visitor.server, headers=headers, trust_env=False, verify=False)


@provides(WebChatProvider)
async def opened() -> AsyncIterator[WebChatProvider]:
    async with AsyncExitStack() as stack:
        yield WebChatProvider(stack)
