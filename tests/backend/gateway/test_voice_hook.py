"""Call events by webhook, through the real door: signed ones ring in the queue, others are turned away."""

import time
from collections.abc import Callable

from backend import accounts
from backend.config import Settings
from omnix_protocol.ids import QueueId
from tests.simulators.call_sender import post_call
from tests.support.backend import founded, running
from tests.support.waiting import until


async def test_a_signed_call_event_rings_in_the_queue(settings: Callable[..., Settings]) -> None:
    async with running(settings()) as backend:
        people = await founded(backend.parts)
        voice = accounts.NewAccount(
            kind="voice", name="1500123", group="Layanan", secrets={"webhook_secret": "rahasia-telepon"}
        )
        url = f"/hooks/voice/{await accounts.add_channel(backend.parts, 'samudra', voice)}"
        event = {"call_id": "c-1", "event": "ringing", "from": "0812 3456 7890", "to": "1500123", "at": time.time()}
        assert (await post_call(backend.http, url, "wrong", **event)).status_code == 401
        assert (await post_call(backend.http, url, "rahasia-telepon", **event)).status_code == 200
        (route,) = await backend.parts.store.control.routes(["voice"])

        async def waiting() -> int:
            async with backend.parts.store.read(people.tenant_id) as tx:
                (queue,) = await tx.channels.queues_of_account(route.channel_account_id)
                return len(await tx.conversations.waiting_page(QueueId(queue.id)))

        await until(waiting, "it rings in the queue")
