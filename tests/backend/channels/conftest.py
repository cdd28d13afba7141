"""A Telegram of our own and an account of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from backend.channels.base import AccountView
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from tests.simulators.telegram import TelegramSimulator
from tests.support.serving import serving

TOKEN = "123456:AA-test-token"


@dataclass
class Line:
    """An account, the simulator behind it, and the client to reach it."""

    account: AccountView
    simulator: TelegramSimulator
    http: httpx.AsyncClient


def telegram_account(base_url: str = "https://api.telegram.org", **settings: str) -> AccountView:
    return AccountView(
        tenant_id=TenantId(new_id()),
        id=ChannelAccountId(new_id()),
        kind="telegram",
        settings={"base_url": base_url, **settings},
        secrets={"token": TOKEN},
    )


@pytest.fixture
async def telegram_line() -> AsyncIterator[Line]:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address, httpx.AsyncClient(timeout=2) as http:
        yield Line(telegram_account(address), simulator, http)
    await simulator.close()
