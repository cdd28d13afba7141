"""LINE and X at the real server: what customers write arrives once, whatever their webhooks do; answers reach them."""

import random
from collections.abc import Awaitable, Callable

import pytest

from backend import accounts
from backend.channels import BY_KIND
from backend.channels.base import AccountView
from backend.config import Limits, Settings
from backend.store.raw import Route
from omnix_protocol.ids import ChannelAccountId, QueueId
from omnix_protocol.messages import Message
from tests.simulators.line import LineSimulator
from tests.simulators.line_api import Person as LinePerson
from tests.simulators.line_api import user_id
from tests.simulators.x import XSimulator
from tests.simulators.x_words import Person
from tests.support.backend import Backend, People, founded, running
from tests.support.serving import serving
from tests.support.waiting import until

SITI = Person("3001969357", "Siti Contoh", "siti_contoh")
BUDI = LinePerson(user_id(2), "Budi")
COUNT = 10
MakeSettings = Callable[..., Settings]


async def account(backend: Backend, kind: str, secrets: dict[str, str], base_url: str) -> tuple[str, AccountView]:
    """Its address for webhooks, and the account as its channel sees it."""
    new = accounts.NewAccount(
        kind=kind, name=f"Uji {kind}", group="Layanan", settings={"base_url": base_url}, secrets=secrets
    )
    route = await accounts.add_channel(backend.parts, "samudra", new)
    (found,) = await backend.parts.store.control.routes([kind])
    assert isinstance(found, Route)
    view = AccountView(found.tenant_id, found.channel_account_id, kind, new.settings, secrets)
    return f"{backend.url}/hooks/{kind}/{route}", view


async def texts(backend: Backend, people: People, account_id: ChannelAccountId) -> list[str]:
    return [message.text for message in await messages(backend, people, account_id)]


async def messages(backend: Backend, people: People, account_id: ChannelAccountId) -> list[Message]:
    found: list[Message] = []
    async with backend.parts.store.read(people.tenant_id) as tx:
        (queue,) = await tx.channels.queues_of_account(account_id)
        for interaction in await tx.conversations.waiting_page(QueueId(queue.id)):
            found += (await tx.messages.entries(interaction.conversation_id, None, 200))[0]
    return found


async def all_there(backend: Backend, people: People, account_id: ChannelAccountId, count: int) -> None:
    async def there() -> bool:
        return len(await messages(backend, people, account_id)) >= count

    await until(there, "all messages are there")

    async def none_due() -> bool:
        return not (await backend.parts.store.jobs.counts()).get(("inbound", "due"))

    await until(none_due, "all that was stored is worked through")


@pytest.fixture
def limits(settings: MakeSettings) -> Settings:
    return settings(limits=Limits(requests_per_second=10_000))


async def said(write: Callable[[str], Awaitable[object]]) -> set[str]:
    words = [f"pesan {number}" for number in range(COUNT)]
    for word in words:
        await write(word)
    return set(words)


async def test_line_brings_each_message_once_and_what_is_taken_back_is_gone(limits: Settings) -> None:
    simulator = LineSimulator(dice=random.Random(11))
    async with running(limits) as backend, serving(simulator.app) as address:
        people = await founded(backend.parts)
        hook, view = await account(backend, "line", {"channel_secret": "s", "access_token": "t"}, address)
        simulator.bot("t", "s").webhook = hook
        assert await simulator.bring("t")  # LINE's test of the address
        simulator.courier.duplicated = simulator.courier.reordered = 0.2
        words = await said(lambda word: simulator.write("t", BUDI, word))
        wrong = await simulator.write("t", BUDI, "salah kirim")
        await simulator.unsend("t", BUDI, wrong["message"]["id"])
        await simulator.courier.flush()
        await all_there(backend, people, view.id, COUNT + 1)

        async def taken_back() -> bool:
            return any(it.shown_as == "deleted" for it in await messages(backend, people, view.id))

        await until(taken_back, "the message that was taken back is gone")
        assert sorted(await texts(backend, people, view.id)) == sorted([*words, ""])
    await simulator.close()


async def test_x_asks_its_challenge_and_brings_messages_and_mentions_once(limits: Settings) -> None:
    simulator = XSimulator(dice=random.Random(11))
    us = simulator.account()
    keys = us.keys
    secrets = {
        "consumer_key": keys.consumer_key,
        "consumer_secret": keys.consumer_secret,
        "access_token": keys.access_token,
        "access_token_secret": keys.access_token_secret,
    }
    async with running(limits) as backend, serving(simulator.app) as address:
        people = await founded(backend.parts)
        hook, view = await account(backend, "x", secrets, address)
        await BY_KIND["x"].register(view, hook, backend.http)
        assert us.webhook == hook
        simulator.courier.duplicated = simulator.courier.reordered = 0.2
        words = await said(lambda word: simulator.write(us, SITI, word))
        mentions = await said(lambda word: simulator.mention(us, SITI, f"@toko_demo {word}"))
        await simulator.settled()
        await all_there(backend, people, view.id, 2 * COUNT)
        told = await messages(backend, people, view.id)
        assert sorted(it.text for it in told) == sorted([*words, *(f"@toko_demo {word}" for word in mentions)])
        assert len({it.conversation_id for it in told}) == 2  # what is private and what is public
    await simulator.close()
