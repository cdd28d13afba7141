"""A company with a web chat in a browser: the account's settings, the size of the screen and the language are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from backend import accounts, clock
from backend.runner import Actor
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.content import Button, Content
from omnix_protocol.conversations import Conversation, PickedUp, PickUpNext
from omnix_protocol.hours import DAYS
from omnix_protocol.ids import ChannelAccountId, CommandId, MessageId, UserId, new_id
from omnix_protocol.messages import Attachment, Message, SendMessage
from omnix_protocol.people import RecordPresence
from tests.support.backend import Backend, People, founded, running, settings_for
from tests.support.browser import chromium
from tests.support.founded import founded_sqlite
from tests.support.waiting import until

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}


@dataclass
class Office:
    """The server, a browser, and an agent who does what a test says."""

    server: Backend
    people: People
    browser: Browser

    async def account(self, **settings: str) -> str:
        """A web chat with these settings; its route."""
        new = accounts.NewAccount(kind="webchat", name="Tanya Samudra", group="Layanan", settings=settings)
        return await accounts.add_channel(self.server.parts, "samudra", new)

    def url(self, route: str) -> str:
        return f"{self.server.url}/chat/{route}"

    async def context(self, size: dict[str, int], locale: str = "id-ID", **more: str) -> BrowserContext:
        """A browser of somebody new."""
        return await self.browser.new_context(
            locale=locale,
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if more.get("scheme") == "dark" else "light",
            reduced_motion="reduce",
        )

    async def page(
        self, route: str, size: dict[str, int] = PHONE, locale: str = "id-ID", query: str = "", **more: str
    ) -> Page:
        page = await (await self.context(size, locale, **more)).new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
        page.on("console", _no_policy_broken)
        await page.goto(self.url(route) + query)
        return page

    async def do(self, command: Command) -> bytes:
        agent = Actor("user", self.people.agent)
        result = await self.server.parts.runner.do(self.people.tenant_id, agent, CommandId(new_id()), command)
        assert result.refused is None, result.refused
        return bytes(result.body)

    async def picked_up(self) -> PickedUp:
        found: list[PickedUp] = []

        async def there() -> bool:
            agent = Actor("user", self.people.agent)
            result = await self.server.parts.runner.do(self.people.tenant_id, agent, CommandId(new_id()), PickUpNext())
            if result.refused is None:
                found.append(codec.decode(result.body, PickedUp))
            return bool(found)

        await until(there, "the visitor waits in the queue")
        return found[0]

    async def reply(
        self, picked: PickedUp, text: str, *files: Attachment, buttons: tuple[Button, ...] = ()
    ) -> MessageId:
        conversation = await self.conversation(picked)
        command = SendMessage(
            message_id=MessageId(new_id()),
            conversation_id=picked.conversation_id,
            interaction_id=picked.interaction_id,
            text=text,
            attachments=files,
            seen_position=conversation.entries,
            content=Content(buttons=buttons) if buttons else None,
        )
        await self.do(command)
        return command.message_id

    async def conversation(self, picked: PickedUp) -> Conversation:
        async with self.server.parts.store.read(self.people.tenant_id) as tx:
            conversation = await tx.get(Conversation, picked.conversation_id)
        assert conversation is not None
        return conversation

    async def stored(self, picked: PickedUp) -> list[Message]:
        async with self.server.parts.store.read(self.people.tenant_id) as tx:
            messages, _, _ = await tx.messages.entries(picked.conversation_id, None, 200)
        return messages

    async def account_id(self, route: str) -> ChannelAccountId:
        found = await self.server.parts.store.control.route(route)
        assert found is not None
        return found.channel_account_id


def _no_policy_broken(message: object) -> None:
    text = str(getattr(message, "text", ""))
    if "Content Security Policy" in text or "TrustedScript" in text or "TrustedHTML" in text:
        pytest.fail(f"the page breaks its own policy: {text}")


@asynccontextmanager
async def office_at(folder: Path) -> AsyncIterator[Office]:
    """Everything runs; the agent is there."""
    async with running(settings_for(founded_sqlite(folder), folder)) as server, chromium() as browser:
        people = await founded(server.parts)
        await server.as_system(people.tenant_id, RecordPresence(user_id=UserId(people.agent), devices=("tes",)))
        yield Office(server, people, browser)


def closed_now() -> str:
    """Office hours that begin in three days, whatever day it is."""
    return f"{DAYS[(clock.now().weekday() + 3) % 7]} 08:00-17:00"
