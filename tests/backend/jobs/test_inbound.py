"""What was stored as received becomes a message: once, in order, and no bad one holds up the rest (promise 1)."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from backend import clock
from backend.channels import BY_KIND
from backend.jobs.inbound import Inbound
from backend.jobs.loop import Done, Outcome
from backend.runner import Runner, Wanted
from backend.store.jobs import Job
from backend.store.raw import INBOUND, Route
from omnix_protocol.conversations import End, Interaction, Status
from omnix_protocol.frames import Result
from omnix_protocol.ids import ConversationId, InteractionId, TenantId
from omnix_protocol.messages import Message
from tests.backend.jobs.conftest import Workplace
from tests.simulators.telegram import Person
from tests.support.company import Company, paused_of
from tests.support.waiting import until

SARI, BUDI = Person(11, "Sari"), Person(12, "Budi")


def update(number: int, person: Person, text: str, **more: Any) -> bytes:
    message = {"message_id": number, "date": 1_750_000_000, "from": person.as_user(), "chat": person.as_chat()}
    return json.dumps({"update_id": number, "message": message | {"text": text} | more}).encode()


async def bring(workplace: Workplace, *bodies: bytes) -> None:
    for body in bodies:
        await workplace.company.store.raw.append(workplace.route, {}, body)
    workplace.shift.received()


async def messages_of(workplace: Workplace, person: Person) -> list[Message]:
    async with workplace.company.store.read(workplace.company.tenant_id) as tx:
        identity = await tx.customers.identity("telegram", None, str(person.id))
        if identity is None:
            return []
        (conversation,) = await tx.conversations.of_customer(identity.customer_id)
        found, _, _ = await tx.messages.entries(ConversationId(conversation.id), None, 200)
    return found


async def settled(company: Company) -> None:
    async def no_due() -> bool:
        counts = await company.store.jobs.counts()
        return not counts.get((INBOUND, "due"))

    await until(no_due, "all inbound jobs ended")


async def test_messages_keep_their_order_for_each_customer(workplace: Workplace) -> None:
    texts = [f"pesan {number}" for number in range(40)]
    bodies = [update(number, (BUDI, SARI)[number % 2], text) for number, text in enumerate(texts, 1)]
    await bring(workplace, *bodies)
    await settled(workplace.company)
    assert [m.text for m in await messages_of(workplace, SARI)] == texts[0::2]
    assert [m.text for m in await messages_of(workplace, BUDI)] == texts[1::2]
    assert [m.position for m in await messages_of(workplace, SARI)] == list(range(1, 21))


async def test_messages_of_many_customers_share_transactions(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[int] = []
    do_many = Runner.do_many

    async def counted(self: Runner, tenant_id: TenantId, wanted: Sequence[Wanted]) -> list[Result]:
        shared.append(len(wanted))
        return await do_many(self, tenant_id, wanted)

    monkeypatch.setattr(Runner, "do_many", counted)
    persons = [Person(number, f"Orang {number}") for number in range(100, 112)]
    for round_ in range(3):
        await bring(workplace, *(update(round_ * 12 + n, person, f"{round_}") for n, person in enumerate(persons, 1)))
        await settled(workplace.company)
    assert [[m.text for m in await messages_of(workplace, person)] for person in persons] == [["0", "1", "2"]] * 12
    assert sum(shared) == 36
    assert len(shared) < 18


async def test_a_repeat_is_known_and_an_edit_says_the_new_words(workplace: Workplace) -> None:
    edit = {
        "update_id": 9,
        "edited_message": json.loads(update(1, SARI, "Halo!"))["message"] | {"edit_date": 1_750_000_100},
    }
    await bring(workplace, update(1, SARI, "Halo"), update(1, SARI, "Halo"), json.dumps(edit).encode())
    await settled(workplace.company)
    (message,) = await messages_of(workplace, SARI)
    assert (message.text, message.version) == ("Halo!", 2)
    assert message.edited_at is not None


async def test_what_cannot_be_read_is_kept_and_seen_and_the_rest_goes_on(workplace: Workplace) -> None:
    await bring(
        workplace,
        b"{",
        update(1, SARI, "satu"),
        b'{"update_id": 5, "message": 3}',
        b"\xff\x00",
        update(2, SARI, "dua \0 nol"),
    )
    await settled(workplace.company)
    assert [m.text for m in await messages_of(workplace, SARI)] == ["satu", "dua \ufffd nol"]
    failed = await workplace.company.store.jobs.failed(workplace.company.tenant_id)
    assert len(failed) == 3
    assert all(job.last_error.endswith(".") for job in failed)
    assert await workplace.company.store.jobs.run_again(failed[0].id)  # a replay is the same work once more
    await settled(workplace.company)
    assert len(await workplace.company.store.jobs.failed(workplace.company.tenant_id)) == 3


async def test_another_tenants_job_never_reaches_this_account(workplace: Workplace) -> None:
    company = workplace.company
    stranger = Route(
        "x", TenantId("01900000-0000-7000-8000-000000000000"), workplace.route.channel_account_id, "telegram"
    )
    await company.store.raw.append(stranger, {}, update(1, SARI, "Halo"))
    workplace.shift.received()
    await settled(company)
    assert await messages_of(workplace, SARI) == []


async def test_a_job_of_a_dead_process_is_taken_up_in_its_old_order(company: Company) -> None:
    route = await company.account("telegram", {"token": "1:a"})
    for number, text in enumerate(["satu", "dua", "tiga"], 1):
        await company.store.raw.append(route, {}, update(number, SARI, text))
    claimed = await company.store.jobs.claim([INBOUND], 2, timedelta(minutes=5))
    assert len(claimed) == 2  # and now that process is gone
    assert await company.store.jobs.free() == 2
    work = Inbound(company.store, company.runner, {}, company.accounts, paused_of(company))
    again = await company.store.jobs.claim([INBOUND], 10, timedelta(minutes=5))
    assert [job.id for job in again][:2] == [job.id for job in claimed]
    for coroutine in await work.begin(again):
        await coroutine


async def test_what_another_process_has_not_ended_goes_before_what_came_later(workplace: Workplace) -> None:
    company = workplace.company
    if company.store.database.is_sqlite:
        return  # one process, whose own turns keep the order
    await company.store.raw.append(workplace.route, {}, update(1, SARI, "satu"))
    (elsewhere,) = await company.store.jobs.claim([INBOUND], 1, timedelta(seconds=30))
    await bring(workplace, update(2, SARI, "dua"))

    async def postponed() -> bool:
        waiting = await company.store.jobs.unfinished(INBOUND, "g")
        return len(waiting) == 2

    await until(postponed, "the younger one is there")
    assert await messages_of(workplace, SARI) == []
    assert await company.store.jobs.retry(elsewhere, clock.now(), "given back")
    await settled(company)
    assert [m.text for m in await messages_of(workplace, SARI)] == ["satu", "dua"]


@pytest.fixture
async def telegram(company: Company) -> Route:
    """An account with no shift at work: the test does the jobs' steps."""
    return await company.account("telegram", {"token": "1:a"})


