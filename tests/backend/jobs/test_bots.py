"""A bot is told of each message and what it answers is done; unreachable, it hands over by itself (S3.9-S3.15)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from backend.jobs.shift import Shift
from backend.runner import Actor
from backend.store.raw import Route
from omnix_protocol.bots import GiveToBot
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.conversations import Conversation, Interaction, PickUp, Status
from omnix_protocol.messages import Direction, Memo, Message
from omnix_protocol.people import Role
from tests.backend.jobs.conftest import TOKEN, Workplace, shift_of
from tests.backend.jobs.test_inbound import update
from tests.simulators.bot_maker import BotSimulator
from tests.simulators.telegram import Person
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.waiting import free_port, until

SARI = Person(21, "Sari")


@dataclass
class Desk:
    """A Telegram account that a bot answers first, and everything that works for it."""

    workplace: Workplace
    bot: Route

    @property
    def company(self) -> Company:
        return self.workplace.company

    async def writes(self, number: int, text: str) -> None:
        await self.company.store.raw.append(self.workplace.route, {}, update(number, SARI, text))
        self.workplace.shift.received()

    async def all(self, kind: type[Any]) -> list[Any]:
        async with self.company.store.read(self.company.tenant_id) as tx:
            return await tx.all(kind)

    async def interaction(self) -> Interaction | None:
        found = await self.all(Interaction)
        return found[-1] if found else None

    async def is_(self, status: Status) -> Interaction:
        async def there() -> Interaction | None:
            found = await self.interaction()
            return found if found is not None and found.status is status else None

        found = await until(there, f"the interaction is {status}")
        assert found is not None
        return found

    async def notes(self) -> list[str]:
        return [memo.text for memo in await self.all(Memo)]

    def sent(self) -> list[str]:
        return [message["text"] for message in self.workplace.simulator.bot(TOKEN).sent]

    async def hears(self, count: int) -> list[str]:
        await until(lambda: len(self.sent()) >= count, f"the customer has read {count} messages")
        return self.sent()


async def attached(workplace: Workplace, secret: str = "", **settings: str) -> Desk:
    company = workplace.company
    bot = await company.account("bot", {"secret": secret} if secret else None, **settings)
    account_id = workplace.route.channel_account_id
    async with company.store.read(company.tenant_id) as tx:
        account = await tx.get(ChannelAccount, account_id)
    assert account is not None
    edit = EditChannelAccount(
        channel_account_id=account_id, base_version=account.version, bot_id=bot.channel_account_id
    )
    await company.do(edit, await administrator(company))
    return Desk(workplace, bot)


async def administrator(company: Company) -> Actor:
    return await company.agent("Adi", Role.ADMINISTRATOR)


async def test_the_built_in_bot_answers_and_calls_a_person(workplace: Workplace) -> None:
    desk = await attached(workplace, menu="Jam buka = 08.00-20.00")
    await desk.writes(1, "Halo")
    assert await desk.hears(1) == ["Halo! Ada yang bisa kami bantu?"]
    (greeting,) = [message for message in await desk.all(Message) if message.direction is Direction.OUT]
    assert [button.title for button in greeting.content.buttons] == ["Jam buka", "Bicara dengan petugas"]
    await desk.writes(2, "1")
    assert (await desk.hears(2))[1] == "08.00-20.00"
    assert (await desk.is_(Status.BOT)).owner_id is None
    await desk.writes(3, "minta petugas")
    await desk.is_(Status.QUEUED)
    assert await desk.notes() == ["Pelanggan meminta petugas.\n“minta petugas”"]
    agent = await desk.company.agent()
    picked = await desk.company.pick_up(agent)
    await desk.company.reply(agent, picked, "Saya Sinta")
    assert (await desk.hears(4))[3] == "Saya Sinta"
    await desk.writes(4, "terima kasih")
    await desk.company.do(GiveToBot(interaction_id=picked.interaction_id), agent)
    assert (await desk.hears(5))[4].startswith("Halo!")


@pytest.fixture
def simulator() -> BotSimulator:
    return BotSimulator("rahasia-bot")


@pytest.fixture
async def desk(workplace: Workplace, simulator: BotSimulator) -> AsyncIterator[Desk]:
    async with serving(simulator.app) as address:
        yield await attached(workplace, "rahasia-bot", mode="webhook", url=f"{address}/bot", patience="60")


async def test_anothers_bot_answers_at_once_or_later(desk: Desk, simulator: BotSimulator) -> None:
    simulator.replies += [[{"type": "say", "text": "Halo Sari"}], None]
    await desk.writes(1, "Halo")
    assert await desk.hears(1) == ["Halo Sari"]
    await desk.writes(2, "Tagihan saya?")
    await until(lambda: len(simulator.turns) == 2, "the bot is told")
    assert [turn["event"] for turn in simulator.turns] == ["started", "message"]
    assert simulator.turns[1]["message"]["text"] == "Tagihan saya?"
    later = {
        "id": "e-1",
        "interaction": simulator.turns[0]["interaction"]["id"],
        "actions": [{"type": "say", "text": "Rp 100.000"}, {"type": "hand_over", "note": "Minta cicilan"}],
    }
    for _ in range(2):  # the same again is the same
        await desk.company.store.raw.append(desk.bot, {}, json.dumps(later).encode())
        desk.workplace.shift.received()
    await desk.is_(Status.QUEUED)
    assert await desk.hears(2) == ["Halo Sari", "Rp 100.000"]
    assert await desk.notes() == ["Minta cicilan"]
    own = [message for message in await desk.all(Message) if message.direction is Direction.OUT]
    assert {(message.author_name, message.author_id) for message in own} == {("Uji bot", None)}


async def test_once_a_person_has_it_what_the_bot_posts_is_refused(desk: Desk, simulator: BotSimulator) -> None:
    await desk.writes(1, "Halo")
    interaction = await desk.is_(Status.BOT)
    await until(lambda: len(simulator.turns) == 1, "the bot is told")
    await desk.company.do(PickUp(interaction_id=interaction.id), await desk.company.agent())  # type: ignore[arg-type]
    later = {"id": "e-1", "interaction": interaction.id, "actions": [{"type": "say", "text": "Saya lagi"}]}
    await desk.company.store.raw.append(desk.bot, {}, json.dumps(later).encode())
    desk.workplace.shift.received()

    async def refused() -> list[str]:
        return [job.last_error for job in await desk.company.store.jobs.failed()]

    assert "already_taken" in (await until(refused, "it is refused"))[0]
    await desk.writes(2, "Halo?")

    async def heard() -> bool:
        return any(it.entries == 2 for it in await desk.all(Conversation))

    await until(heard, "the customer's next message is there")
    assert desk.sent() == []
    assert len(simulator.turns) == 1, "the bot is told nothing more"


async def test_a_passing_fault_is_waited_for(desk: Desk, simulator: BotSimulator) -> None:
    simulator.faults.append(500)
    simulator.replies.append([{"type": "say", "text": "Halo Sari"}])
    await desk.writes(1, "Halo")
    assert await desk.hears(1) == ["Halo Sari"]
    first, again = simulator.turns
    assert first["id"] == again["id"]


async def test_a_bot_that_asks_for_longer_than_a_customer_is_let_wait_hands_over(
    workplace: Workplace, simulator: BotSimulator
) -> None:
    simulator.faults.append(429)
    async with serving(simulator.app) as address:
        desk = await attached(workplace, "rahasia-bot", mode="webhook", url=f"{address}/bot", patience="5")
        await desk.writes(1, "Halo")
        await desk.is_(Status.QUEUED)


async def test_what_a_bot_cannot_do_calls_a_person(desk: Desk, simulator: BotSimulator) -> None:
    simulator.replies.append([{"type": "say", "text": "Halo"}, {"type": "dance"}])
    await desk.writes(1, "Halo")
    await desk.is_(Status.QUEUED)
    assert await desk.notes() == ["A bot can say, hand_over and end; this asks for “dance”."]
    assert desk.sent() == [], "half an answer does not go out"


async def test_a_bot_that_is_gone_hands_over_by_itself(workplace: Workplace) -> None:
    url = f"http://127.0.0.1:{free_port()}/bot"
    desk = await attached(workplace, "rahasia-bot", mode="webhook", url=url, patience="5")
    await desk.writes(1, "Halo")
    await desk.is_(Status.BOT)
    await desk.is_(Status.QUEUED)
    assert "could not be reached" in (await desk.notes())[0]


async def test_a_bot_that_is_switched_off_while_it_answers_hands_over(company: Company) -> None:
    """Its account is closed between the customer's message and the bot's turn."""
    shift: Shift = shift_of(company)
    telegram = await company.account("telegram", {"token": TOKEN}, mode="webhook")
    desk = await attached(Workplace(company, telegram, None, shift), menu="")  # type: ignore[arg-type]
    company.views.pop(desk.bot.channel_account_id)
    await shift.start()
    try:
        await desk.writes(1, "Halo")
        await desk.is_(Status.QUEUED)
        assert await desk.notes() == ["The bot is switched off."]
    finally:
        await shift.close()
