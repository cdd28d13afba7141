"""Frames: each is answered as the protocol says, and whoever breaks a limit is told which."""

import asyncio
import json
from datetime import UTC, datetime

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from omnix_protocol import codec, frames, scopes
from omnix_protocol.catalogue import AddQuickReply
from omnix_protocol.errors import Reason
from omnix_protocol.ids import BoardId, CommandId, ConversationId, QuickReplyId, new_id
from omnix_protocol.messages import Typing
from omnix_protocol.reports import SearchCustomers
from tests.support.backend import Backend, Desk, People, hello


def quick_reply(shortcut: str = "halo") -> AddQuickReply:
    return AddQuickReply(quick_reply_id=QuickReplyId(new_id()), shortcut=shortcut, title="Salam", text="Halo {name}")


async def raw_exchange(backend: Backend, *messages: bytes | str) -> list[object]:
    """Send these as they are on a socket of nobody; what came back until it was closed."""
    answers: list[object] = []
    async with connect(backend.socket_url, proxy=None, compression=None) as wire:
        for message in messages:
            await wire.send(message)
        try:
            async with asyncio.timeout(10):
                while True:
                    answers.append(codec.server_frame(await wire.recv()))
        except ConnectionClosed:
            return answers


async def test_a_welcome_tells_epoch_time_and_who_one_is(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        welcome = desk.welcome
        assert welcome is not None
        assert welcome.epoch == await backend.parts.store.control.epoch()
        assert (welcome.user_id, welcome.tenant_id) == (people.agent, people.tenant_id)
        assert abs((welcome.now - datetime.now(UTC)).total_seconds()) < 5
        await desk.send(frames.Ping(sent=12.5))
        assert (await desk.expect(frames.Pong)).sent == 12.5


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (hello("oxa_" + "x" * 43), Reason.NOT_SIGNED_IN),
        (hello("nonsense"), Reason.NOT_SIGNED_IN),
        (hello("oxa_" + "x" * 43, versions=(7, 9)), Reason.VERSION_UNSUPPORTED),
        (frames.Resume(), Reason.NOT_SIGNED_IN),
    ],
)
async def test_who_does_not_introduce_themselves_well_is_sent_away(
    backend: Backend, first: msgspec.Struct, reason: Reason
) -> None:
    [goodbye] = await raw_exchange(backend, codec.encode(first))
    assert isinstance(goodbye, frames.Goodbye)
    assert goodbye.refused.reason == reason
    assert not goodbye.retry


async def test_a_token_of_another_device_is_no_token(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in("agent@samudra.example", "device-1")
    [goodbye] = await raw_exchange(backend, codec.encode(hello(signed_in.access_token, "device-2")))
    assert isinstance(goodbye, frames.Goodbye)
    assert goodbye.refused.reason == Reason.NOT_SIGNED_IN


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"frame":1}', b'{"frame":"ack"}', "🙏", b"[" * 100_000],
    ids=["empty", "cut", "not-utf8", "list", "null", "number", "field-missing", "emoji", "deep"],
)
async def test_what_is_no_frame_ends_the_socket_with_a_reason(
    backend: Backend, people: People, garbage: bytes | str
) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.wire.send(garbage)
        goodbye = await desk.goodbye()
        assert goodbye.refused.reason == Reason.MALFORMED
        with pytest.raises(ConnectionClosed):
            await desk.wire.recv()


