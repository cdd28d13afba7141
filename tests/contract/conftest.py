"""The real server with a company; for each test one account at a provider, and an agent who serves it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from backend import clock
from backend.channels.email import smtp
from backend.channels.line import asking as line
from backend.channels.sms import smpp
from backend.config import Files, Server
from backend.gateway import visitors
from backend.jobs import circuits, listeners
from omnix_protocol.people import EditRules, RecordPresence, Rules, Tenant
from tests.contract import providers
from tests.contract.place import House, Place, opened
from tests.contract.provider import OPENINGS, Provider
from tests.support.backend import SYSTEM, founded, running, settings_for
from tests.support.stores import migrated_sqlite
from tests.support.waiting import free_port

assert providers.__all__
ASKED_SECONDS = 1.0
"""How long whoever names no time is waited for: Provider.asked_seconds."""


class Shifted:
    """The server's clock, which a test may move on."""

    def __init__(self) -> None:
        self._real = clock.now
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return self._real() + self.ahead


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One server for all tests of a file: it knows its own address, and tells every provider by itself."""
    folder: Path = tmp_path_factory.mktemp("house")
    shifted, port = Shifted(), free_port()
    server = Server(graceful_seconds=2, port=port, public_url=f"http://127.0.0.1:{port}")
    files = Files(internal_hosts=("127.0.0.1",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", shifted)
        patch.setattr(listeners, "LOOK_SECONDS", 0.1)
        patch.setattr(circuits, "FIRST_SECONDS", 0.2)
        patch.setattr(visitors, "SAYS_AT_ONCE", 100.0)
        patch.setattr(smtp, "BUSY_SECONDS", ASKED_SECONDS)
        patch.setattr(line, "THROTTLED_SECONDS", ASKED_SECONDS)
        patch.setattr(smpp, "THROTTLED_SECONDS", ASKED_SECONDS)
        async with running(settings_for(migrated_sqlite(folder), folder, server=server, files=files), port) as backend:
            people = await founded(backend.parts)
            async with backend.parts.store.read(people.tenant_id) as tx:
                tenant = await tx.get(Tenant, people.tenant_id)
            assert tenant is not None
            house = House(backend, people, shifted)
            await house.run(EditRules(base_version=tenant.version, rules=Rules(pick_up_limit=200)), SYSTEM)
            await house.run(RecordPresence(user_id=people.agent, devices=("pc",)), SYSTEM)
            yield house


@pytest_asyncio.fixture(params=sorted(OPENINGS), loop_scope="module")
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    async with OPENINGS[request.param]() as provider:
        yield provider


@pytest_asyncio.fixture(loop_scope="module")
async def place(house: House, provider: Provider) -> AsyncIterator[Place]:
    async with opened(house, provider) as place:
        yield place
