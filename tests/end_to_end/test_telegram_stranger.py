"""Telegram end to end against a simulator that nobody here wrote, and our customers against the real server."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from backend import accounts
from backend.demo.talks import Talk
from backend.runner import Actor
from backend.store.engine import DatabaseSettings
from omnix_protocol import codec
from omnix_protocol.conversations import End, PickedUp, PickUpNext
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, MessageId, UserId, new_id
from omnix_protocol.messages import DeliveryState, Direction, Message
from omnix_protocol.people import RecordPresence
from tests.simulators.stranger import stranger
from tests.simulators.telegram import Person, TelegramSimulator
from tests.simulators.town.lines import OnTelegram, OnWebChat
from tests.simulators.town.talking import Pace, talk_through
from tests.simulators.visitor import Visitor
from tests.support.backend import Backend, People, founded, running, settings_for
from tests.support.replies import reply_in
from tests.support.serving import serving
from tests.support.stores import migrated_sqlite
from tests.support.waiting import until

pytestmark = pytest.mark.slow
TOKEN = "1234567:AA-stranger"
SARI = Person(31, "Sari", "Wulan", "sariw")


@pytest.fixture
def database(tmp_path: Path) -> DatabaseSettings:
    return migrated_sqlite(tmp_path)


class Desk:
    """An agent who works by commands."""

    def __init__(self, server: Backend, people: People) -> None:
        self.server = server
        self.people = people

    async def arrive(self) -> None:
        presence = RecordPresence(user_id=UserId(self.people.agent), devices=("tes",))
        await self.server.as_system(self.people.tenant_id, presence)

    async def account(self, kind: str, secrets: dict[str, str] | None = None, **settings: str) -> str:
        new = accounts.NewAccount(kind=kind, name=kind, group="Layanan", settings=settings, secrets=secrets or {})
        return await accounts.add_channel(self.server.parts, "samudra", new)

    async def try_(self, command: Any) -> Result:
        agent = Actor("user", self.people.agent)
        return await self.server.parts.runner.do(self.people.tenant_id, agent, CommandId(new_id()), command)

    async def pick_up(self) -> PickedUp:
        async def next_one() -> PickedUp | None:
            result = await self.try_(PickUpNext())
            return codec.decode(result.body, PickedUp) if result.refused is None else None

        picked = await until(next_one, "somebody waits in the queue")
        assert picked is not None
        return picked

    async def messages(self, picked: PickedUp) -> list[Message]:
        async with self.server.parts.store.read(self.people.tenant_id) as tx:
            return (await tx.messages.entries(picked.conversation_id, None, 200))[0]

    async def reply(self, picked: PickedUp, text: str) -> MessageId:
        place = picked.conversation_id, picked.interaction_id
        command = await reply_in(self.server.parts.store, self.people.tenant_id, *place, text)
        result = await self.try_(command)
        assert result.refused is None, result.refused
        return command.message_id


async def test_a_conversation_over_a_telegram_of_strangers(database: DatabaseSettings, tmp_path: Path) -> None:
    async with running(settings_for(database, tmp_path)) as server, stranger() as telegram:
        desk = Desk(server, await founded(server.parts))
        await desk.arrive()
        await telegram.write(TOKEN, SARI, "Halo 👩‍👩‍👧‍👦, internet mati")
        await desk.account("telegram", {"token": TOKEN}, base_url=telegram.url)
        picked = await desk.pick_up()
        (message,) = await desk.messages(picked)
        assert (message.text, message.author_name) == ("Halo 👩‍👩‍👧‍👦, internet mati", "Sari Wulan")
        message_id = await desk.reply(picked, "Selamat siang, kami cek 🙏")

        async def sent() -> bool:
            return any(m.id == message_id and m.state is DeliveryState.SENT for m in await desk.messages(picked))

        await until(sent, "the reply is sent")
        (got,) = await telegram.read(TOKEN, SARI)
        assert got["text"] == "Selamat siang, kami cek 🙏"
        await telegram.write(TOKEN, SARI, "Terima kasih")

        async def thanked() -> bool:
            return (await desk.messages(picked))[-1].text == "Terima kasih"

        await until(thanked, "the thanks arrive in the same conversation")


async def test_simulated_customers_hold_their_conversations(database: DatabaseSettings, tmp_path: Path) -> None:
    """What `python -m tests.simulators` plays, with an agent who answers: every line once, in order."""
    talk = Talk("#", (), "", [(False, "satu"), (False, "dua"), (True, ""), (False, "tiga {service}"), (True, "")])
    simulator, pace = TelegramSimulator(), Pace(0.01, random.Random(1))
    async with running(settings_for(database, tmp_path)) as server, serving(simulator.app) as address:
        desk = Desk(server, await founded(server.parts))
        await desk.arrive()
        await desk.account("telegram", {"token": TOKEN}, base_url=address)
        route = await desk.account("webchat")
        async with Visitor(server.url, route, "Wulan").here() as visitor:
            for line in (OnTelegram(simulator, TOKEN, SARI), OnWebChat(visitor)):
                await _one_talk(desk, talk, line, pace)
    await simulator.close()


async def _one_talk(desk: Desk, talk: Talk, line: OnTelegram | OnWebChat, pace: Pace) -> None:
    talking = asyncio.create_task(talk_through(talk, line, pace, lambda text: text.replace("{service}", "123")))
    picked = await desk.pick_up()

    async def lines(count: int) -> list[Message]:
        async def there() -> list[Message] | None:
            found = await desk.messages(picked)
            return found if sum(m.direction is Direction.IN for m in found) >= count else None

        return await until(there, f"{count} lines of the customer") or []

    await lines(2)
    await desk.reply(picked, "balasan satu")
    await lines(3)
    await desk.reply(picked, "balasan dua")
    await talking
    texts = [message.text for message in await lines(4)]
    assert texts[:5] == ["satu", "dua", "balasan satu", "tiga 123", "balasan dua"]
    assert len(texts) == 6
    assert (await desk.try_(End(interaction_id=picked.interaction_id))).refused is None
