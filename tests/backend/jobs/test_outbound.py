"""A reply reaches its provider at most once for each decision; what became of it is told truthfully (promise 2)."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from backend import clock
from backend.channels import BY_KIND
from backend.channels.base import AccountView, Outbound, Outcome, OutFile, Sent
from backend.channels.telegram import Telegram
from backend.files import FolderFiles
from backend.jobs.loop import Done
from backend.jobs.means import Means, Shelf
from backend.jobs.outbound import FILE_GONE, SEND, OutboundWork
from backend.jobs.providers import Providers
from backend.runner import Actor
from backend.store.jobs import ASKING
from omnix_protocol.channels import ChannelAccount, FaultKind
from omnix_protocol.conversations import PickedUp
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, Message, RetrySend
from tests.backend.jobs.conftest import TOKEN, Workplace
from tests.backend.jobs.test_inbound import update
from tests.simulators.telegram import Fault, Person
from tests.support.company import Company
from tests.support.waiting import until

SARI = Person(21, "Sari")


async def conversation(workplace: Workplace) -> tuple[Actor, PickedUp]:
    """Sari has written and an agent has picked it up."""
    await workplace.company.store.raw.append(workplace.route, {}, update(1, SARI, "Halo"))
    workplace.shift.received()
    agent = await workplace.company.agent()
    await until(workplace.company.waiting, "Sari waits in the queue")
    return agent, await workplace.company.pick_up(agent)


async def became(workplace: Workplace, message_id: MessageId, *states: DeliveryState) -> Message:
    async def there() -> Message | None:
        message = await workplace.company.message(message_id)
        return message if message.state in states else None

    message = await until(there, f"the message is {' or '.join(states)}")
    assert message is not None
    return message


def texts(workplace: Workplace) -> list[str]:
    return [message["text"] for message in workplace.simulator.bot(TOKEN).sent]


async def test_a_reply_is_sent_and_named_by_the_provider(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    message_id = await workplace.company.reply(agent, picked, "Baik, kami cek.")
    message = await became(workplace, message_id, DeliveryState.SENT)
    (sent,) = workplace.simulator.bot(TOKEN).sent
    assert message.provider_id == f"4242:21:{sent['message_id']}"
    assert sent["text"] == "Baik, kami cek."


async def test_replies_of_a_conversation_leave_in_their_order(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    wanted = [f"balasan {number}" for number in range(12)]
    sent = [await workplace.company.reply(agent, picked, text) for text in wanted]
    await became(workplace, sent[-1], DeliveryState.SENT)
    assert texts(workplace) == wanted


async def test_throttling_is_waited_for(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    workplace.simulator.fail(TOKEN, "sendMessage", Fault(429, "Too Many Requests: retry after 1", retry_after=1))
    began = clock.now()
    message_id = await workplace.company.reply(agent, picked, "Halo")
    await became(workplace, message_id, DeliveryState.SENT)
    assert clock.now() - began >= timedelta(seconds=1)
    assert texts(workplace) == ["Halo"]


async def test_a_refusal_fails_with_the_providers_words_and_a_retry_really_retries(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    workplace.simulator.fail(TOKEN, "sendMessage", Fault(403, "Forbidden: bot was blocked by the user"))
    message_id = await workplace.company.reply(agent, picked, "Halo")
    message = await became(workplace, message_id, DeliveryState.FAILED)
    assert message.failure == "Forbidden: bot was blocked by the user"
    assert texts(workplace) == []
    await workplace.company.do(RetrySend(message_id=message_id), agent)
    message = await became(workplace, message_id, DeliveryState.SENT)
    assert (message.attempts, texts(workplace)) == (2, ["Halo"])


async def test_what_nobody_knows_is_uncertain_and_never_sent_again_by_the_machine(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    workplace.simulator.fail(TOKEN, "sendMessage", Fault(502, "Bad Gateway", after_work=True))
    message_id = await workplace.company.reply(agent, picked, "Halo")
    await became(workplace, message_id, DeliveryState.UNCERTAIN)
    last = await workplace.company.reply(agent, picked, "Masih di sana?")
    await became(workplace, last, DeliveryState.SENT)
    assert texts(workplace) == ["Halo", "Masih di sana?"]
    assert (await workplace.company.message(message_id)).state is DeliveryState.UNCERTAIN


async def test_a_wrong_token_is_visible_on_the_account_and_its_end_too(workplace: Workplace) -> None:
    agent, picked = await conversation(workplace)
    workplace.simulator.fail(TOKEN, "sendMessage", Fault(401, "Unauthorized"))
    await became(workplace, await workplace.company.reply(agent, picked, "Halo"), DeliveryState.FAILED)

    async def fault() -> tuple[str, FaultKind | None]:
        async with workplace.company.store.read(workplace.company.tenant_id) as tx:
            account = await tx.get(ChannelAccount, workplace.route.channel_account_id)
        assert account is not None
        return account.fault, account.fault_kind

    assert await fault() == ("Unauthorized", FaultKind.REFUSED)


class Asked(Telegram):
    """A channel that only counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        self.asked.append(message.text)
        return Sent(f"x:{len(self.asked)}")


