"""A visitor's token opens that visitor's scope and nothing else; the page runs our files only, framed where allowed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend import accounts
from backend.channels.webchat.words import Say
from backend.config import Settings
from backend.runner import Actor
from omnix_protocol import codec, frames, scopes
from omnix_protocol.conversations import PickedUp, PickUpNext
from omnix_protocol.errors import Reason
from omnix_protocol.ids import CommandId, FileId, IdentityId, MemoId, MessageId, UserId, new_id
from omnix_protocol.messages import AddMemo, Attachment, DeliveryState, Message
from omnix_protocol.people import RecordPresence
from tests.simulators.visitor import Refusal, Visitor
from tests.support.backend import Backend, People, founded, refusal, running
from tests.support.replies import reply_in
from tests.support.waiting import until


class Chat:
    """A company with a web chat."""

    def __init__(self, backend: Backend, people: People, route: str) -> None:
        self.backend = backend
        self.people = people
        self.route = route

    def visitor(self, name: str = "") -> Visitor:
        return Visitor(self.backend.url, self.route, name)

    async def do(self, command: Any) -> frames.Result:
        agent = Actor("user", self.people.agent)
        result = await self.backend.parts.runner.do(self.people.tenant_id, agent, CommandId(new_id()), command)
        assert result.refused is None, result.refused
        return result

    async def picked_up(self) -> PickedUp:
        presence = RecordPresence(user_id=UserId(self.people.agent), devices=("tes",))
        await self.backend.as_system(self.people.tenant_id, presence)
        return codec.decode((await self.do(PickUpNext())).body, PickedUp)

    async def reply(self, picked: PickedUp, text: str, *attachments: Attachment) -> MessageId:
        place = picked.conversation_id, picked.interaction_id
        command = await reply_in(self.backend.parts.store, self.people.tenant_id, *place, text, attachments)
        await self.do(command)
        return command.message_id

    async def token(self) -> str:
        answer = await self.backend.http.post(f"/chat/{self.route}/session", json={})
        token: str = answer.json()["visitor_token"]
        return token


@pytest.fixture
async def chat(settings: Callable[..., Settings]) -> AsyncIterator[Chat]:
    async with running(settings()) as backend:
        people = await founded(backend.parts)
        given = {
            "origins": "https://toko.example javascript:alert(1) https://b.example;script-src",
            "title": "<b>Toko</b>",
        }
        account = accounts.NewAccount(kind="webchat", name="Toko", group="Layanan", settings=given)
        yield Chat(backend, people, await accounts.add_channel(backend.parts, "samudra", account))


async def test_a_visitor_and_an_agent_talk_and_receipts_come_back(chat: Chat) -> None:
    async with chat.visitor("Wulan").here() as visitor:
        await visitor.say("Halo")
        picked = await chat.picked_up()
        memo = AddMemo(
            memo_id=MemoId(new_id()),
            conversation_id=picked.conversation_id,
            interaction_id=picked.interaction_id,
            text="rahasia",
        )
        await chat.do(memo)
        message_id = await chat.reply(picked, "Selamat siang")
        answer = await visitor.reply_after(0, 10)
        assert (answer.text, answer.author_name) == ("Selamat siang", "Agent")
        assert [message.text for message in visitor.messages.values()] == ["Halo", "Selamat siang"]

        async def read() -> bool:
            async with chat.backend.parts.store.read(chat.people.tenant_id) as tx:
                message = await tx.get(Message, message_id)
            return message is not None and message.state is DeliveryState.READ

        await until(read, "the agent sees that it was read")


async def test_the_same_word_said_again_is_stored_once_and_another_visitor_sees_nothing(chat: Chat) -> None:
    async with chat.visitor().here() as one, chat.visitor().here() as other:
        said_as = await one.say("Halo")
        await one.say_again(said_as)
        await other.say("Lain")
        await until(lambda: other.messages and one.messages, "both see their own")
        assert [message.text for message in one.messages.values()] == ["Halo"]
        assert [message.text for message in other.messages.values()] == ["Lain"]


async def _welcomed(chat: Chat, wire: Any, token: str) -> None:
    hello = frames.Hello(versions=frames.VERSIONS, token=token, device_id="web", client="test")
    await wire.send(codec.encode(hello))


async def _frame(wire: Any, kind: type) -> Any:
    async with asyncio.timeout(10):
        while not isinstance(frame := codec.server_frame(await wire.recv()), kind):
            assert not isinstance(frame, frames.Goodbye), frame
    return frame


async def test_a_visitor_may_say_see_and_type_and_nothing_else(chat: Chat) -> None:
    async with connect(chat.backend.url.replace("http", "ws") + "/v1/visitor", proxy=None) as wire:
        await _welcomed(chat, wire, await chat.token())
        welcome = await _frame(wire, frames.Welcome)
        assert welcome.user_id is None
        for type_name in ("PickUpNext", "ReceiveMessage", "SendMessage", "Nonsense"):
            await wire.send(
                codec.encode(frames.Run(id=CommandId(new_id()), type=type_name, body=codec.raw(PickUpNext())))
            )
            assert (await _frame(wire, frames.Result)).refused.code == Reason.UNKNOWN_TYPE
        for scope in ("tenant", scopes.visitor(IdentityId(new_id())), f"conversation:{new_id()}"):
            await wire.send(codec.encode(frames.Follow(scope=scope)))
            assert (await _frame(wire, frames.Revoked)).scope == scope
        await wire.send(codec.encode(frames.Run(id=CommandId(new_id()), type="Say", body=codec.raw(PickUpNext()))))
        assert (await _frame(wire, frames.Result)).refused.code == Reason.MALFORMED
        say = Say(message_id=MessageId(new_id()), text="x" * 4097)
        await wire.send(codec.encode(frames.Run(id=CommandId(new_id()), type="Say", body=codec.raw(say))))
        assert (await _frame(wire, frames.Result)).refused.code == Reason.MALFORMED


@pytest.mark.parametrize("token", ["", "oxv_" + "a" * 43, "oxa_" + "a" * 43, "x" * 1000, "\ud83d"])
async def test_a_wrong_token_is_sent_away(chat: Chat, token: str) -> None:
    async with connect(chat.backend.url.replace("http", "ws") + "/v1/visitor", proxy=None) as wire:
        hello = {"frame": "hello", "versions": [1, 1], "device_id": "w", "client": "t", "token": token}
        await wire.send(json.dumps(hello))
        async with asyncio.timeout(10):
            goodbye = codec.server_frame(await wire.recv())
        assert isinstance(goodbye, frames.Goodbye)
        assert goodbye.retry is False


async def test_a_token_is_no_key_to_the_other_doors(chat: Chat) -> None:
    headers = {"Authorization": f"Bearer {await chat.token()}"}
    for path, body in (
        ("/v1/run", {"id": new_id(), "type": "PickUpNext", "body": {}}),
        ("/v1/ask", {"id": "1", "type": "x", "body": {}}),
    ):
        answer = await chat.backend.http.post(path, json=body, headers=headers)
        assert refusal(answer).code == Reason.NOT_ENTITLED
    async with connect(chat.backend.socket_url, proxy=None) as wire:
        await _welcomed(chat, wire, await chat.token())
        assert isinstance(codec.server_frame(await wire.recv()), frames.Goodbye)


async def test_too_many_words_at_once_are_slowed(chat: Chat) -> None:
    async with connect(chat.backend.url.replace("http", "ws") + "/v1/visitor", proxy=None) as wire:
        await _welcomed(chat, wire, await chat.token())
        await _frame(wire, frames.Welcome)
        codes = []
        for number in range(14):
            say = Say(message_id=MessageId(new_id()), text=str(number))
            await wire.send(codec.encode(frames.Run(id=CommandId(new_id()), type="Say", body=codec.raw(say))))
            result = await _frame(wire, frames.Result)
            codes.append(result.refused.code if result.refused else "")
        assert codes[:9] == [""] * 9
        assert Reason.TOO_MANY_REQUESTS in codes


async def test_files_reach_the_other_side_and_nobody_elses_file_can_be_sent(chat: Chat) -> None:
    store = chat.backend.parts.store
    async with chat.visitor().here() as visitor:
        await visitor.say("Halo")
        headers = {"Authorization": f"Bearer {visitor.token}", "Content-Type": "text/plain", "X-File-Name": "a.txt"}
        uploaded = await chat.backend.http.post("/v1/files", content=b"halo", headers=headers)
        mine = codec.decode(uploaded.content, Attachment)
        strange = Attachment(file_id=FileId(new_id()), name="a.txt", media_type="text/plain", size=4)
        other = {"Authorization": f"Bearer {await chat.token()}"}
        with pytest.raises(Refusal):
            await visitor.say("", files=(strange,))
        await visitor.say("", files=(mine,))
        await until(lambda: len(visitor.messages) == 2, "the file was sent")
        picked = await chat.picked_up()
        signed_in = await chat.backend.sign_in("agent@samudra.example")
        agent = {"Authorization": f"Bearer {signed_in.access_token}"}
        assert (await chat.backend.http.get(f"/v1/files/{mine.file_id}", headers=agent)).content == b"halo"
        assert (await chat.backend.http.get(f"/v1/files/{mine.file_id}", headers=other)).status_code == 404
        answer = await chat.backend.http.post(
            "/v1/files", content=b"balas", headers=agent | {"Content-Type": "text/plain", "X-File-Name": "b.txt"}
        )
        theirs = codec.decode(answer.content, Attachment)
        headers = {"Authorization": f"Bearer {visitor.token}"}
        assert (await chat.backend.http.get(f"/v1/files/{theirs.file_id}", headers=headers)).status_code == 404
        await chat.reply(picked, "", theirs)
        assert (await chat.backend.http.get(f"/v1/files/{theirs.file_id}", headers=headers)).content == b"balas"
    assert await store.files.get(chat.people.tenant_id, mine.file_id) is not None


async def test_the_page_is_its_own_and_may_be_framed_only_where_its_account_says(chat: Chat) -> None:
    answer = await chat.backend.http.get(f"/chat/{chat.route}")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://toko.example" in policy
    assert "javascript:" not in policy
    assert policy.count("script-src") == 1
    assert "<b>Toko" not in answer.text
    assert "\\u003cb>Toko" in answer.text or "&lt;b&gt;Toko" in answer.text
    script = await chat.backend.http.get(f"/chat/{chat.route}/widget.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for path in (f"/chat/{chat.route}/page.html", f"/chat/{chat.route}/..%2Fpage.html", "/chat/nowhere"):
        assert (await chat.backend.http.get(path)).status_code == 404


async def test_another_sites_page_gets_no_session_and_no_socket(chat: Chat) -> None:
    evil = {"Origin": "https://evil.example"}
    answer = await chat.backend.http.post(f"/chat/{chat.route}/session", json={}, headers=evil)
    assert answer.status_code == 403
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(
            chat.backend.url.replace("http", "ws") + "/v1/visitor", proxy=None, additional_headers=evil
        ) as wire:
            await wire.recv()
    own = {"Origin": chat.backend.url}
    assert (await chat.backend.http.post(f"/chat/{chat.route}/session", json={}, headers=own)).status_code == 200


async def test_a_session_goes_on_with_its_token_and_bad_bodies_are_told(chat: Chat) -> None:
    url = f"/chat/{chat.route}/session"
    token = await chat.token()
    assert (await chat.backend.http.post(url, json={"visitor_token": token})).json() == {"visitor_token": token}
    assert (await chat.backend.http.post(url, json={"visitor_token": "oxv_wrong"})).json()["visitor_token"] != token
    assert (await chat.backend.http.post(url, content=b"{")).status_code == 400
    assert (await chat.backend.http.post(url, content=b"x" * 5000)).status_code == 413


async def test_a_refused_visitor_is_told_so(chat: Chat) -> None:
    async with chat.visitor().here() as visitor:
        with pytest.raises(Refusal, match="empty_text"):
            await visitor.say("   ")
