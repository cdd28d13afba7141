"""Listening, the board, timers, circuits: what nobody asks for and everybody counts on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs.circuits import Circuit
from backend.jobs.loop import Done, Outcome, Turns, in_turn
from backend.jobs.timers import last_midnight
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.reports import Board
from tests.backend.jobs.conftest import shift_of
from tests.backend.jobs.test_inbound import SARI, update
from tests.simulators.telegram import Fault, TelegramSimulator
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.waiting import until

TOKEN = "4343:AA-listen"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_a_polled_account_gets_each_message_once_also_after_a_restart(company: Company) -> None:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        await company.account("telegram", {"token": TOKEN}, base_url=address)
        await simulator.write(TOKEN, SARI, "sebelum")
        for text in ("satu", "dua"):
            shift = shift_of(company)
            await shift.start()
            await until(company.waiting, "the first message waits")
            await simulator.write(TOKEN, SARI, text)

            async def arrived(text: str = text) -> bool:
                (interaction,) = await company.waiting()
                return interaction.last_preview == text

            await until(arrived, text)
            await shift.close()
        (interaction,) = await company.waiting()
        messages = await company.messages(interaction.conversation_id)
        assert [message.text for message in messages] == ["sebelum", "satu", "dua"]
    await simulator.close()


async def test_a_provider_that_cannot_be_listened_to_is_visible_on_its_account(company: Company) -> None:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        route = await company.account("telegram", {"token": TOKEN}, base_url=address)
        simulator.fail(TOKEN, "getUpdates", Fault(500), Fault(500), Fault(500))
        shift = shift_of(company)
        await shift.start()

        async def fault() -> str:
            async with company.store.read(company.tenant_id) as tx:
                account = await tx.get(ChannelAccount, route.channel_account_id)
            assert account is not None
            return account.fault

        assert await until(fault, "the fault is told") == "Internal Server Error"
        await simulator.write(TOKEN, SARI, "Halo")

        async def well() -> bool:
            return not await fault()

        await until(well, "the end of the fault is told", timeout=30)
        await until(company.waiting, "what came meanwhile is there")
        await shift.close()
    await simulator.close()


async def test_the_board_follows_what_happens(company: Company) -> None:
    route = await company.account("telegram", {"token": TOKEN}, mode="webhook")
    shift = shift_of(company)
    await shift.start()

    async def board() -> Board | None:
        async with company.store.read(company.tenant_id) as tx:
            return await tx.get(Board, company.tenant_id)

    await until(board, "a board is there")
    await company.store.raw.append(route, {}, update(1, SARI, "Halo"))
    shift.received()

    async def counted() -> bool:
        shown = await board()
        return shown is not None and shown.waiting == 1

    await until(counted, "the board counts the waiting one")
    before = await board()
    await asyncio.sleep(0.6)  # nothing happens: nothing is written
    after = await board()
    assert before is not None
    assert after is not None
    assert before.version == after.version
    await shift.close()


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("Asia/Jakarta", datetime(2026, 3, 1, 16, 59, tzinfo=UTC), datetime(2026, 2, 28, 17, tzinfo=UTC)),
        ("Asia/Jakarta", datetime(2026, 3, 1, 17, 0, tzinfo=UTC), datetime(2026, 3, 1, 17, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("No/Where", NOW, datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_tenants_day_begins_at_its_own_midnight(zone: str, now: datetime, midnight: datetime) -> None:
    assert last_midnight(zone, now) == midnight


def test_a_circuit_opens_after_faults_and_lets_one_try_through() -> None:
    circuit = Circuit()
    assert [circuit.failed(NOW) for _ in range(3)] == [False, False, True]
    assert circuit.wait(NOW) == 5.0
    later = NOW + timedelta(seconds=5)
    assert circuit.wait(later) == 0.0  # one tries …
    assert circuit.wait(later) == 1.0  # … the others wait for what it finds
    assert circuit.failed(later) is False
    assert circuit.wait(later) == 10.0
    assert circuit.wait(later + timedelta(seconds=10)) == 0.0
    assert circuit.works() is True
    assert circuit.wait(later) == 0.0
    assert circuit.works() is False


def test_being_asked_to_wait_is_no_fault() -> None:
    circuit = Circuit()
    circuit.throttled(NOW, 7)
    assert circuit.wait(NOW) == 7.0
    assert circuit.wait(NOW + timedelta(seconds=7)) == 0.0
    assert circuit.works() is False


async def test_turns_of_one_key_follow_each_other_and_others_do_not_wait() -> None:
    turns, ran = Turns(), list[str]()
    gate = asyncio.Event()

    def work(name: str, waits: bool = False) -> Callable[[], Awaitable[Outcome]]:
        async def do() -> Outcome:
            if waits:
                await gate.wait()
            ran.append(name)
            return Done()

        return do

    tickets = [turns.ticket("a"), turns.ticket("a"), turns.ticket("b")]
    names = [work("a1", waits=True), work("a2"), work("b1")]
    tasks = [asyncio.create_task(in_turn([t], n)) for t, n in zip(tickets, names, strict=True)]
    await tasks[2]
    assert ran == ["b1"]
    tasks[1].cancel()  # one that gives up does not hold up those behind
    behind = asyncio.create_task(in_turn([turns.ticket("a")], work("a3")))
    gate.set()
    await behind
    await tasks[0]
    assert set(ran) == {"b1", "a1", "a3"}