def work_of(company: Company, channel: Asked, http: httpx.AsyncClient) -> OutboundWork:
    providers = Providers(company.store, company.runner, clock.now)
    means = Means(
        store=company.store,
        runner=company.runner,
        channels=BY_KIND | {"telegram": channel},
        accounts=company.accounts,
        providers=providers,
        http=http,
        now=clock.now,
        shelf=Shelf(FolderFiles(Path("unused"))),
    )
    return OutboundWork(means)


@pytest.fixture
async def unused() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as http:
        yield http


@pytest.fixture
async def still(workplace: Workplace) -> Workplace:
    """The shift's own sending stands still: the test does it by hand."""
    (sending,) = [loop for loop in workplace.shift._loops if SEND in loop._work.kinds]
    await sending.close()
    return workplace


async def test_a_server_that_dies_while_it_asks_leaves_an_uncertain_message(
    still: Workplace, unused: httpx.AsyncClient
) -> None:
    agent, picked = await conversation(still)
    message_id = await still.company.reply(agent, picked, "Halo")
    company = still.company
    (job,) = await company.store.jobs.claim([SEND], 5, timedelta(minutes=5))
    assert await company.store.jobs.note(job, ASKING)  # … and the process is killed here
    assert await company.store.jobs.free() == 1
    channel = Asked()
    work = work_of(company, channel, unused)
    for coroutine in await work.begin(await company.store.jobs.claim([SEND], 5, timedelta(minutes=5))):
        await coroutine
    assert channel.asked == []
    assert (await company.message(message_id)).state is DeliveryState.UNCERTAIN


async def test_whoever_lost_the_job_asks_nobody(still: Workplace, unused: httpx.AsyncClient) -> None:
    agent, picked = await conversation(still)
    await still.company.reply(agent, picked, "Halo")
    company = still.company
    channel = Asked()
    work = work_of(company, channel, unused)
    (job,) = await company.store.jobs.claim([SEND], 5, timedelta(0))
    (coroutine,) = await work.begin([job])
    (taken,) = await company.store.jobs.claim([SEND], 5, timedelta(minutes=5))  # by somebody else
    assert taken.id == job.id
    await coroutine
    assert channel.asked == []


async def test_an_older_decision_is_skipped(still: Workplace, unused: httpx.AsyncClient) -> None:
    agent, picked = await conversation(still)
    message_id = await still.company.reply(agent, picked, "Halo")
    company = still.company
    (job,) = await company.store.jobs.claim([SEND], 5, timedelta(minutes=5))
    channel = Asked()
    work = work_of(company, channel, unused)
    stale = dataclasses.replace(job, payload=msgspec.json.encode({"message_id": message_id, "attempt": 0}))
    (coroutine,) = await work.begin([stale])
    await coroutine
    assert channel.asked == []


class Reading(Asked):
    """A channel whose message has a file that was in the folder when it was attached."""

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        files = FolderFiles(Path("unused"))
        await OutFile("a.pdf", "application/pdf", 1, lambda: files.read("tenant/file", 0, 1), str).whole()
        return await super().send(account, message, http)


async def test_a_message_whose_file_is_gone_fails_with_one_sentence_and_is_not_tried_again(
    still: Workplace, unused: httpx.AsyncClient
) -> None:
    agent, picked = await conversation(still)
    message_id = await still.company.reply(agent, picked, "Terlampir")
    company, channel = still.company, Reading()
    work = work_of(company, channel, unused)
    for coroutine in await work.begin(await company.store.jobs.claim([SEND], 5, timedelta(minutes=5))):
        assert await coroutine == Done()
    message = await company.message(message_id)
    assert (message.state, message.failure, channel.asked) == (DeliveryState.FAILED, FILE_GONE, [])
