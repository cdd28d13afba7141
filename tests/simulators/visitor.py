"""A visitor of the web chat as its page is one: a session, a socket, an outbox that survives the loss of the link."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from omnix_protocol import codec, frames
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import CommandId, MessageId, new_id
from omnix_protocol.messages import Attachment, Direction, PublicMessage
from omnix_protocol.scopes import Put

LOST = (OSError, WebSocketException, TimeoutError, EOFError)


class Saying(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the page sends as `Say`: its words, written down once more."""

    message_id: MessageId
    text: str = ""
    name: str = ""
    attachments: tuple[Attachment, ...] = ()


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """What the page sends as `Seen`."""

    message_ids: tuple[str, ...]
    read: bool


class Refusal(Exception):
    """The server said no, for good."""


class Visitor:
    """Everything that it has said is in `messages` once, whatever happens to the link."""

    def __init__(self, server: str, route: str, name: str = "") -> None:
        self.server = server.rstrip("/")
        self.route = route
        self.name = name
        self.token = ""
        self.messages: dict[str, PublicMessage] = {}
        self.typing = 0
        self._versions: dict[str, int] = {}
        self._epoch: str | None = None
        self._cursors: dict[str, int] = {}
        self._said: dict[str, Saying] = {}
        self._waiting: dict[str, Saying] = {}
        self._refused: dict[str, Refused] = {}
        self._wire: ClientConnection | None = None
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def here(self) -> AsyncIterator["Visitor"]:
        """The page is open."""
        living = asyncio.create_task(self._live())
        try:
            yield self
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)

    async def say(self, text: str, timeout: float = 60, files: tuple[Attachment, ...] = ()) -> str:
        """Write, and wait until the server has it. The answer is the id that the page gave it."""
        say = Saying(message_id=MessageId(new_id()), text=text, name=self.name, attachments=files)
        self._said[say.message_id] = say
        await self.say_again(say.message_id, timeout)
        return say.message_id

    async def say_again(self, message_id: str, timeout: float = 60) -> None:
        """The same once more, until it is answered, as a page does that did not hear the answer."""
        self._waiting[message_id] = self._said[message_id]
        await self._send_say(self._said[message_id])
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: message_id not in self._waiting)
        if (refusal := self._refused.get(message_id)) is not None:
            raise Refusal(refusal.code)

    async def reply_after(self, count: int, timeout: float) -> PublicMessage:
        """The first answer beyond so many."""

        def answers() -> list[PublicMessage]:
            found = [message for message in self.messages.values() if message.direction is Direction.OUT]
            return sorted(found, key=lambda message: message.position)

        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(answers()) > count)
        return answers()[count]

    def answers(self) -> int:
        return sum(message.direction is Direction.OUT for message in self.messages.values())

    async def _live(self) -> None:
        wait = 0.2
        while True:
            try:
                if not self.token:
                    await self._open()
                address = self.server.replace("http", "ws", 1) + "/v1/visitor"
                async with connect(address, proxy=None, max_size=frames.MAX_SERVER_FRAME, compression=None) as wire:
                    await self._talk(wire)
                wait = 0.2
            except (*LOST, httpx.HTTPError):
                pass
            finally:
                self._wire = None
            await asyncio.sleep(wait)
            wait = min(5.0, wait * 2)

    async def _open(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.post(f"{self.server}/chat/{self.route}/session", json={})
            answer.raise_for_status()
        self.token = answer.json()["visitor_token"]

    async def _talk(self, wire: ClientConnection) -> None:
        hello = frames.Hello(versions=frames.VERSIONS, token=self.token, device_id="web", client="simulated visitor")
        await wire.send(codec.encode(hello))
        beating = asyncio.create_task(self._beat(wire))
        try:
            async for data in wire:
                try:
                    frame = codec.server_frame(data)
                except codec.UnknownType:
                    continue
                await self._take(wire, frame)
        finally:
            beating.cancel()

    async def _beat(self, wire: ClientConnection) -> None:
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS - 1)
            await wire.send(codec.encode(frames.Ping(sent=0)))

    async def _take(self, wire: ClientConnection, frame: frames.ServerFrame) -> None:
        match frame:
            case frames.Welcome():
                if self._epoch != frame.epoch:
                    self._cursors.clear()
                self._epoch = frame.epoch
                await wire.send(codec.encode(frames.Resume(epoch=frame.epoch, cursors=self._cursors)))
                self._wire = wire
                for say in tuple(self._waiting.values()):
                    await self._send_say(say)
            case frames.SnapshotPage() | frames.Batch():
                self._apply(frame)
                await self._acknowledge(wire, frame.number)
            case frames.Following():
                self._cursors[frame.scope] = frame.seq
            case frames.Result():
                await self._answered(frame)
            case frames.Pulsed():
                self.typing += 1
            case frames.Goodbye() if frame.refused.code == Reason.NOT_SIGNED_IN:
                self.token = ""
        async with self._changed:
            self._changed.notify_all()

    def _apply(self, frame: frames.SnapshotPage | frames.Batch) -> None:
        if isinstance(frame, frames.SnapshotPage):
            for put in frame.puts:
                self._put(put)
            if frame.last:
                self._cursors[frame.scope] = frame.seq
            return
        for commit in frame.commits:
            for change in commit.changes:
                if isinstance(change, Put):
                    self._put(change)
            self._cursors |= commit.seqs

    async def _answered(self, frame: frames.Result) -> None:
        if frame.id not in self._waiting:
            return
        if frame.refused is None:
            del self._waiting[frame.id]
        elif frame.refused.code in (Reason.UNAVAILABLE, Reason.TOO_MANY_REQUESTS):
            await asyncio.sleep(0.5)
            await self._send_say(self._waiting[frame.id])
        else:
            self._refused[frame.id] = frame.refused
            del self._waiting[frame.id]

    def _put(self, put: Put) -> None:
        if put.type == "PublicMessage" and self._versions.get(put.id, 0) < put.version:
            self._versions[put.id] = put.version
            self.messages[put.id] = codec.decode(put.body, PublicMessage)

    async def _acknowledge(self, wire: ClientConnection, number: int) -> None:
        await wire.send(codec.encode(frames.Ack(number=number)))
        owed = [m.id for m in self.messages.values() if m.direction is Direction.OUT and m.state.value != "read"]
        if owed:
            seen = Showing(message_ids=tuple(owed[:100]), read=True)
            await wire.send(codec.encode(frames.Run(id=CommandId(new_id()), type="Seen", body=codec.raw(seen))))

    async def _send_say(self, say: Saying) -> None:
        if self._wire is None:
            return
        try:
            frame = frames.Run(id=CommandId(say.message_id), type="Say", body=codec.raw(say))
            await self._wire.send(codec.encode(frame))
        except LOST:
            return  # said again when the link is back
