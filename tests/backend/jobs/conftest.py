"""A company with a Telegram account at a simulator, and the shift that works for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from backend import clock
from backend.channels import CHANNELS
from backend.jobs.shift import Shift
from backend.store.raw import Route
from backend.store.store import Store
from tests.backend.store.conftest import database, store
from tests.simulators.telegram import TelegramSimulator
from tests.support.company import Company
from tests.support.serving import serving

__all__ = ["database", "store"]

TOKEN = "4242:AA-jobs"


@dataclass
class Workplace:
    """Everything that a job needs, and a Telegram to talk to."""

    company: Company
    route: Route
    simulator: TelegramSimulator
    shift: Shift


def shift_of(company: Company) -> Shift:
    shift = Shift(company.store, company.runner, company.asks, CHANNELS, company.accounts, clock.now)
    company.on_jobs, company.on_grown = shift.jobs_made, shift.grown
    return shift


@pytest.fixture
async def company(store: Store) -> Company:
    return await Company(store).open()


@pytest.fixture
async def workplace(company: Company) -> AsyncIterator[Workplace]:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        route = await company.account("telegram", {"token": TOKEN}, base_url=address, mode="webhook")
        shift = shift_of(company)
        await shift.start()
        yield Workplace(company, route, simulator, shift)
        await shift.close()
    await simulator.close()
