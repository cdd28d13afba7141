"""A desk at a scripted server."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_protocol.ids import UserId
from omnix_protocol.sign_in import SignedIn
from tests.support.cached_workspace import KEY
from tests.support.scripted_server import ME, ScriptedServer, scripted_server
from tests.support.waiting import until
from tests.support.workspace_catalogue import SESSION_ID, TENANT, TENANT_ID

SIGNED_IN = SignedIn(
    session_id=SESSION_ID, tenant_id=TENANT_ID, tenant_code=TENANT.code, tenant_name=TENANT.name,
    user_id=UserId(ME.id), user_name=ME.name, role=ME.role, access_token="access",
    access_expires_at=datetime(2126, 1, 1, tzinfo=UTC), refresh_token="refresh",
)  # fmt: skip
OpenDesk = Callable[[], Desk]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as running:
        yield running


@pytest.fixture
async def open_desk(server: ScriptedServer, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """The same desk each time: what is closed can be opened again."""
    opened: list[Desk] = []

    def make() -> Desk:
        opened.append(Desk(server.url, SIGNED_IN, "device", tmp_path / "profile", KEY))
        opened[-1].start()
        return opened[-1]

    yield make
    for desk in opened:
        await desk.close()


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    made = open_desk()
    await online(made)
    return made


async def online(desk: Desk) -> None:
    await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "the desk is online")
