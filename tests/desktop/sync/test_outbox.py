"""A decision is sent until its result is known, runs at most once, keeps its order, and its refusal is seen."""

import pytest

from omnix_desktop.cache.queries import composer, thread
from omnix_desktop.cache.queries.pending import PendingState
from omnix_desktop.ports import OFFLINE, TIMED_OUT, Fault, LinkState
from omnix_desktop.sync import outbox
from omnix_desktop.sync.desk import Desk
from omnix_protocol.conversations import PickUpNext, Transfer
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import MAX_FRAME, Run
from omnix_protocol.ids import CommandId, ConversationId, InteractionId, MessageId, new_id
from omnix_protocol.messages import Message, SendMessage
from tests.desktop.sync.conftest import OpenDesk, online
from tests.support.scripted_server import ScriptedServer
from tests.support.waiting import until

C = ConversationId("c")


def message(text: str, conversation_id: ConversationId = C) -> SendMessage:
    return SendMessage(
        message_id=MessageId(new_id()), conversation_id=conversation_id, interaction_id=InteractionId("i"), text=text,
        seen_position=0,
    )  # fmt: skip


def texts(desk: Desk) -> list[str]:
    page = thread.before(desk.engine.reader(), C)
    return [entry.text for entry in page.entries if isinstance(entry, Message)]


def states(desk: Desk) -> list[PendingState]:
    return [row.state for row in thread.unsent(desk.engine.reader(), C)]


async def settled(desk: Desk) -> None:
    await until(lambda: desk.local.waiting().result() == () and not states(desk), "nothing waits any more")


async def test_what_was_decided_offline_goes_out_in_order_once_the_server_is_there(
    server: ScriptedServer, open_desk: OpenDesk
) -> None:
    await server.end()
    desk = open_desk()
    desk.ports.follows.hold(f"conversation:{C}")
    for number in range(5):
        desk.ports.run.run(message(f"{number}"))
    await until(lambda: desk.ports.link.status.unsent == 5, "five are counted")
    assert states(desk) == [PendingState.QUEUED] * 5
    await server.begin()
    await until(lambda: texts(desk) == ["0", "1", "2", "3", "4"], "all arrived in order")
    await settled(desk)
    await until(lambda: desk.ports.link.status.unsent == 0, "none is counted any more")


async def test_a_repeat_under_the_same_id_runs_once(server: ScriptedServer, desk: Desk) -> None:
    desk.ports.follows.hold(f"conversation:{C}")
    server.silent = True
    command_id = desk.ports.run.run(message("sekali"))
    for _ in range(3):
        arrived = server.commands.get(command_id, 0)
        await until(lambda: server.commands.get(command_id, 0) > arrived, "arrived once more")  # noqa: B023
        server.drop()
    server.silent = False
    server.drop()
    await settled(desk)
    assert server.order == [command_id]
    assert texts(desk) == ["sekali"]


async def test_the_next_message_waits_for_the_result_of_the_one_before(server: ScriptedServer, desk: Desk) -> None:
    server.silent = True
    first = desk.ports.run.run(message("satu"))
    desk.ports.run.run(message("dua"))
    other = desk.ports.run.run(message("lain", ConversationId("other")))
    await until(lambda: other in server.commands, "another conversation does not wait")
    assert set(server.commands) == {first, other}


async def test_a_refusal_stays_on_its_row_and_the_next_goes_out(server: ScriptedServer, desk: Desk) -> None:
    desk.ports.follows.hold(f"conversation:{C}")
    server.refuse = lambda run: refused(Reason.NOT_OWNER, name="Sari") if b"satu" in bytes(run.body) else None
    desk.ports.run.run(message("satu"))
    desk.ports.run.run(message("dua"))
    await until(lambda: texts(desk) == ["dua"], "the second one arrived")
    await until(lambda: states(desk) == [PendingState.REFUSED], "the first one is seen as refused")
    assert desk.ports.link.status.refused == 1


async def test_a_megabyte_is_refused_before_its_draft_is_gone(desk: Desk) -> None:
    desk.local.save_draft(C, "reply", "x" * 1_000_000).result()
    told: list[Fault] = []
    desk.ports.run.run(message("x" * 1_000_000), failed=told.append)
    assert told == []
    await until(lambda: told, "it is said")
    assert told[0].key == "out_of_bounds"
    assert len(composer.draft(desk.engine.reader(), C, "reply").text) == 1_000_000
    assert states(desk) == []


