"""A call rings in the queue within a second, told by webhook or heard at an Asterisk; raw first, and only once."""

from collections.abc import AsyncIterator

import pytest

from backend import clock
from backend.jobs.shift import Shift
from omnix_protocol import codec
from omnix_protocol.content import CallState
from omnix_protocol.reports import CallLog, CallLogAnswer, CallLogRow
from tests.backend.channels.voice_scene import told
from tests.backend.jobs.conftest import shift_of
from tests.simulators.asterisk import AsteriskSimulator
from tests.support.company import Company
from tests.support.waiting import until


@pytest.fixture
async def shift(company: Company) -> AsyncIterator[Shift]:
    working = shift_of(company)
    yield working
    await working.close()


async def calls(company: Company) -> list[CallLogRow]:
    agent = await company.agent()
    answer = await company.asks.ask(company.tenant_id, agent, "1", "CallLog", codec.encode(CallLog()))
    return list(codec.decode(answer.body, CallLogAnswer).rows)


async def states(company: Company) -> list[CallState]:
    return [row.call.state for row in await calls(company)]


async def ring(company: Company, count: int) -> None:
    async def waiting() -> bool:
        return len(await company.waiting()) == count

    await until(waiting, f"{count} calls ring in the queue")


async def test_a_call_that_is_told_rings_in_the_queue_within_a_second(company: Company, shift: Shift) -> None:
    route = await company.account("voice", {"webhook_secret": "rahasia"})
    await shift.start()
    took = []
    for number in range(1, 4):
        began = clock.now()
        caller = {"from": f"081234567{number}00"}
        await company.store.raw.append(route, {}, told("ringing", call_id=f"c-{number}", **caller))
        shift.received()
        await ring(company, number)
        took.append((clock.now() - began).total_seconds())
    assert min(took) < 1, "a busy machine may be slow once, not each time"
    for event in ("missed", "ringing", "answered"):
        await company.store.raw.append(route, {}, told(event, at="2026-03-02T09:00:30+07:00"))
    shift.received()

    async def ended() -> bool:
        return await states(company) == [CallState.RINGING, CallState.RINGING, CallState.ENDED]

    await until(ended, "what came late and out of order is one call that has ended")


async def test_an_asterisk_is_listened_to(company: Company, shift: Shift) -> None:
    async with AsteriskSimulator() as exchange:
        where = {"ami_host": "127.0.0.1", "ami_port": str(exchange.port), "ami_user": "omnix"}
        await company.account("voice", {"ami_secret": "rahasia"}, mode="ami", **where)
        await shift.start()
        await until(lambda: exchange.signed_in, "the server listens")
        call = exchange.call("081234567890", name="Rina")
        await call.rings()
        await ring(company, 1)
        await call.hangs_up()

        async def missed() -> bool:
            return await states(company) == [CallState.MISSED]

        await until(missed, "it was missed")
        (row,) = await calls(company)
        assert (row.call.number, row.customer_name) == ("+6281234567890", "Rina")
