"""A paused account loses nothing: what comes in is stored and waits, in its order, until the account works again."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from backend import accounts
from backend.channels.telegram import webhook_secret
from backend.config import Settings
from backend.jobs.inbound import Inbound
from omnix_protocol.channels import ChannelAccount, EditChannelAccount
from omnix_protocol.ids import ChannelAccountId, QueueId
from omnix_protocol.messages import Message
from tests.support.backend import Backend, People, founded, running
from tests.support.waiting import until

TOKEN = "900:AA-paused"


class Paused:
    """A bot that gets webhooks, and an administrator's hand on it."""

    def __init__(self, backend: Backend, people: People, route: str, account_id: ChannelAccountId) -> None:
        self.backend, self.people, self.route, self.account_id = backend, people, route, account_id

    @property
    def store(self):  # type: ignore[no-untyped-def]  # the store of the server
        return self.backend.parts.store

    async def post(self, number: int, text: str) -> int:
        who = {"id": 5, "is_bot": False, "first_name": "Sari"}
        chat = {"id": 5, "type": "private", "first_name": "Sari"}
        message = {"message_id": number, "date": 1_750_000_000, "from": who, "chat": chat, "text": text}
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
        body = json.dumps({"update_id": number, "message": message}).encode()
        return (
            await self.backend.http.post(f"/hooks/telegram/{self.route}", content=body, headers=headers)
        ).status_code

    async def turn(self, *, active: bool) -> None:
        """Paused or working, and known as such everywhere."""
        async with self.store.read(self.people.tenant_id) as tx:
            account = await tx.get(ChannelAccount, self.account_id)
        assert account is not None
        edit = EditChannelAccount(channel_account_id=self.account_id, base_version=account.version, active=active)
        await self.backend.as_system(self.people.tenant_id, edit)

    async def waiting(self) -> int:
        return int((await self.store.jobs.counts()).get(("inbound", "paused"), 0))

    async def texts(self) -> list[str]:
        found: list[Message] = []
        async with self.store.read(self.people.tenant_id) as tx:
            (queue,) = await tx.channels.queues_of_account(self.account_id)
            for interaction in await tx.conversations.waiting_page(QueueId(queue.id)):
                found += (await tx.messages.entries(interaction.conversation_id, None, 200))[0]
        return [message.text for message in sorted(found, key=lambda message: message.position)]


@pytest.fixture
async def paused(settings: Callable[..., Settings]) -> AsyncIterator[Paused]:
    async with running(settings()) as backend:
        people = await founded(backend.parts)
        new = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        route = await accounts.add_channel(backend.parts, "samudra", new)
        found = await backend.parts.store.control.route(route)
        assert found is not None
        it = Paused(backend, people, route, found.channel_account_id)
        await it.turn(active=False)
        yield it


async def test_what_comes_while_it_is_paused_is_taken_and_goes_on_in_its_order(paused: Paused) -> None:
    for number in range(1, 8):
        assert await paused.post(number, f"pesan {number}") == 200

    async def all_wait() -> bool:
        return await paused.waiting() == 7

    await until(all_wait, "all of them wait")
    assert await paused.texts() == []
    assert await paused.store.jobs.failed() == []
    await paused.turn(active=True)
    # what comes now may not go before what waited
    for number in range(8, 11):
        assert await paused.post(number, f"pesan {number}") == 200

    async def all_there() -> bool:
        return len(await paused.texts()) == 10

    await until(all_there, "everything became messages")
    assert await paused.texts() == [f"pesan {number}" for number in range(1, 11)]
    assert await paused.waiting() == 0


async def test_a_forged_webhook_of_a_paused_account_is_still_turned_away(paused: Paused) -> None:
    answer = await paused.backend.http.post(f"/hooks/telegram/{paused.route}", content=b"{}")
    assert answer.status_code == 401
    assert await paused.store.jobs.counts() == {}


async def test_what_waits_is_found_again_after_a_restart(paused: Paused) -> None:
    assert await paused.post(1, "sebelum mati") == 200

    async def waits() -> bool:
        return await paused.waiting() == 1

    await until(waits, "it waits")
    accounts_waiting = await paused.store.paused.accounts()
    assert accounts_waiting == {(paused.people.tenant_id, paused.account_id)}
    assert await paused.store.jobs.claim(Inbound.kinds, 10, timedelta(seconds=5)) == []
