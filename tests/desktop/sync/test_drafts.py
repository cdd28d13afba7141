"""One person at two machines, and the real server: the draft is on both, and never replaced by what was not seen."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from omnix_desktop.cache.queries import composer, inbox, thread
from omnix_desktop.cache.queries.composer import DraftText
from omnix_desktop.ports import LinkState
from omnix_desktop.sync import drafts
from omnix_desktop.sync.desk import Desk
from omnix_protocol import codec
from omnix_protocol.conversations import Interaction, PickUpNext
from omnix_protocol.ids import InteractionId, MessageId, new_id
from omnix_protocol.messages import SaveDraft, SendMessage
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.live_server import LiveServer, live_server
from tests.support.waiting import until

PAUSE = 0.3


@dataclass
class Machine:
    """One of the person's, at the conversation that they handle."""

    desk: Desk
    proxy: FaultProxy
    it: Interaction

    @property
    def shown(self) -> DraftText:
        return composer.draft(self.desk.engine.reader(), self.it.conversation_id, "reply")

    def type(self, text: str) -> None:
        conversation_id = self.it.conversation_id
        self.desk.local.save_draft(conversation_id, "reply", text, before=self.shown.text).result()

    def send(self) -> None:
        reply = SendMessage(
            message_id=MessageId(new_id()), conversation_id=self.it.conversation_id,
            interaction_id=InteractionId(self.it.id), text=self.shown.text,
            seen_position=thread.extent(self.desk.engine.reader(), self.it.conversation_id).last,
        )  # fmt: skip
        self.desk.ports.run.run(reply)

    async def shows(self, text: str, *, apart: bool = False) -> None:
        await until(lambda: (self.shown.text, self.shown.apart) == (text, apart), f"shown: {text!r}, apart: {apart}")

    async def loses_the_network(self) -> None:
        await self.proxy.refuse()
        self.proxy.cut()
        await until(lambda: self.desk.ports.link.status.state != LinkState.ONLINE, "offline")

    async def gets_it_back(self) -> None:
        await self.proxy.accept()
        self.desk.ports.link.try_now()
        await self.is_online()

    async def is_online(self) -> None:
        await until(lambda: self.desk.ports.link.status.state == LinkState.ONLINE, "online")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "PAUSE_SECONDS", PAUSE)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path) as server:
        yield server


@pytest.fixture
async def machines(live: LiveServer) -> AsyncIterator[tuple[Machine, Machine]]:
    async with fault_proxy(live.port) as first, fault_proxy(live.port) as second:
        await live.receive("budi", "Halo?")
        desks = [await live.desk("Ratna", f"http://127.0.0.1:{proxy.port}") for proxy in (first, second)]
        for desk in desks:
            desk.start()
        for desk in desks:
            await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "online")  # noqa: B023
        assert (await desks[0].ports.run.now(PickUpNext())).refused is None
        handled: list[Interaction] = []
        for desk in desks:
            await until(lambda: bool(held(desk)), "both machines have it")  # noqa: B023
            handled.append(held(desk)[0])
        office, home = (
            Machine(desk, proxy, it) for desk, proxy, it in zip(desks, (first, second), handled, strict=True)
        )
        yield office, home
        for desk in desks:
            await desk.close()


def held(desk: Desk) -> list[Interaction]:
    rows = inbox.handling(desk.engine.reader(), desk.ports.account.me.user_id).rows
    return [row.interaction for row in rows]


