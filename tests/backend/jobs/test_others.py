"""Listening, the board, timers, circuits: what nobody asks for and everybody counts on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.channels.base import ProviderFault
from backend.jobs import listeners
from backend.jobs.circuits import Circuit
from backend.jobs.loop import Done, Outcome, Turns, in_turn
from backend.jobs.timers import last_midnight
from omnix_protocol.channels import ChannelAccount, FaultKind
from omnix_protocol.reports import Board
from tests.backend.jobs.conftest import shift_of
from tests.backend.jobs.test_inbound import BUDI, SARI, update
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
            return account.fault and f"{account.fault}, {account.fault_kind}"

        assert await until(fault, "the fault is told") == "Internal Server Error, away"
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
    circuit.unasked()  # it came to nothing, on our side
    assert circuit.wait(later) == 0.0
    assert circuit.failed(later) is False
    assert circuit.wait(later) == 10.0
    assert circuit.wait(later + timedelta(seconds=10)) == 0.0
    assert circuit.works() is True
    assert circuit.wait(later) == 0.0
    assert circuit.works() is False


def test_many_that_were_under_way_when_it_broke_are_one_fault() -> None:
    circuit = Circuit()
    told = [circuit.failed(NOW) for _ in range(20)]
    assert told.count(True) == 1
    assert circuit.wait(NOW) == 5
    later = NOW + timedelta(seconds=5)
    assert circuit.wait(later) == 0
    circuit.failed(later)
    assert circuit.wait(later) == 10


def test_an_account_that_was_away_and_now_refuses_is_news() -> None:
    circuit = Circuit()
    assert [circuit.failed(NOW) for _ in range(3)] == [False, False, True]
    back = NOW + timedelta(seconds=5)
    assert circuit.failed(back, FaultKind.REFUSED) is True
    assert circuit.failed(back, FaultKind.REFUSED) is False
    assert circuit.failed(back) is False, "it was under way before"
    assert circuit.works() is True


def test_a_listener_that_was_away_and_is_now_refused_is_told_again() -> None:
    health = listeners._Health()
    away, refused = ProviderFault("no answer"), ProviderFault("401", lasting=True)
    assert [health.failed(away) for _ in range(listeners.TELL_AFTER + 1)].count(True) == 1
    assert health.failed(refused)
    assert not health.failed(refused)


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


async def test_a_paused_account_is_asked_no_more_and_goes_on_where_it_stood(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(listeners, "CHANGED_SECONDS", 0.1)
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        route = await company.account("telegram", {"token": TOKEN}, base_url=address)
        shift = shift_of(company)
        await shift.start()
        await simulator.write(TOKEN, SARI, "pertama")
        await until(company.waiting, "the first is there")
        works = company.views.pop(route.channel_account_id)
        await until(lambda: not shift._listeners._owned, "nobody listens any more")
        await simulator.write(TOKEN, BUDI, "sementara dijeda")
        assert len(await company.waiting()) == 1
        company.views[route.channel_account_id] = works

        async def both() -> bool:
            return len(await company.waiting()) == 2

        await until(both, "what was written meanwhile is there")
        await shift.close()
    await simulator.close()


async def test_an_address_that_a_provider_will_not_take_is_told_and_the_fault_goes_when_it_does(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(listeners, "LONGEST_WAIT", 0.3)
    company.public_url = "https://omnix.invalid"
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        route = await company.account("telegram", {"token": TOKEN}, base_url=address, mode="webhook")
        simulator.fail(TOKEN, "setWebhook", Fault(401, "Unauthorized"))
        shift = shift_of(company)
        await shift.start()

        async def fault() -> str:
            async with company.store.read(company.tenant_id) as tx:
                account = await tx.get(ChannelAccount, route.channel_account_id)
            assert account is not None
            return account.fault

        await until(fault, "the account says why")

        async def well() -> bool:
            return await fault() == ""

        await until(well, "the account works again")
        told = [method for method, _ in simulator.calls].count("setWebhook")
        other = f"{TOKEN}-new"
        company.views[route.channel_account_id] = replace(
            company.views[route.channel_account_id], secrets={"token": other}
        )
        await until(lambda: simulator.bot(other).webhook, "the new bot is told where to write")
        assert [method for method, _ in simulator.calls].count("setWebhook") == told + 1
        await shift.close()
    await simulator.close()


async def test_two_processes_do_not_register_one_account_at_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "LOOK_SECONDS", 0.05)
    company.public_url = "https://omnix.invalid"
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        route = await company.account("telegram", {"token": TOKEN}, base_url=address, mode="webhook")
        lease = await company.store.leases.take(f"register:{route.channel_account_id}", "another", listeners.LEASE)
        assert lease is not None
        shift = shift_of(company)
        await shift._listeners.look()
        assert simulator.bot(TOKEN).webhook == ""
        await company.store.leases.release(lease)
        await shift._listeners.look()
        assert simulator.bot(TOKEN).webhook.startswith("https://omnix.invalid/hooks/telegram/")
        await shift.close()
    await simulator.close()
