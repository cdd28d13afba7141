"""Whatever happens on the way, the replica comes to equal the server, without anybody's help."""

import asyncio
from datetime import timedelta

import pytest

from omnix_desktop.cache.queries import status
from omnix_desktop.ports import LinkState
from omnix_desktop.sync import follow
from omnix_desktop.sync.desk import Desk
from omnix_protocol.errors import Reason, refused
from omnix_protocol.frames import FRAMES_PER_SECOND, Goodbye
from tests.desktop.sync.conftest import OpenDesk, online
from tests.support.cached_workspace import NOW
from tests.support.journal_model import Key
from tests.support.replica_dump import dump
from tests.support.scripted_server import ScriptedServer
from tests.support.waiting import until

A: Key = ("Thing", "a")
B: Key = ("Thing", "b")
C = "conversation:c"


def bodies(desk: Desk) -> dict[str, bytes]:
    return {str(row[1]): bytes(row[3]) for row in dump(desk.engine).entities}  # type: ignore[call-overload]  # a blob


async def shows(desk: Desk, expected: dict[str, bytes]) -> None:
    await until(lambda: bodies(desk) == expected, f"the replica holds {expected}")


async def test_a_first_start_brings_a_snapshot_and_later_changes(server: ScriptedServer, open_desk: OpenDesk) -> None:
    server.model.change(puts=[(A, b"1", {"tenant"})])
    desk = open_desk()
    await shows(desk, {"a": b"1"})
    server.model.change(puts=[(A, b"2", {"tenant"}), (B, b"1", {"tenant"})])
    await server.push()
    await shows(desk, {"a": b"2", "b": b"1"})
    server.model.change(drops=[(A, {"tenant"})])
    await server.push()
    await shows(desk, {"b": b"1"})


async def test_after_a_restart_only_what_is_new_is_asked_for(server: ScriptedServer, open_desk: OpenDesk) -> None:
    server.model.change(puts=[(A, b"1", {"tenant"})])
    desk = open_desk()
    await online(desk)
    await desk.close()
    server.model.change(puts=[(B, b"1", {"tenant"})])
    again = open_desk()
    await shows(again, {"a": b"1", "b": b"1"})
    assert server.resumes[-1].cursors["tenant"] == 1


async def test_a_lost_socket_is_resumed_from_the_cursors(server: ScriptedServer, desk: Desk) -> None:
    server.drop()
    server.model.change(puts=[(A, b"1", {"tenant"})])
    await shows(desk, {"a": b"1"})
    await online(desk)
    assert len(server.hellos) == 2


async def test_a_server_that_is_away_is_tried_until_it_is_back(server: ScriptedServer, desk: Desk) -> None:
    states: list[LinkState] = []
    desk.ports.link.subscribe(lambda link: states.append(link.state))
    await server.end()
    await until(lambda: states.count(LinkState.OFFLINE) >= 3, "several attempts failed")
    assert desk.ports.link.status.retry_at is not None
    await server.begin()
    await online(desk)


async def test_a_hole_is_asked_for_again(server: ScriptedServer, desk: Desk) -> None:
    server.model.change(puts=[(A, b"1", {"tenant"})])
    server.model.change(puts=[(B, b"1", {"tenant"})])
    server.mangle = lambda commits: commits[1:]
    await server.push()
    server.mangle = list
    await shows(desk, {"a": b"1", "b": b"1"})


async def test_frames_and_types_of_a_newer_server_do_no_harm(server: ScriptedServer, desk: Desk) -> None:
    await server.say(b'{"frame":"of_tomorrow","x":1}')
    server.model.change(puts=[(("OfTomorrow", "x"), b'{"id":"x"}', {"tenant"})])
    await server.push()
    await shows(desk, {"x": b'{"id":"x"}'})
    assert len(server.hellos) == 1


@pytest.mark.parametrize("nonsense", [b"{", b"[]", b'{"frame":"batch"}', b"\xff\xfe"])
async def test_a_frame_that_is_not_understood_begins_a_new_socket(
    server: ScriptedServer, desk: Desk, nonsense: bytes
) -> None:
    if nonsense == b"\xff\xfe":
        for connection in tuple(server._sockets):
            await connection.send(nonsense)
    else:
        await server.say(nonsense)
    await until(lambda: len(server.hellos) == 2, "a second socket")
    await online(desk)


async def test_a_refused_version_is_said_and_not_tried_again(server: ScriptedServer, open_desk: OpenDesk) -> None:
    why = refused(Reason.VERSION_UNSUPPORTED, minimum=7, maximum=9)
    server.goodbye = Goodbye(refused=why, retry=False)
    desk = open_desk()
    await until(lambda: desk.ports.link.status.state == LinkState.ENDED, "the end")
    assert desk.ports.link.status.reason == why
    assert len(server.hellos) == 1


