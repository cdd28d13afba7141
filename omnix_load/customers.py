"""Customers in web chats: each says one thing after the other until it is taken, and keeps what it is shown."""

import asyncio
import random
from typing import Any, Final, Literal

import httpx
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from omnix_protocol import codec
from omnix_protocol.frames import (
    VERSIONS,
    Ack,
    Batch,
    Goodbye,
    Hello,
    Result,
    Resume,
    Run,
    SnapshotPage,
    Welcome,
)
from omnix_protocol.ids import CommandId, new_id
from omnix_protocol.messages import PublicMessage
from omnix_protocol.scopes import Drop, Put

_PAUSE: Final = 0.2
_FAULTS: Final = (OSError, TimeoutError, WebSocketException, httpx.HTTPError, codec.Malformed)


class Said(msgspec.Struct):
    """What this customer wrote, and whether the server has taken it."""

    message_id: str
    text: str
    state: Literal["waiting", "taken"] = "waiting"


class _Say(msgspec.Struct, frozen=True, omit_defaults=True):
    message_id: str
    text: str
    name: str = ""


class Customer:
    """One browser's visitor. `pace` is the mean pause between two messages, in seconds."""

    def __init__(self, chat: str, name: str, chance: random.Random, pace: float) -> None:
        self.name = name
        self.said: list[Said] = []
        self.shown: dict[str, PublicMessage] = {}
        self._chat, self._chance, self._pace = chat, chance, pace
        self._server = chat.rsplit("/chat/", 1)[0]
        self._token = ""
        self._stopping = False
        self._taken = asyncio.Event()

    async def talk(self) -> None:
        """Until `finish`, and then until the last one is taken."""
        while not (self._stopping and all(said.state == "taken" for said in self.said)):
            try:
                await self._once()
            except* _FAULTS:
                pass
            await asyncio.sleep(self._chance.uniform(0, _PAUSE))

    def finish(self) -> None:
        self._stopping = True

    async def look(self) -> None:
        """Take what the server shows now, from the beginning."""
        self.shown.clear()
        self._stopping = True
        async with connect(self._server.replace("http", "ws", 1) + "/v1/visitor", compression=None) as socket:
            await self._hello(socket)
            await socket.send(codec.encode(Resume()), text=True)
            while True:
                frame = codec.server_frame(await socket.recv(decode=False))
                await self._take(socket, frame)
                if frame.__class__.__name__ == "Current":
                    return

    async def _once(self) -> None:
        if not self._token:
            await self._open()
        async with connect(self._server.replace("http", "ws", 1) + "/v1/visitor", compression=None) as socket:
            epoch = await self._hello(socket)
            await socket.send(codec.encode(Resume(epoch=epoch)), text=True)
            async with asyncio.TaskGroup() as both:
                reading = both.create_task(self._read(socket))
                writing = both.create_task(self._write(socket))
                writing.add_done_callback(lambda _: reading.cancel())

    async def _open(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self._chat}/session", json={})
            answer.raise_for_status()
            self._token = answer.json()["visitor_token"]

    async def _hello(self, socket: Any) -> str:
        hello = Hello(versions=VERSIONS, token=self._token, device_id=self.name, client="omnix-load")
        await socket.send(codec.encode(hello), text=True)
        frame = codec.server_frame(await socket.recv(decode=False))
        if not isinstance(frame, Welcome):
            raise TimeoutError(str(frame))
        return frame.epoch

    async def _read(self, socket: Any) -> None:
        while True:
            try:
                frame = codec.server_frame(await socket.recv(decode=False))
            except codec.UnknownType:
                continue
            await self._take(socket, frame)

    async def _take(self, socket: Any, frame: Any) -> None:
        if isinstance(frame, Goodbye):
            raise TimeoutError(frame.refused.code)
        if isinstance(frame, Result):
            if frame.refused is None:
                self._note_taken(frame.id)
            self._taken.set()
        elif isinstance(frame, SnapshotPage):
            self._show(frame.puts)
            await socket.send(codec.encode(Ack(number=frame.number)), text=True)
        elif isinstance(frame, Batch):
            for commit in frame.commits:
                self._show(commit.changes)
            await socket.send(codec.encode(Ack(number=frame.number)), text=True)

    def _note_taken(self, command_id: str) -> None:
        for said in self.said:
            if said.message_id == command_id:
                said.state = "taken"

    def _show(self, changes: tuple[Put | Drop, ...] | tuple[Put, ...]) -> None:
        for change in changes:
            if isinstance(change, Put) and change.type == "PublicMessage":
                self.shown[change.id] = codec.decode(change.body, PublicMessage)

    async def _write(self, socket: Any) -> None:
        """The next message only after the one before was taken; the same one again after each new socket."""
        while True:
            waiting = next((said for said in self.said if said.state == "waiting"), None)
            if waiting is None:
                if self._stopping:
                    return
                await asyncio.sleep(max(1.0, self._chance.expovariate(1 / self._pace)))
                waiting = Said(new_id(), f"{self.name} {len(self.said) + 1}")
                self.said.append(waiting)
            self._taken.clear()
            say = _Say(message_id=waiting.message_id, text=waiting.text, name=self.name)
            run = Run(id=CommandId(waiting.message_id), type="Say", body=msgspec.Raw(msgspec.json.encode(say)))
            await socket.send(codec.encode(run), text=True)
            await self._taken.wait()
            if waiting.state == "waiting":
                await asyncio.sleep(_PAUSE * 5)
