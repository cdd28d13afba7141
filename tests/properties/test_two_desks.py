"""Two desks, one server, a bad network, in any order of events: at the end everything is there once and all agree."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnix_desktop.cache.queries import inbox, status, thread
from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_load.checker import Report, check_positions, check_replicas
from omnix_protocol.conversations import End, Interaction, PickUpNext
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, MessageId, new_id
from omnix_protocol.messages import AddMemo, SendMessage
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.live_server import LiveServer, live_server
from tests.support.waiting import until

NAMES = ("Ratna", "Sari")
_who = st.sampled_from(NAMES)
_event = (
    st.tuples(st.just("customer writes"), st.sampled_from(("budi", "tini")))
    | st.tuples(st.sampled_from(("takes", "replies", "replies", "notes", "types", "ends")), _who)
    | st.tuples(st.sampled_from(("is cut off", "loses the network", "gets the network back", "is killed")), _who)
    | st.tuples(st.just("server restarts"), st.just(""))
)


class Person:
    """An agent whose program and network come and go."""

    def __init__(self, server: LiveServer, name: str, proxy: FaultProxy, folder: Path) -> None:
        self.name, self.proxy = name, proxy
        self._server, self._folder = server, folder
        self.decided: list[tuple[str, str, str]] = []
        """(conversation, id, text) of what was stored, in order."""
        self.drafts: dict[str, str] = {}

    async def sit_down(self) -> None:
        self._session = await self._server.signed_in(self.name)
        self.begin()

    def begin(self) -> None:
        self.desk = self._server.open(self._session, self._folder, f"http://127.0.0.1:{self.proxy.port}")
        self.desk.start()

    async def restart(self) -> None:
        await self.desk.close()
        self.begin()

    def handled(self) -> list[Interaction]:
        rows = inbox.handling(self.desk.engine.reader(), self.desk.ports.account.me.user_id).rows
        return [row.interaction for row in rows]

    async def act(self, what: str) -> None:
        held = self.handled()
        match what:
            case "takes":
                async with asyncio.timeout(15):
                    await self.desk.ports.run.now(PickUpNext())
            case "ends" if held:
                async with asyncio.timeout(15):
                    await self.desk.ports.run.now(End(interaction_id=InteractionId(held[-1].id)))
            case "replies" | "notes" if held:
                await self._write(held[0], what)
            case "types" if held:
                text = f"konsep {new_id()[-6:]}"
                await asyncio.wrap_future(self.desk.local.save_draft(held[0].conversation_id, "reply", text))
                self.drafts[held[0].conversation_id] = text
            case "is cut off":
                self.proxy.cut()
            case "loses the network":
                await self.proxy.refuse()
                self.proxy.cut()
            case "gets the network back":
                await self.back()
            case "is killed":
                await self.restart()

    async def back(self) -> None:
        await self.proxy.refuse()
        await self.proxy.accept()

    async def _write(self, interaction: Interaction, what: str) -> None:
        key, text = new_id(), f"{what} {new_id()[-6:]}"
        conversation_id, interaction_id = interaction.conversation_id, InteractionId(interaction.id)
        if what == "notes":
            memo = AddMemo(
                memo_id=MemoId(key), conversation_id=conversation_id, interaction_id=interaction_id, text=text
            )
            self.desk.ports.run.run(memo)
        else:
            seen = thread.extent(self.desk.engine.reader(), conversation_id).last
            reply = SendMessage(
                message_id=MessageId(key), conversation_id=conversation_id, interaction_id=interaction_id, text=text,
                seen_position=seen,
            )  # fmt: skip
            self.desk.ports.run.run(reply)
            self.drafts.pop(conversation_id, None)
        await asyncio.wrap_future(self.desk.local.waiting())
        self.decided.append((conversation_id, key, text))

    def is_settled(self) -> bool:
        link = self.desk.ports.link.status
        return link.state == LinkState.ONLINE and link.unsent == 0


async def happen(events: list[tuple[str, str]], folder: Path) -> None:
    async with live_server(folder) as server, fault_proxy(server.port) as first, fault_proxy(server.port) as second:
        people = {
            name: Person(server, name, proxy, folder / f"desk {name}")
            for name, proxy in zip(NAMES, (first, second), strict=True)
        }
        for person in people.values():
            await person.sit_down()
        await until(lambda: all(person.is_settled() for person in people.values()), "both are online")
        said: dict[str, list[str]] = {}
        conversations: dict[str, str] = {}
        for number, (what, who) in enumerate(events):
            if what == "customer writes":
                received = await server.receive(who, f"{who} {number}")
                conversations[who] = received.conversation_id
                said.setdefault(who, []).append(f"{who} {number}")
            elif what == "server restarts":
                await server.end()
                await server.begin()
            else:
                await people[who].act(what)
        for person in people.values():
            await person.back()
        await until(lambda: all(person.is_settled() for person in people.values()), "everybody settled", timeout=30)
        for person in people.values():
            await agrees(server, person)
        await everything_once(server, people, said, conversations)


async def agrees(server: LiveServer, person: Person) -> None:
    """With a desk that begins now, and with what was typed."""
    fresh = await server.desk(person.name)
    fresh.start()
    await until(lambda: fresh.ports.link.status.state == LinkState.ONLINE, "a fresh one is online")

    def differs() -> list[str]:
        report = Report()
        check_replicas(person.name, person.desk.engine, fresh.engine, report)
        return report.wrong

    await until(lambda: not differs(), f"{person.name} equals a fresh desk", timeout=10)
    for conversation_id, text in person.drafts.items():
        rows = person.desk.engine.reader().rows(
            "SELECT text FROM local.drafts WHERE conversation_id = ? AND mode = 'reply'", (conversation_id,)
        )
        assert rows == [(text,)]


async def everything_once(
    server: LiveServer, people: dict[str, Person], said: dict[str, list[str]], conversations: dict[str, str]
) -> None:
    supervisor = await server.desk("Kartini")
    supervisor.start()
    await until(lambda: supervisor.ports.link.status.state == LinkState.ONLINE, "the supervisor is online")
    truth = {}
    for customer, one in conversations.items():
        conversation_id = ConversationId(one)
        supervisor.ports.follows.hold(f"conversation:{one}")
        await until(lambda: f"conversation:{one}" in status.cursors(supervisor.engine.reader()), "here")  # noqa: B023
        entries = list(thread.before(supervisor.engine.reader(), conversation_id, limit=1000).entries)
        truth[one] = entries
        texts = [entry.text for entry in entries if entry.text.startswith(customer)]
        assert texts == said[customer]
    report = Report()
    check_positions(truth, report)
    assert report.wrong == []
    for person in people.values():
        refused = {row.subject_id for row in status.unsent(person.desk.engine.reader())}
        for one, entries in truth.items():
            mine = [(key, text) for conversation_id, key, text in person.decided if conversation_id == one]
            there = [(entry.id, entry.text) for entry in entries]
            assert [pair for pair in there if pair in mine] == [pair for pair in mine if pair[0] not in refused]


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_event, min_size=8, max_size=22))
def test_whatever_happens_everything_is_there_once_and_all_agree(events: list[tuple[str, str]]) -> None:
    # somebody has something to do, whatever comes
    start: list[tuple[str, str]] = [("customer writes", "budi"), ("takes", "Ratna"), ("customer writes", "tini")]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(happen([*start, *events], Path(folder)))


async def test_the_same_person_on_two_desks_sees_the_same(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        desks: list[Desk] = [await server.desk("Ratna"), await server.desk("Ratna")]
        for desk in desks:
            desk.start()
        await server.receive("budi", "Halo?")
        for desk in desks:
            await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, "online")  # noqa: B023
        assert (await desks[0].ports.run.now(PickUpNext())).refused is None

        def differs() -> Any:
            report = Report()
            check_replicas("second", desks[1].engine, desks[0].engine, report)
            return report.wrong

        await until(lambda: not differs(), "both desks show the same")