async def test_a_passing_goodbye_is_tried_again(server: ScriptedServer, open_desk: OpenDesk) -> None:
    server.goodbye = Goodbye(refused=refused(Reason.UNAVAILABLE), retry=True)
    desk = open_desk()
    await until(lambda: len(server.hellos) >= 2, "a second attempt")
    assert desk.ports.link.status.state != LinkState.ENDED
    server.goodbye = None
    await online(desk)


async def test_a_revoked_scope_is_purged(server: ScriptedServer, desk: Desk) -> None:
    gone: list[str] = []
    desk.ports.follows.revoked(gone.append)
    server.model.change(puts=[(A, b"1", {C}), (B, b"1", {C, "tenant"})])
    desk.ports.follows.hold(C)
    await shows(desk, {"a": b"1", "b": b"1"})
    await server.revoke(C)
    await shows(desk, {"b": b"1"})
    await until(lambda: gone == [C], "the screen was told")


async def test_what_a_screen_holds_is_followed_again_on_the_next_socket(server: ScriptedServer, desk: Desk) -> None:
    desk.ports.follows.hold(C)
    server.model.change(puts=[(A, b"1", {C})])
    await server.push()
    await shows(desk, {"a": b"1"})
    server.drop()
    server.model.change(puts=[(A, b"2", {C})])
    await shows(desk, {"a": b"2"})


async def test_what_no_screen_holds_is_kept_and_brought_up_to_date_when_opened_again(
    server: ScriptedServer, desk: Desk
) -> None:
    server.model.change(puts=[(A, b"1", {C})])
    desk.ports.follows.hold(C)
    await shows(desk, {"a": b"1"})
    desk.ports.follows.let_go(C)
    await until(lambda: not server.follows(C), "the server was told")
    server.model.change(puts=[(A, b"2", {C}), (B, b"1", {"tenant"})])
    await server.push()
    await shows(desk, {"a": b"1", "b": b"1"})
    desk.ports.follows.hold(C)
    await shows(desk, {"a": b"2", "b": b"1"})


async def test_a_new_epoch_fetches_everything_again(server: ScriptedServer, desk: Desk) -> None:
    server.model.change(puts=[(A, b"9", {"tenant"}), (B, b"1", {"tenant"})])
    await server.push()
    await shows(desk, {"a": b"9", "b": b"1"})
    server.model = type(server.model)()
    server.model.change(puts=[(A, b"1", {"tenant"})])
    server.epoch = "second"
    server.drop()
    await shows(desk, {"a": b"1"})


async def test_a_server_restored_under_the_same_epoch_is_noticed(server: ScriptedServer, desk: Desk) -> None:
    for body in (b"1", b"2", b"3"):
        server.model.change(puts=[(A, body, {"tenant"})])
    await server.push()
    await shows(desk, {"a": b"3"})
    server.model = type(server.model)()
    server.model.change(puts=[(A, b"1", {"tenant"})])
    server.drop()
    await shows(desk, {"a": b"1"})
    assert status.cursors(desk.engine.reader())["tenant"] == 1


async def test_a_damaged_replica_is_fetched_again_while_the_program_runs(server: ScriptedServer, desk: Desk) -> None:
    server.model.change(puts=[(A, b"1", {"tenant"})])
    await server.push()
    await shows(desk, {"a": b"1"})
    desk.engine.rebuild_replica()
    await until(lambda: len(server.hellos) == 2, "asked again")
    await shows(desk, {"a": b"1"})


async def test_the_clock_is_the_servers(desk: Desk) -> None:
    assert abs(desk.clock.now() - NOW) < timedelta(minutes=1)


async def test_many_batches_are_acknowledged_within_the_servers_rate(server: ScriptedServer, desk: Desk) -> None:
    loop = asyncio.get_running_loop()
    began, before = loop.time(), server.acks
    for number in range(300):
        server.model.change(puts=[(A, str(number).encode(), {"tenant"})])
        await server.push()
        await asyncio.sleep(0)
    await shows(desk, {"a": b"299"})
    await until(lambda: server.last_ack == server.batches, "the last one is acknowledged")
    allowed = 4 * FRAMES_PER_SECOND + (loop.time() - began) * FRAMES_PER_SECOND
    assert server.acks - before < allowed


async def test_of_what_is_no_longer_followed_the_latest_stays(
    server: ScriptedServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "KEPT_SCOPES", 2)
    for number in range(4):
        scope = f"conversation:{number}"
        server.model.change(puts=[(("Thing", str(number)), b"1", {scope})])
        desk.ports.follows.hold(scope)
        await until(lambda: str(number) in bodies(desk), "here")  # noqa: B023
        desk.ports.follows.let_go(scope)
    server.drop()
    await shows(desk, {"2": b"1", "3": b"1"})