async def test_a_frame_of_another_release_ends_the_socket_with_a_reason(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.wire.send(b'{"frame":"teleport"}')
        assert (await desk.goodbye()).refused.reason == Reason.UNKNOWN_TYPE


async def test_a_malformed_question_is_answered_where_its_id_can_be_read(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.wire.send(json.dumps({"frame": "run", "id": "r-1", "type": 5}))
        result = await desk.expect(frames.Result)
        assert (result.id, result.refused and result.refused.reason) == ("r-1", Reason.MALFORMED)
        await desk.wire.send(json.dumps({"frame": "ask", "id": "a-1"}))
        answer = await desk.expect(frames.Answer)
        assert (answer.id, answer.refused and answer.refused.reason) == ("a-1", Reason.MALFORMED)
        assert (await desk.run(quick_reply())).refused is not None  # the socket goes on; agents may not add them


async def test_commands_are_run_and_repeats_get_the_first_result(backend: Backend, people: People) -> None:
    async with backend.desk("leader@samudra.example") as desk:
        command, command_id = quick_reply(), new_id()
        first = await desk.run(command, command_id)
        again = await desk.run(command, command_id)
        other = await desk.run(quick_reply("lain"), command_id)
        unknown = await desk.run(quick_reply(), None)
        assert first.refused is None
        assert again == first
        assert other.refused is not None
        assert other.refused.reason == Reason.COMMAND_ID_REUSED
        assert unknown.refused is None or unknown.refused.reason == Reason.ALREADY_EXISTS


async def test_unknown_commands_and_queries_are_refused_in_words(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.send(frames.Run(id=CommandId(new_id()), type="Teleport", body=msgspec.Raw(b"{}")))
        result = await desk.expect(frames.Result)
        assert result.refused is not None
        assert result.refused.reason == Reason.UNKNOWN_TYPE
        await desk.send(frames.Ask(id="1", type="Oracle", body=msgspec.Raw(b"{}")))
        answer = await desk.expect(frames.Answer)
        assert answer.refused is not None
        assert answer.refused.reason == Reason.UNKNOWN_TYPE
        assert (await desk.ask(SearchCustomers(keyword="siti"))).refused is None


async def test_a_frame_that_is_too_large_is_told_the_limit(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.wire.send(b'{"frame":"ping","sent":1,"x":"' + b"x" * frames.MAX_FRAME + b'"}')
        goodbye = await desk.goodbye()
        assert goodbye.refused.reason == Reason.TOO_LARGE
        assert goodbye.refused.args["limit"] == frames.MAX_FRAME


async def test_a_flood_is_sent_away_and_may_come_back(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        ping = codec.encode(frames.Ping(sent=0.0))
        for _ in range(frames.FRAMES_PER_SECOND * 6):
            await desk.wire.send(ping)
        goodbye = await desk.goodbye()
        assert goodbye.refused.reason == Reason.TOO_MANY_REQUESTS
        assert goodbye.retry
    async with backend.desk("agent@samudra.example", "device-2"):
        pass


async def test_acknowledgements_that_are_owed_are_no_flood(
    backend: Backend, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "FRAMES_PER_SECOND", 2)
    async with backend.desk("leader@samudra.example") as desk:
        await desk.resume()
        batches = []
        for number in range(30):
            await backend.as_system(people.tenant_id, quick_reply(f"r{number}"))
            batches.append(await desk.expect(frames.Batch))
        for _ in range(30):
            await desk.send(frames.Ack(number=batches[-1].number))
        assert (await desk.goodbye()).refused.reason == Reason.TOO_MANY_REQUESTS


async def test_more_follows_than_allowed_end_the_socket(
    backend: Backend, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.follow.MAX_FOLLOWS", 3)
    async with backend.desk("supervisor@samudra.example") as desk:
        await desk.resume()
        await desk.send(frames.Follow(scope=scopes.board(BoardId(people.tenant_id))))
        assert (await desk.goodbye()).refused.reason == Reason.TOO_MANY_FOLLOWS


async def test_an_acknowledgement_of_what_was_never_sent_ends_the_socket(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.send(frames.Ack(number=99))
        assert (await desk.goodbye()).refused.reason == Reason.MALFORMED


async def test_a_second_hello_ends_the_socket(backend: Backend, people: People) -> None:
    async with backend.desk("agent@samudra.example") as desk:
        await desk.send(hello(desk.signed_in.access_token))
        assert (await desk.goodbye()).refused.reason == Reason.MALFORMED


async def test_a_pulse_for_a_conversation_that_one_does_not_follow_goes_nowhere(
    backend: Backend, people: People
) -> None:
    async with backend.desk("agent@samudra.example") as agent, backend.desk("other@samudra.example") as other:
        await other.resume()
        pulse = Typing(conversation_id=ConversationId(new_id()), name="Somebody else")
        await agent.send(frames.SendPulse(type="Typing", body=codec.raw(pulse)))
        await agent.send(frames.SendPulse(type="Sneezing", body=codec.raw(pulse)))
        await agent.send(frames.Ping(sent=1.0))
        await agent.expect(frames.Pong)
        await other.send(frames.Ping(sent=2.0))
        await other.expect(frames.Pong)
        assert not [frame for frame in other.seen if isinstance(frame, frames.Pulsed)]


async def test_stopping_says_goodbye_and_asks_to_come_back(backend: Backend, people: People) -> None:
    signed_in = await backend.sign_in("agent@samudra.example")
    async with backend.socket(signed_in) as desk:
        stopping = asyncio.create_task(_stop(backend))
        goodbye = await desk.goodbye()
        assert goodbye.retry
        assert goodbye.refused.reason == Reason.UNAVAILABLE
        await stopping


async def _stop(backend: Backend) -> None:
    await backend.stop()


async def settle(desk: Desk) -> None:
    """Everything that the server had to say has come in."""
    await desk.send(frames.Ping(sent=0.0))
    await desk.expect(frames.Pong)