def saved(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of the drafts that reach the server from now on."""
    texts: list[str] = []
    run = server.parts.runner.run

    async def noted(tenant_id, actor, command_id, type_name, body):  # type: ignore[no-untyped-def]
        if type_name == "SaveDraft":
            texts.append(codec.decode(body, SaveDraft).text)
        return await run(tenant_id, actor, command_id, type_name, body)

    monkeypatch.setattr(server.parts.runner, "run", noted)
    return texts


async def test_what_is_typed_on_one_machine_is_on_the_other_and_can_be_typed_on_there(
    machines: tuple[Machine, Machine],
) -> None:
    office, home = machines
    office.type("Baik")
    await home.shows("Baik")
    home.type("Baik, kami cek")
    await office.shows("Baik, kami cek")
    office.type("")
    await home.shows("")


async def test_only_the_latest_text_goes_out_after_a_pause_or_when_the_hand_leaves(
    live: LiveServer, machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, home = machines
    arrived = saved(live, monkeypatch)
    for end in range(1, 9):
        office.type("Selamat."[:end])
    await home.shows("Selamat.")
    assert arrived == ["Selamat."]
    monkeypatch.setattr(drafts, "PAUSE_SECONDS", 60.0)
    office.type("Selamat siang.")
    office.desk.local.leave_draft(office.it.conversation_id)
    await home.shows("Selamat siang.")
    assert arrived == ["Selamat.", "Selamat siang."]


async def test_a_sent_message_takes_its_draft_from_the_other_machine(machines: tuple[Machine, Machine]) -> None:
    office, home = machines
    office.type("Baik, kami cek")
    await home.shows("Baik, kami cek")
    home.send()
    await home.shows("")
    await office.shows("")
    for machine in machines:
        await until(lambda: not machine.desk.engine.reader().rows("SELECT * FROM local.drafts"), "no row is left")  # noqa: B023


async def test_what_was_typed_offline_goes_out_with_the_connection(machines: tuple[Machine, Machine]) -> None:
    office, home = machines
    await office.loses_the_network()
    office.type("tanpa jaringan")
    await office.gets_it_back()
    await home.shows("tanpa jaringan")


async def test_two_texts_typed_apart_stay_until_one_is_gone(machines: tuple[Machine, Machine]) -> None:
    office, home = machines
    await home.loses_the_network()
    office.type("dari kantor")
    home.type("dari rumah")
    await until(lambda: elsewhere(office) == "dari kantor", "the server has the one")
    await home.gets_it_back()
    await home.shows("dari rumah", apart=True)
    await office.shows("dari kantor")
    office.send()
    await office.shows("dari rumah")
    await home.shows("dari rumah")


async def test_sending_the_one_does_not_take_the_other_that_was_not_seen(machines: tuple[Machine, Machine]) -> None:
    office, home = machines
    await home.loses_the_network()
    office.type("dari kantor")
    home.type("dari rumah")
    await until(lambda: elsewhere(office) == "dari kantor", "the server has the one")
    await home.gets_it_back()
    await home.shows("dari rumah", apart=True)
    home.send()
    await home.shows("dari kantor")
    await office.shows("dari kantor")


async def test_a_draft_is_there_on_a_machine_that_starts_later_and_gone_where_it_was_sent_meanwhile(
    live: LiveServer, machines: tuple[Machine, Machine]
) -> None:
    office, home = machines
    office.type("Baik, kami cek")
    await home.shows("Baik, kami cek")
    await office.loses_the_network()
    home.type("Baik, kami cek dahulu")
    await until(lambda: elsewhere(home) == "Baik, kami cek dahulu", "the server has it")
    home.send()
    await home.shows("")
    await office.shows("Baik, kami cek")
    await office.gets_it_back()
    await office.shows("")
    home.type("lagi")
    third = await live.desk("Ratna")
    third.start()
    await Machine(third, home.proxy, home.it).shows("lagi")


async def test_a_server_that_is_restarted_is_offered_what_it_missed(
    live: LiveServer, machines: tuple[Machine, Machine]
) -> None:
    office, home = machines
    await live.end()
    office.type("selama mati")
    await live.begin()
    for machine in machines:
        machine.desk.ports.link.try_now()
    await home.shows("selama mati")


async def test_what_was_typed_last_goes_out_when_the_program_ends(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, home = machines
    monkeypatch.setattr(drafts, "PAUSE_SECONDS", 60.0)
    office.type("sampai besok")
    await office.desk.close()
    await home.shows("sampai besok")


async def test_a_text_that_the_server_does_not_take_is_not_offered_again_and_again(
    live: LiveServer, machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, home = machines
    arrived = saved(live, monkeypatch)
    office.desk.local.save_draft(new_id(), "reply", "tidak ada percakapannya").result()
    office.type("satu")
    await home.shows("satu")
    office.type("dua")
    await home.shows("dua")
    assert sorted(arrived) == ["dua", "satu", "tidak ada percakapannya"]


def elsewhere(machine: Machine) -> str:
    """What the server has, as this machine knows it."""
    found = composer.elsewhere(machine.desk.engine.reader(), machine.desk.ports.account.me.user_id) or {}
    draft = found.get((machine.it.conversation_id, "reply"))
    return draft.text if draft else ""
