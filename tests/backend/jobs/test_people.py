"""Messenger names nobody in its messages: the name is asked for, once, and the customer gets it."""

from collections.abc import AsyncIterator

import pytest

from backend.store.raw import Route
from omnix_protocol.conversations import Interaction
from omnix_protocol.messages import Message
from tests.backend.jobs.conftest import shift_of
from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Page, Person
from tests.simulators.graph.faults import Fault, rate_limited
from tests.simulators.graph.hooks import encoded, entries
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator
from tests.support.company import Company
from tests.support.waiting import until

BUDI, PAGE = Person("62811000111"), Page()


@pytest.fixture
async def meta() -> AsyncIterator[GraphSimulator]:
    async with graph_simulator(PAGE, seed=7) as simulator:
        yield simulator


async def page_account(company: Company, meta: GraphSimulator) -> Route:
    secrets = {"access_token": PAGE.token, "app_secret": PAGE.app.secret, "verify_token": PAGE.app.verify_token}
    return await company.account("messenger", secrets, base_url=f"{meta.world.address}/v25.0", page_id=PAGE.id)


async def told(company: Company, meta: GraphSimulator, route: Route) -> None:
    """What happened at Meta, as it would be posted."""
    events, meta.hooks.events = meta.hooks.events, []
    body = encoded({"object": "page", "entry": entries(events, "entries", meta.world.now())})
    await company.store.raw.append(route, {}, body)


async def waiting(company: Company, count: int = 1) -> list[Interaction]:
    async def found() -> list[Interaction]:
        there = await company.waiting()
        return there if len(there) == count else []

    return await until(found, f"{count} interactions wait")


@pytest.mark.parametrize("trouble", [(), (Fault(errors.SERVICE),), (rate_limited(errors.CALL_LIMIT, retry_after=1),)])
async def test_the_name_is_there_soon_after_the_first_message(
    company: Company, meta: GraphSimulator, trouble: tuple[Fault, ...]
) -> None:
    route, shift = await page_account(company, meta), shift_of(company)
    meta.fail("get", *trouble)
    await shift.start()
    await meta.messenger.text(PAGE, BUDI, "Halo")
    await told(company, meta, route)
    shift.received()

    async def named() -> bool:
        there = await company.waiting()
        return [it.customer_name for it in there] == ["Budi Santoso"]

    await until(named, "the customer has a name")
    await meta.messenger.text(PAGE, BUDI, "Halo lagi")
    await told(company, meta, route)
    shift.received()

    async def both() -> bool:
        (interaction,) = await company.waiting()
        return interaction.unread == 2

    await until(both, "the second message is there")
    assert len([call for call in meta.calls if call.name == "get"]) == 1 + len(trouble)
    await shift.close()


async def test_a_name_that_meta_keeps_to_itself_troubles_nobody(company: Company, meta: GraphSimulator) -> None:
    route, shift = await page_account(company, meta), shift_of(company)
    meta.fail("get", Fault(errors.NO_OBJECT))
    await shift.start()
    await meta.messenger.text(PAGE, BUDI, "Halo")
    await told(company, meta, route)
    shift.received()
    (interaction,) = await waiting(company)
    await until(lambda: len(meta.calls) == 1, "Meta was asked")
    (message,) = await company.messages(interaction.conversation_id)
    assert isinstance(message, Message)
    assert message.text == "Halo"
    await shift.close()
    assert interaction.customer_name == ""
