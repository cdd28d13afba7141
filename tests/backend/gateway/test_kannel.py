"""A real Kannel at the door: what a customer writes by SMS is in the inbox, and the secret of the address is not."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

from backend import accounts
from omnix_protocol.ids import QueueId
from omnix_protocol.messages import Message
from tests.support import kannel
from tests.support.backend import TENANT, Backend, People
from tests.support.kannel import HOOK_SECRET
from tests.support.waiting import until

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WRITTEN = "Halo, kapan pesanan saya datang?"


async def test_a_customers_sms_is_stored_without_the_secret_and_waits(backend: Backend, people: People) -> None:
    account = accounts.NewAccount(
        kind="sms",
        name="Kantor",
        group="Layanan",
        settings={"url": "http://127.0.0.1:1/", "username": "omnix", "sender": "12345"},
        secrets={"password": "x", "hook_secret": HOOK_SECRET},
    )
    route = await accounts.add_channel(backend.parts, TENANT, account)
    secret = quote(HOOK_SECRET, safe="").replace("%", "%%")
    address = f"{str(backend.http.base_url).rstrip('/')}/hooks/sms/{route}?secret={secret}"
    with kannel.kannel(address) as gateway:
        await asyncio.to_thread(gateway.customer_writes, "08111234567", WRITTEN)
        (message,) = await until(lambda: messages(backend, people), "the message waits in the queue")
    assert message.text == WRITTEN
    assert message.provider_at is not None
    raws = await backend.parts.store.raw.page(people.tenant_id, LONG_AGO)
    assert [b"text=Halo" in raw.body for raw in raws] == [True]
    assert not any(b"secret" in raw.body or b"0%25A" in raw.body for raw in raws)
    forged = await backend.http.get(f"/hooks/sms/{route}?secret=wrong&from=628111&text=x")
    assert forged.status_code == 401


async def messages(backend: Backend, people: People) -> list[Message]:
    found: list[Message] = []
    async with backend.parts.store.read(people.tenant_id) as tx:
        for route in await backend.parts.store.control.routes(["sms"]):
            for queue in await tx.channels.queues_of_account(route.channel_account_id):
                for interaction in await tx.conversations.waiting_page(QueueId(queue.id)):
                    found += (await tx.messages.entries(interaction.conversation_id, None, 10))[0]
    return found
