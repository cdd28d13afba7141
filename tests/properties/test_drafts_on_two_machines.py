"""One person types at two machines over a bad network: in the end both show the same, and no word was lost unseen."""

import asyncio
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnix_desktop.cache.queries import composer, inbox, thread
from omnix_desktop.cache.queries.pending import PendingState
from omnix_desktop.cache.queries.status import unsent
from omnix_desktop.ports import LinkState
from omnix_desktop.sync import drafts
from omnix_protocol.conversations import Interaction, PickUpNext
from omnix_protocol.ids import InteractionId, MessageId, new_id
from omnix_protocol.messages import SendMessage
from omnix_protocol.sign_in import SignedIn
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.live_server import LiveServer, live_server
from tests.support.waiting import until

_event = st.tuples(
    st.sampled_from(("types", "types", "types", "sends", "empties", "is cut off", "goes away", "is back", "is killed")),
    st.integers(0, 1),
    st.sampled_from((0.0, 0.02, 0.15)),
)


class Machine:
    """One of the two, and what the hand did there."""

    def __init__(self, server: LiveServer, session: SignedIn, proxy: FaultProxy, folder: Path) -> None:
        self._server, self._session, self._folder = server, session, folder
        self.proxy = proxy
        self.done: set[str] = set()
        """Words that were sent or taken away by the hand that saw them."""
        self.begin()

    def begin(self) -> None:
        self.desk = self._server.open(self._session, self._folder, f"http://127.0.0.1:{self.proxy.port}")
        self.desk.start()

    def held(self) -> list[Interaction]:
        rows = inbox.handling(self.desk.engine.reader(), self.desk.ports.account.me.user_id).rows
        return [row.interaction for row in rows]

    def shown(self, it: Interaction) -> str:
        return composer.draft(self.desk.engine.reader(), it.conversation_id, "reply").text

    def type(self, it: Interaction, word: str) -> None:
        before = self.shown(it)
        self.desk.local.save_draft(it.conversation_id, "reply", f"{before} {word}".strip(), before=before)

    def empty(self, it: Interaction) -> None:
        before = self.shown(it)
        self.done |= set(before.split())
        self.desk.local.save_draft(it.conversation_id, "reply", "", before=before)

    def send(self, it: Interaction) -> None:
        text = self.shown(it)
        if not text:
            return
        self.done |= set(text.split())
        reply = SendMessage(
            message_id=MessageId(new_id()), conversation_id=it.conversation_id, interaction_id=InteractionId(it.id),
            text=text, seen_position=thread.extent(self.desk.engine.reader(), it.conversation_id).last,
        )  # fmt: skip
        self.desk.ports.run.run(reply)

    async def act(self, what: str, it: Interaction, word: str) -> None:
        match what:
            case "types":
                self.type(it, word)
            case "sends":
                self.send(it)
            case "empties":
                self.empty(it)
            case "is cut off":
                self.proxy.cut()
            case "goes away":
                await self.proxy.refuse()
                self.proxy.cut()
            case "is back":
                await self.back()
            case "is killed":
                await self.desk.close()
                self.begin()
        await asyncio.wrap_future(self.desk.local.waiting())  # what the hand did is on the disk

    async def back(self) -> None:
        await self.proxy.refuse()
        await self.proxy.accept()
        self.desk.ports.link.try_now()

    def is_settled(self) -> bool:
        link = self.desk.ports.link.status
        rows = self.desk.engine.reader().rows(
            "SELECT count(*) FROM local.drafts WHERE NOT apart AND (text <> agreed OR offered IS NOT NULL)"
        )
        return link.state == LinkState.ONLINE and link.unsent == 0 and rows == [(0,)]


async def happen(events: list[tuple[str, int, float]], folder: Path) -> None:
    async with live_server(folder) as server, fault_proxy(server.port) as first, fault_proxy(server.port) as second:
        machines = [
            Machine(server, await server.signed_in("Ratna"), proxy, folder / f"machine {number}")
            for number, proxy in enumerate((first, second))
        ]
        await server.receive("budi", "Halo?")
        for one in machines:
            await until(one.is_settled, "online")
        assert (await machines[0].desk.ports.run.now(PickUpNext())).refused is None
        for one in machines:
            await until(lambda: bool(one.held()), "both have it")  # noqa: B023
        it = machines[0].held()[0]
        words = [f"k{number}" for number in range(len(events))]
        typed = {word for word, (what, _, _) in zip(words, events, strict=True) if what == "types"}
        for word, (what, who, pause) in zip(words, events, strict=True):
            await machines[who].act(what, it, word)
            await asyncio.sleep(pause)
        for one in machines:
            await one.back()
        await until(lambda: all(one.is_settled() for one in machines), "everything settled", timeout=30)
        await until(lambda: agrees(machines, it), "both show the same, or say that they do not", timeout=10)
        kept = {word for one in machines for word in one.shown(it).split()}
        assert typed <= kept.union(*(one.done for one in machines), *(given_up(one) for one in machines))


def agrees(machines: list[Machine], it: Interaction) -> bool:
    apart = any(composer.draft(one.desk.engine.reader(), it.conversation_id, "reply").apart for one in machines)
    return apart or machines[0].shown(it) == machines[1].shown(it)


def given_up(machine: Machine) -> set[str]:
    """Refused messages wait, with their text, for the agent's word."""
    rows = [row for row in unsent(machine.desk.engine.reader()) if row.state == PendingState.REFUSED]
    return {word for row in rows for word in getattr(row.command, "text", "").split()}


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_event, min_size=6, max_size=20))
def test_no_word_is_lost_unseen_and_both_machines_agree(events: list[tuple[str, int, float]]) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(drafts, "PAUSE_SECONDS", 0.05):
        asyncio.run(happen(events, Path(folder)))