def inbound_of(company: Company) -> Inbound:
    return Inbound(
        company.store,
        company.runner,
        BY_KIND,
        company.accounts,
        paused_of(company),
    )


async def arrived(company: Company, route: Route, *bodies: bytes) -> list[Job]:
    """Stored as received, and claimed in that order."""
    for body in bodies:
        await company.store.raw.append(route, {}, body)
    jobs = await company.store.jobs.claim([INBOUND], 10, timedelta(minutes=5))
    assert len(jobs) == len(bodies)
    return list(jobs)


async def outcomes(work: Inbound, jobs: list[Job]) -> list[Outcome]:
    return list(await asyncio.gather(*await work.begin(jobs)))


async def test_a_job_that_ended_a_moment_ago_holds_up_no_webhook(company: Company, telegram: Route) -> None:
    """Its row still stands until those that ended together leave the table; that must not look like unfinished work."""
    work = inbound_of(company)
    first = await arrived(company, telegram, update(1, SARI, "satu"), update(2, BUDI, "dua"))
    assert await outcomes(work, first) == [Done(), Done()]
    again = await arrived(company, telegram, update(3, SARI, "tiga"), b"{", update(4, BUDI, "empat"))
    read, unreadable, other = await outcomes(work, again)  # what was given up has ended as well
    assert (read, other) == (Done(), Done())
    assert unreadable != Done()
    assert await outcomes(work, await arrived(company, telegram, update(5, SARI, "lima"))) == [Done()]
    await company.store.jobs.done_together([*first, again[0], again[2]])
    assert await outcomes(work, await arrived(company, telegram, update(6, BUDI, "enam"))) == [Done()]


async def test_an_interaction_that_ended_a_moment_ago_holds_up_no_webhook(company: Company, telegram: Route) -> None:
    agent, work = await company.agent(), inbound_of(company)
    await outcomes(work, await arrived(company, telegram, update(1, SARI, "Halo")))
    picked = await company.pick_up(agent)
    await company.do(End(interaction_id=picked.interaction_id), agent)
    jobs = await arrived(company, telegram, update(2, SARI, "Satu lagi"), update(3, BUDI, "Halo"))
    of_sari, of_budi = await work.begin(jobs)
    async with asyncio.timeout(10):
        assert await of_budi == Done()  # before the other has so much as begun
        assert await of_sari == Done()
    before, after = await interactions_of(company, picked.conversation_id)
    assert (before.id, before.status) == (picked.interaction_id, Status.RESOLVED)
    assert after.status is Status.QUEUED
    assert after.id in {interaction.id for interaction in await company.waiting()}
    told = [(message.text, message.interaction_id) for message in await company.messages(picked.conversation_id)]
    assert told == [("Halo", before.id), ("Satu lagi", after.id)]


async def interactions_of(company: Company, conversation_id: ConversationId) -> list[Interaction]:
    """In the order of their messages."""
    ids = dict.fromkeys(message.interaction_id for message in await company.messages(conversation_id))
    async with company.store.read(company.tenant_id) as tx:
        known = await tx.get_many(Interaction, [InteractionId(id) for id in ids])  # noqa: A001
    return [known[id] for id in ids]  # noqa: A001
