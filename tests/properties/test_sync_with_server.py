"""Two desks and the real server: what one does the other sees, and both equal a fresh snapshot, whatever is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnix_desktop.cache.queries import inbox, queue, thread
from omnix_desktop.ports import LinkState
from omnix_desktop.sync.desk import Desk
from omnix_protocol.conversations import End, Interaction, PickedUp, PickUp, PickUpNext
from omnix_protocol.errors import Reason
from omnix_protocol.ids import ConversationId, InteractionId, MemoId, MessageId, new_id
from omnix_protocol.messages import AddMemo, Message, SendMessage
from tests.support.fault_proxy import fault_proxy
from tests.support.live_server import LiveServer, live_server
from tests.support.replica_dump import dump
from tests.support.waiting import until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(tmp_path) as running:
        yield running


async def started(server: LiveServer, name: str, url: str | None = None) -> Desk:
    desk = await server.desk(name, url)
    desk.start()
    await until(lambda: desk.ports.link.status.state == LinkState.ONLINE, f"{name} is online")
    return desk


def waiting(desk: Desk) -> list[Interaction]:
    return list(queue.waiting(desk.engine.reader()).rows)


def texts(desk: Desk, conversation_id: ConversationId) -> list[str]:
    return [entry.text for entry in thread.before(desk.engine.reader(), conversation_id).entries]


def handled(desk: Desk) -> list[Interaction]:
    rows = inbox.handling(desk.engine.reader(), desk.ports.account.me.user_id).rows
    return [row.interaction for row in rows]


def reply(desk: Desk, interaction: Interaction, text: str) -> MessageId:
    conversation_id = interaction.conversation_id
    message_id = MessageId(new_id())
    seen = thread.extent(desk.engine.reader(), conversation_id).last
    desk.ports.run.run(
        SendMessage(
            message_id=message_id, conversation_id=conversation_id, interaction_id=InteractionId(interaction.id),
            text=text, seen_position=seen,
        )
    )  # fmt: skip
    return message_id


async def equal_to_a_fresh_one(server: LiveServer, desk: Desk, name: str) -> None:
    """A desk of the same user that begins now holds the same."""
    fresh = await started(server, name)
    ours, theirs = dump(desk.engine), dump(fresh.engine)
    await until(lambda: dump(desk.engine).members >= dump(fresh.engine).members, "both are at the same moment")
    ours, theirs = dump(desk.engine), dump(fresh.engine)
    derived = {row[0] for row in theirs.cursors}
    assert {row for row in ours.members if row[0] in derived} == theirs.members
    assert {row for row in ours.entities if row in theirs.entities} == theirs.entities
    assert {row for row in ours.cursors if row[0] in derived} == theirs.cursors


async def test_the_main_job_from_queue_to_end(server: LiveServer) -> None:
    ratna, sari = await started(server, "Ratna"), await started(server, "Sari")
    received = await server.receive("budi", "Halo?")
    await until(lambda: len(waiting(ratna)) == len(waiting(sari)) == 1, "it waits on both desks")
    outcome = await ratna.ports.run.now(PickUpNext())
    assert outcome.refused is None
    assert outcome.read(PickedUp).interaction_id == received.interaction_id
    await until(lambda: handled(ratna) and not waiting(sari), "it is Ratna's")
    lost = await sari.ports.run.now(PickUp(interaction_id=received.interaction_id))
    assert lost.refused is not None
    assert (lost.refused.reason, lost.refused.args["name"]) == (Reason.ALREADY_TAKEN, "Ratna")
    conversation_id = received.conversation_id
    await until(lambda: texts(ratna, conversation_id) == ["Halo?"], "the conversation is here")
    interaction = handled(ratna)[0]
    reply(ratna, interaction, "Selamat pagi.")
    memo = AddMemo(
        memo_id=MemoId(new_id()), conversation_id=conversation_id, interaction_id=received.interaction_id, text="ramah"
    )
    ratna.ports.run.run(memo)
    await until(lambda: texts(ratna, conversation_id) == ["Halo?", "Selamat pagi.", "ramah"], "both are entries")
    await until(lambda: not thread.unsent(ratna.engine.reader(), conversation_id), "nothing is unsent")
    assert (await ratna.ports.run.now(End(interaction_id=received.interaction_id))).refused is None
    me = ratna.ports.account.me.user_id
    await until(lambda: len(inbox.history(ratna.engine.reader(), me).rows) == 1, "it is history")
    assert handled(ratna) == []
    await equal_to_a_fresh_one(server, ratna, "Ratna")


async def test_screens_equal_the_server_within_two_seconds_of_its_return(server: LiveServer) -> None:
    """Promise 4."""
    async with fault_proxy(server.port) as proxy:
        ratna = await started(server, "Ratna", f"http://127.0.0.1:{proxy.port}")
        received = await server.receive("budi", "satu")
        await ratna.ports.run.now(PickUpNext())
        await until(lambda: handled(ratna), "picked up")
        loop = asyncio.get_running_loop()
        for number in range(5):
            await proxy.refuse()
            proxy.cut()
            await until(lambda: ratna.ports.link.status.state == LinkState.OFFLINE, "the loss is seen")
            await server.receive("budi", f"kabar {number}")
            if number % 2:
                await asyncio.sleep(1.2)  # the back-off has grown
            await proxy.accept()
            back = loop.time()
            await until(lambda: f"kabar {number}" in texts(ratna, received.conversation_id), "the news are here")  # noqa: B023
            print(f"equal {loop.time() - back:.2f} s after the return")
            assert loop.time() - back < 2.0
        await equal_to_a_fresh_one(server, ratna, "Ratna")


async def test_what_is_written_while_the_server_restarts_arrives_once_and_in_order(server: LiveServer) -> None:
    ratna = await started(server, "Ratna")
    received = await server.receive("budi", "Halo?")
    await ratna.ports.run.now(PickUpNext())
    await until(lambda: handled(ratna), "picked up")
    interaction = handled(ratna)[0]
    expected = ["Halo?"]
    for number in range(3):
        reply(ratna, interaction, f"sebelum {number}")
        await server.end()
        reply(ratna, interaction, f"selama {number}")
        expected += [f"sebelum {number}", f"selama {number}"]
        await server.begin()
        await until(lambda: texts(ratna, received.conversation_id) == expected, f"round {number} arrived")  # noqa: B023
    page = thread.before(ratna.engine.reader(), received.conversation_id)
    assert len({entry.id for entry in page.entries if isinstance(entry, Message)}) == len(expected)
    await equal_to_a_fresh_one(server, ratna, "Ratna")


async def test_a_cut_in_the_midst_of_any_frame_loses_nothing(server: LiveServer) -> None:
    async with fault_proxy(server.port) as proxy:
        ratna = await started(server, "Ratna", f"http://127.0.0.1:{proxy.port}")
        received = await server.receive("budi", "Halo?")
        await ratna.ports.run.now(PickUpNext())
        await until(lambda: handled(ratna), "picked up")
        interaction = handled(ratna)[0]
        expected = ["Halo?"]
        for number in range(12):
            proxy.cut_after(37 + number * 113)
            reply(ratna, interaction, f"balasan {number}")
            expected.append(f"balasan {number}")
            await until(lambda: texts(ratna, received.conversation_id) == expected, f"{number} arrived")
        await equal_to_a_fresh_one(server, ratna, "Ratna")
