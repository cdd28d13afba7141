"""A company with a Telegram account at a simulator, and the shift that works for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend import clock
from backend.channels import CHANNELS
from backend.files import FolderFiles
from backend.jobs.means import Shelf
from backend.jobs.shift import Shift
from backend.store.raw import Route
from backend.store.store import Store
from tests.backend.store.conftest import database, store
from tests.simulators.telegram import TelegramSimulator
from tests.support.company import Company
from tests.support.databases import on_both
from tests.support.serving import serving

__all__ = ["database", "store"]
pytest_generate_tests = on_both

TOKEN = "4242:AA-jobs"


@dataclass
class Workplace:
    """Everything that a job needs, and a Telegram to talk to."""

    company: Company
    route: Route
    simulator: TelegramSimulator
    shift: Shift


def shift_of(company: Company, files: Path = Path("unused")) -> Shift:
    shift = Shift(
        company.store,
        company.runner,
        company.asks,
        CHANNELS,
        company.accounts,
        clock.now,
        Shelf(FolderFiles(files)),
    )
    company.on_jobs, company.on_grown = shift.jobs_made, shift.grown
    return shift


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shift lays down without being told where is gone with the test."""
    monkeypatch.chdir(tmp_path)


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
