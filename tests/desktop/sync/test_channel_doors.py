"""An administrator adds, tests, pauses and mends a channel account from the desktop: against the real server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from backend import accounts
from omnix_desktop.actions.channels import failed_page, probe_form, run_all_again, save_form, set_active, traffic
from omnix_desktop.actions.place import Place, Screen
from omnix_desktop.cache.queries import catalogue
from omnix_desktop.models.channel_form import ChannelForm
from omnix_desktop.models.desk import Desk as Models
from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_protocol.channel_setup import ChannelRoute, Probed
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.errors import Refused
from omnix_protocol.ids import GroupId
from omnix_protocol.traffic import ChannelTrafficAnswer, FailedJobsAnswer, RanAgain
from tests.simulators.telegram import TelegramSimulator
from tests.support.live_server import CODE, PASSWORD, LiveServer, live_server
from tests.support.serving import serving
from tests.support.waiting import until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path) as running:
        person = accounts.NewUser(
            email="rudi@uji.test",
            name="Rudi",
            password=PASSWORD,
            role="administrator",
            groups=("Agent",),
            must_change=False,
        )
        await accounts.add_user(running.parts, CODE, person)
        yield running


async def online(server: LiveServer, name: str) -> tuple[Desk, Place]:
    desk = await server.desk(name)
    desk.start()
    await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "online")
    # nothing of the screens is asked for here
    return desk, Place(ports=desk.ports, desk=cast(Models, None), screen=cast(Screen, None))


def telegram_form(desk: Desk, address: str) -> ChannelForm:
    reader = desk.engine.reader()
    channel = next(one for one in catalogue.channels(reader) if one.id == "telegram")
    form = ChannelForm(channel)
    form.name = "Bot kedua"
    form.group_id = GroupId(catalogue.groups(reader)[0].id)
    form.type("token", "77:AA")
    form.type("base_url", address)
    form.type("mode", "webhook")
    return form


def account_of(desk: Desk, name: str) -> ChannelAccount | None:
    found = [facts.account for facts in catalogue.accounts(desk.engine.reader()) if facts.account.name == name]
    return found[0] if found else None


async def test_an_account_is_tested_added_and_paused_from_the_desktop(server: LiveServer) -> None:
    simulator = TelegramSimulator()
    async with serving(simulator.app) as address:
        desk, place = await online(server, "Rudi")
        form = telegram_form(desk, address)
        probed = await probe_form(place, form)
        assert isinstance(probed, Probed)
        assert (probed.works, bool(probed.said)) == (True, True)
        first = await save_form(place, form)
        assert isinstance(first, ChannelRoute)
        assert "/hooks/telegram/" in first.webhook
        form.name, form.address = "Bot kedua, diperbaiki", "bot_kedua"
        form.type("base_url", f"{address}/")
        assert await save_form(place, form) == first  # as if that answer was lost: no second account, but as corrected
        await until(lambda: account_of(desk, form.name) is not None, "the account is in the replica")
        assert account_of(desk, "Bot kedua") is None
        account = account_of(desk, form.name)
        assert account is not None
        assert (account.address, account.settings["base_url"]) == ("bot_kedua", f"{address}/")
        assert "77:AA" not in str(account)
        assert await set_active(place, account, False) is None
        await until(lambda: not (account_of(desk, form.name) or account).active, "it is paused")
    await simulator.close()


async def test_traffic_and_failed_ones_come_to_administrators_only(server: LiveServer) -> None:
    _, place = await online(server, "Rudi")
    assert isinstance(await traffic(place), ChannelTrafficAnswer)
    assert await failed_page(place, None, None) == FailedJobsAnswer()
    assert await run_all_again(place, None) == RanAgain(jobs=0)
    _, supervisor = await online(server, "Kartini")
    for answer in (
        await traffic(supervisor),
        await failed_page(supervisor, None, None),
        await run_all_again(supervisor, None),
    ):
        assert isinstance(answer, Refused)
        assert answer.code == "not_entitled"
