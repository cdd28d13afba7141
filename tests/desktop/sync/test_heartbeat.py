"""How long ago this machine knew that it equals the server: told also when nothing happens."""

from datetime import datetime, timedelta

import pytest

from omnix_desktop.ports import LinkState
from omnix_desktop.sync import connection
from omnix_desktop.sync.desk import Desk
from tests.desktop.sync.conftest import OpenDesk, online
from tests.support.scripted_server import ScriptedServer
from tests.support.waiting import until


async def test_each_answered_heartbeat_says_that_the_screens_equal_the_server(
    server: ScriptedServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PING_SECONDS", 0.03)
    desk = open_desk()
    await online(desk)
    for _ in range(2):
        server.now += timedelta(minutes=1)
        await until(lambda: last_sync(desk) >= server.now, "the heartbeat is answered")
    await server.end()
    await until(lambda: desk.ports.link.status.state != LinkState.ONLINE, "the connection is lost")
    lost = last_sync(desk)
    await until(lambda: desk.ports.link.status.retry_at is not None, "it is tried again")
    assert last_sync(desk) == lost


def last_sync(desk: Desk) -> datetime:
    known = desk.ports.link.status.last_sync
    assert known is not None
    return known