async def test_what_no_frame_can_hold_is_refused_here_and_the_socket_lives(server: ScriptedServer, desk: Desk) -> None:
    moved = Transfer(interaction_id=InteractionId("i"), base_version=1, note="x" * 1_000_000)
    assert (await desk.ports.run.now(moved)).refused == refused(Reason.TOO_LARGE, limit=MAX_FRAME)
    assert server.connected == 1
    assert len(server.hellos) == 1


async def test_a_passing_fault_of_the_server_is_tried_again(server: ScriptedServer, desk: Desk) -> None:
    desk.ports.follows.hold(f"conversation:{C}")
    refusals: list[Refused | None] = [refused(Reason.UNAVAILABLE), refused(Reason.TOO_MANY_REQUESTS, seconds=1), None]
    server.refuse = lambda _: refusals.pop(0)
    desk.ports.run.run(message("akhirnya"))
    await until(lambda: texts(desk) == ["akhirnya"], "the third attempt ran")


async def test_sending_takes_the_draft_along(desk: Desk) -> None:
    desk.local.save_draft(C, "reply", "Baik.")
    desk.ports.run.run(message("Baik."))
    await until(lambda: bool(states(desk)) or bool(desk.local.accepted().result()), "stored")
    assert composer.draft(desk.engine.reader(), C, "reply").text == ""


async def test_after_a_restored_server_the_agent_is_asked_first(server: ScriptedServer, open_desk: OpenDesk) -> None:
    desk = open_desk()
    await online(desk)
    await server.end()
    command_id = desk.ports.run.run(message("masih mau?"))
    await until(lambda: states(desk) == [PendingState.QUEUED], "stored")
    server.epoch = "restored"
    await server.begin()
    await online(desk)
    await until(lambda: desk.ports.link.status.held == 1, "held")
    assert server.commands == {}
    desk.ports.unsent.send_anyway((command_id,))
    await until(lambda: server.order == [command_id], "sent on the agent's word")


async def test_a_refused_one_can_be_decided_anew(server: ScriptedServer, desk: Desk) -> None:
    desk.ports.follows.hold(f"conversation:{C}")
    server.refuse = lambda _: refused(Reason.REPLIED_MEANWHILE, name="Sari")
    first = desk.ports.run.run(message("balasan"))
    await until(lambda: states(desk) == [PendingState.REFUSED], "refused")
    server.refuse = lambda _: None
    desk.ports.unsent.send_anyway((first,))
    await until(lambda: texts(desk) == ["balasan"], "sent as a new decision")
    assert len(server.order) == 2


async def test_a_discarded_one_is_gone(server: ScriptedServer, desk: Desk) -> None:
    server.refuse = lambda _: refused(Reason.NOT_OWNER, name="Sari")
    command_id = desk.ports.run.run(message("tidak jadi"))
    await until(lambda: states(desk) == [PendingState.REFUSED], "refused")
    desk.ports.unsent.discard(command_id)
    await until(lambda: states(desk) == [], "gone")


async def test_what_needs_the_servers_word_is_refused_offline(server: ScriptedServer, open_desk: OpenDesk) -> None:
    await server.end()
    desk = open_desk()
    assert (await desk.ports.run.now(PickUpNext())).refused == OFFLINE
    with pytest.raises(TypeError, match=r"use Run\.now"):
        desk.ports.run.run(PickUpNext())


async def test_a_pick_up_is_repeated_under_its_id_until_its_result_is_known(
    server: ScriptedServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.silent = True
    dropped = 0

    def refuse(run: Run) -> Refused | None:
        nonlocal dropped
        dropped += 1
        server.silent = False
        server.drop()
        return refused(Reason.QUEUE_EMPTY)

    server.refuse = refuse
    outcome = await desk.ports.run.now(PickUpNext())
    assert outcome.refused == refused(Reason.QUEUE_EMPTY)
    assert (len(server.order), dropped) == (1, 1)
    server.refuse = lambda _: None
    server.silent = True
    monkeypatch.setattr(outbox, "NOW_SECONDS", 0.2)
    assert (await desk.ports.run.now(PickUpNext())).refused == TIMED_OUT


async def test_what_was_not_yet_sent_goes_out_after_a_restart(server: ScriptedServer, open_desk: OpenDesk) -> None:
    await server.end()
    desk = open_desk()
    command_id = desk.ports.run.run(message("besok"))
    await until(lambda: bool(states(desk)), "stored")
    await desk.close()
    assert desk.ports.link.status.state == LinkState.OFFLINE
    await server.begin()
    again = open_desk()
    again.ports.follows.hold(f"conversation:{C}")
    await until(lambda: texts(again) == ["besok"], "arrived")
    assert server.order == [CommandId(command_id)]
