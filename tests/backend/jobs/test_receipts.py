"""A receipt that comes before its message is known here is not lost; one for nobody's message is let go."""

import json
from datetime import timedelta

from backend import clock
from backend.channels.base import AccountView, Event, event_id
from backend.channels.telegram import Telegram
from backend.jobs.inbound import EARLY_TRIES, Inbound
from backend.jobs.loop import Done, Later, Outcome
from backend.runner import Actor
from backend.store.jobs import EARLY, Job
from backend.store.raw import INBOUND, Route
from omnix_protocol.ids import MessageId
from omnix_protocol.messages import DeliveryState, RecordDelivery
from tests.backend.jobs.test_inbound import SARI, update
from tests.support.company import Company, paused_of
from tests.support.waiting import until

LEASE = timedelta(minutes=5)


class TelegramWithReceipts(Telegram):
    """As a provider that tells what became of a message: `{"delivered": ID}`."""

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        told = json.loads(raw)
        if "delivered" not in told:
            return super().parse(account, raw)
        receipt = RecordDelivery(
            channel_account_id=account.id, provider_id=told["delivered"], state=DeliveryState.DELIVERED
        )
        return [(event_id(account.id, "delivered", told["delivered"]), receipt)]


def delivered(provider_id: str) -> bytes:
    return json.dumps({"delivered": provider_id}).encode()


def inbound_of(company: Company) -> Inbound:
    return Inbound(
        company.store, company.runner, {"telegram": TelegramWithReceipts()}, company.accounts, paused_of(company)
    )


async def outcome_of(inbound: Inbound, job: Job) -> Outcome:
    (work,) = await inbound.begin([job])
    return await work


async def claimed(company: Company) -> Job:
    async def due() -> list[Job]:
        return await company.store.jobs.claim([INBOUND], 1, LEASE)

    (job,) = await until(due, "the job is due")
    return job


async def sent_message(company: Company, route: Route, inbound: Inbound) -> MessageId:
    """An agent's reply that the provider has taken, but has not answered for yet."""
    await company.store.raw.append(route, {}, update(1, SARI, "Halo"))
    job = await claimed(company)
    assert isinstance(await outcome_of(inbound, job), Done)
    assert await company.store.jobs.done(job)
    agent = await company.agent()
    return await company.reply(agent, await company.pick_up(agent), "Baik")


async def test_a_receipt_waits_for_its_message(company: Company) -> None:
    route, inbound = await company.account("telegram", {"token": "1:a"}), inbound_of(company)
    message_id = await sent_message(company, route, inbound)
    await company.store.raw.append(route, {}, delivered("4711"))
    early = await claimed(company)
    waits = await outcome_of(inbound, early)
    assert isinstance(waits, Later)
    assert waits.why == EARLY
    assert (await company.message(message_id)).state is DeliveryState.ACCEPTED
    answered = RecordDelivery(
        channel_account_id=route.channel_account_id, message_id=message_id, provider_id="4711", state=DeliveryState.SENT
    )
    await company.do(answered, actor=_channel(route))
    assert isinstance(await outcome_of(inbound, early), Done)
    assert (await company.message(message_id)).state is DeliveryState.DELIVERED


async def test_what_came_later_does_not_wait_for_it(company: Company) -> None:
    route, inbound = await company.account("telegram", {"token": "1:a"}), inbound_of(company)
    await company.store.raw.append(route, {}, delivered("4711"))
    early = await claimed(company)
    waits = await outcome_of(inbound, early)
    assert isinstance(waits, Later)
    assert await company.store.jobs.retry(early, clock.now() + LEASE, waits.why)
    await company.store.raw.append(route, {}, update(1, SARI, "Halo"))
    assert isinstance(await outcome_of(inbound, await claimed(company)), Done)


async def test_a_receipt_for_nobodys_message_is_let_go_and_troubles_no_administrator(company: Company) -> None:
    route, inbound = await company.account("telegram", {"token": "1:a"}), inbound_of(company)
    await company.store.raw.append(route, {}, delivered("4711"))
    waited = timedelta()
    for _ in range(EARLY_TRIES - 1):
        job = await claimed(company)
        outcome = await outcome_of(inbound, job)
        assert isinstance(outcome, Later)
        waited += timedelta(seconds=outcome.seconds)
        assert await company.store.jobs.retry(job, clock.now(), outcome.why)
    assert timedelta(minutes=1) < waited < timedelta(minutes=3)
    assert isinstance(await outcome_of(inbound, await claimed(company)), Done)


def _channel(route: Route) -> Actor:
    return Actor("channel", route.channel_account_id)
