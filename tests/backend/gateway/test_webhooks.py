"""A provider's webhook is stored before it is acknowledged; wrong, huge, unsigned and replayed ones are answered so."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import pytest

from backend import accounts
from backend.channels.telegram import webhook_secret
from backend.config import Limits, Settings
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import QueueId
from omnix_protocol.messages import Message
from tests.support.backend import Backend, People, founded, running
from tests.support.waiting import until

TOKEN = "900:AA-hook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LIMIT = 64 * 1024


class Hook:
    """The address of one account, and how to post to it."""

    def __init__(self, backend: Backend, people: People, route: str) -> None:
        self.backend = backend
        self.people = people
        self.route = route

    async def post(
        self, body: bytes, secret: str = webhook_secret(TOKEN), route: str = "", kind: str = "telegram"
    ) -> int:
        answer = await self.backend.http.post(
            f"/hooks/{kind}/{route or self.route}", content=body, headers={HEADER: secret}
        )
        return answer.status_code

    async def waiting(self) -> list[Interaction]:
        (route,) = await self.backend.parts.store.control.routes(["telegram"])
        async with self.backend.parts.store.read(self.people.tenant_id) as tx:
            (queue,) = await tx.channels.queues_of_account(route.channel_account_id)
            return await tx.conversations.waiting_page(QueueId(queue.id))

    async def messages(self) -> list[Message]:
        found: list[Message] = []
        async with self.backend.parts.store.read(self.people.tenant_id) as tx:
            for interaction in await self.waiting():
                found += (await tx.messages.entries(interaction.conversation_id, None, 200))[0]
        return found

    async def settled(self) -> None:
        async def none_due() -> bool:
            return not (await self.backend.parts.store.jobs.counts()).get(("inbound", "due"))

        await until(none_due, "all that was stored is worked through")

    def counted(self, outcome: str) -> float:
        value = self.backend.parts.metrics.registry.get_sample_value(
            "omnix_webhooks_total", {"kind": "telegram", "outcome": outcome}
        )
        return value or 0.0


@pytest.fixture
async def hook(settings: Callable[..., Settings]) -> AsyncIterator[Hook]:
    limits = Limits(requests_per_second=10_000, webhook_bytes=LIMIT)
    async with running(settings(limits=limits)) as backend:
        people = await founded(backend.parts)
        account = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        yield Hook(backend, people, await accounts.add_channel(backend.parts, "samudra", account))


def update(number: int, text: str = "Halo", person: int = 5) -> bytes:
    who = {"id": person, "is_bot": False, "first_name": "Sari"}
    chat = {"id": person, "type": "private", "first_name": "Sari"}
    message = {"message_id": number, "date": 1_750_000_000, "from": who, "chat": chat, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_a_signed_webhook_becomes_a_message_once_however_often_it_comes(hook: Hook) -> None:
    for _ in range(3):
        assert await hook.post(update(1, "Halo 👩‍👩‍👧‍👦")) == 200
    await until(hook.waiting, "the customer waits in the queue")
    await hook.settled()
    assert [message.text for message in await hook.messages()] == ["Halo 👩‍👩‍👧‍👦"]


async def test_a_provider_is_told_what_it_wants_to_hear_once_it_is_stored(hook: Hook) -> None:
    below = {"message_id": 1, "chat": {"id": 5}}
    pressed = {"id": "55", "from": {"id": 5, "first_name": "Sari"}, "data": "y", "message": below}
    body = json.dumps({"update_id": 7, "callback_query": pressed}).encode()
    address = f"/hooks/telegram/{hook.route}"
    answer = await hook.backend.http.post(address, content=body, headers={HEADER: webhook_secret(TOKEN)})
    assert (answer.status_code, answer.json()["callback_query_id"]) == (200, "55")
    unsigned = await hook.backend.http.post(address, content=body, headers={HEADER: "wrong"})
    assert (unsigned.status_code, "55" in unsigned.text) == (401, False)
    await until(hook.waiting, "the press is there")


async def test_unsigned_is_counted_and_nothing_of_it_is_kept(hook: Hook) -> None:
    assert await hook.post(update(1), secret="wrong") == 401
    assert await hook.post(update(1), secret=webhook_secret("other")) == 401
    assert hook.counted("unsigned") == 2
    assert await hook.backend.parts.store.jobs.counts() == {}


async def test_what_is_too_large_unknown_or_of_another_kind_is_turned_away(hook: Hook) -> None:
    assert await hook.post(b"x" * (LIMIT + 1)) == 413
    assert await hook.post(update(1), route="nowhere") == 404
    assert await hook.post(update(1), kind="pigeon") == 404
    assert await hook.post(update(1), kind="webchat") == 404


async def test_what_comes_by_another_method_is_not_allowed_and_nothing_of_it_is_kept(hook: Hook) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        signed = {HEADER: webhook_secret(TOKEN)}
        answer = await hook.backend.http.request(method, f"/hooks/telegram/{hook.route}", headers=signed)
        assert answer.status_code == 405, method
    assert hook.counted("wrong_method") == 2  # the rest is no webhook for any kind
    assert await hook.backend.parts.store.jobs.counts() == {}


async def test_what_is_cut_off_on_its_way_is_not_taken_and_troubles_nobody(
    hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    body = update(1)
    head = f"POST /hooks/telegram/{hook.route} HTTP/1.1\r\nHost: x\r\n{HEADER}: {webhook_secret(TOKEN)}\r\n"
    where = urlsplit(hook.backend.url)
    _, wire = await asyncio.open_connection(where.hostname, where.port)
    wire.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:-5])
    await wire.drain()
    wire.close()
    await until(lambda: hook.counted("cut_off") == 1, "the rest is not waited for")
    assert await hook.backend.parts.store.jobs.counts() == {}
    assert await hook.post(body) == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_signed_nonsense_is_taken_kept_and_holds_nobody_up(hook: Hook) -> None:
    for body in (b"", b"{", b"\x00\xff", b"[1]", b'{"update_id": 3, "message": "x"}', update(2)[:-4]):
        assert await hook.post(body) == 200
    assert await hook.post(update(9, "sesudahnya \u0000 مرحبا")) == 200
    await hook.settled()
    assert [message.text for message in await hook.messages()] == ["sesudahnya \ufffd مرحبا"]
    failed = await hook.backend.parts.store.jobs.failed(hook.people.tenant_id)
    assert len(failed) == 6


async def test_many_at_once_are_all_stored_in_each_customers_order(hook: Hook) -> None:
    for number in range(1, 11):
        statuses = await asyncio.gather(
            *(hook.post(update(number * 100 + person, f"{person}.{number}", person)) for person in range(1, 9))
        )
        assert set(statuses) == {200}
    await hook.settled()
    texts = [message.text for message in await hook.messages()]
    assert len(texts) == 80
    for person in range(1, 9):
        assert [t for t in texts if t.startswith(f"{person}.")] == [f"{person}.{number}" for number in range(1, 11)]
