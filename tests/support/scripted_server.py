"""A server that speaks the protocol's frames from a journal model, and misbehaves where a test says so."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from omnix_protocol import codec, scopes
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import (
    Ack,
    Answer,
    Ask,
    Batch,
    Current,
    Follow,
    Following,
    Goodbye,
    Hello,
    Ping,
    Pong,
    Result,
    Resume,
    Revoked,
    Run,
    SendPulse,
    Unfollow,
    Unfollowed,
    Welcome,
)
from omnix_protocol.messages import DeliveryState, Direction, Message, SendMessage
from omnix_protocol.scopes import Commit
from tests.support.cached_workspace import NOW
from tests.support.journal_model import JournalModel
from tests.support.tcp import settled_sockets, stop_listening
from tests.support.workspace_catalogue import SESSION_ID, TENANT_ID, USERS

ME = USERS[0]
DERIVED = ("tenant", f"agent:{ME.id}")


class ScriptedServer:
    """One user's server. `commands` counts how often each command id arrived; each is run once."""

    def __init__(self) -> None:
        self.model = JournalModel()
        self.epoch = "first"
        self.now = NOW  # as the server tells it
        self.derived: tuple[str, ...] = DERIVED
        self.forbidden: set[str] = set()
        self.goodbye: Goodbye | None = None
        self.hellos: list[Hello] = []
        self.resumes: list[Resume] = []
        self.commands: dict[str, int] = {}
        self.order: list[str] = []
        self.results: dict[str, Result] = {}
        self.refuse: Callable[[Run], Refused | None] = lambda _: None
        self.answer: Callable[[Ask], Answer] = lambda ask: Answer(id=ask.id, refused=refused(Reason.NOT_FOUND))
        self.silent = False  # commands run, their results get lost
        self.mangle: Callable[[list[Commit]], list[Commit]] = list
        self.pulses: list[SendPulse] = []
        self.acks = 0
        self.last_ack = 0
        self.batches = 0
        self.port = 0
        self._server: Server | None = None
        self._sockets: dict[ServerConnection, _Socket] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def follows(self, scope: str) -> bool:
        return any(scope in socket.cursors for socket in self._sockets.values())

    async def begin(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self.port, ping_interval=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def end(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        await stop_listening(server.server)
        self.drop()
        server.close(close_connections=True)
        await server.wait_closed()

    def drop(self) -> None:
        for socket in self._sockets:
            socket.transport.abort()

    async def push(self) -> None:
        """Send everybody what is new to them."""
        for socket in tuple(self._sockets.values()):
            await socket.catch_up()

    async def say(self, data: bytes) -> None:
        """A frame that no model would make."""
        for connection in tuple(self._sockets):
            await connection.send(data, text=True)

    async def revoke(self, scope: str) -> None:
        self.forbidden.add(scope)
        for socket in self._sockets.values():
            socket.cursors.pop(scope, None)
        await self.say(codec.encode(Revoked(scope=scope)))

    async def _serve(self, connection: ServerConnection) -> None:
        socket = _Socket(self, connection)
        try:
            hello = codec.client_frame(await connection.recv())
            assert isinstance(hello, Hello)
            self.hellos.append(hello)
            if self.goodbye is not None:
                await socket.send(self.goodbye)
                return
            await socket.send(
                Welcome(version=1, epoch=self.epoch, now=self.now, session_id=SESSION_ID, tenant_id=TENANT_ID)
            )
            self._sockets[connection] = socket
            async for data in connection:
                await socket.take(codec.client_frame(data))
        except ConnectionClosed:
            pass
        finally:
            self._sockets.pop(connection, None)

    def run(self, frame: Run) -> Result:
        """The same id again gets the same result."""
        self.commands[frame.id] = self.commands.get(frame.id, 0) + 1
        if frame.id not in self.results:
            why = self.refuse(frame)
            if why is not None and why.reason in {Reason.UNAVAILABLE, Reason.TOO_MANY_REQUESTS}:
                return Result(id=frame.id, refused=why)
            self.order.append(frame.id)
            if why is None and frame.type == "SendMessage":
                self._accept(codec.decode(frame.body, SendMessage))
            self.results[frame.id] = Result(id=frame.id, refused=why)
        return self.results[frame.id]

    def _accept(self, command: SendMessage) -> None:
        scope = scopes.conversation(command.conversation_id)
        position = 1 + sum(key[0] == "Message" for key in self.model.members.get(scope, ()))
        message = Message(
            id=command.message_id, version=1, conversation_id=command.conversation_id,
            interaction_id=command.interaction_id, position=position, direction=Direction.OUT, text=command.text,
            at=NOW, state=DeliveryState.ACCEPTED, state_at=NOW,
        )  # fmt: skip
        self.model.change(puts=[(("Message", command.message_id), codec.encode(message), {scope})])


class _Socket:
    def __init__(self, server: ScriptedServer, connection: ServerConnection) -> None:
        self._server, self._connection = server, connection
        self.cursors: dict[str, int] = {}
        self._number = 0

    async def send(self, frame: msgspec.Struct) -> None:
        await self._connection.send(codec.encode(frame), text=True)

    async def take(self, frame: object) -> None:  # one case for each frame
        match frame:
            case Resume():
                await self._resume(frame)
            case Follow():
                if frame.scope in self._server.forbidden:
                    await self.send(Revoked(scope=frame.scope))
                else:
                    await self._begin(frame.scope, frame.cursor)
                    await self.catch_up()
            case Unfollow():
                self.cursors.pop(frame.scope, None)
            case Run():
                result = self._server.run(frame)
                if not self._server.silent:
                    await self.send(result)
                    await self._server.push()
            case Ask():
                await self.send(self._server.answer(frame))
            case Ping():
                await self.send(Pong(sent=frame.sent, now=self._server.now))
            case SendPulse():
                self._server.pulses.append(frame)
            case Ack():
                assert frame.number <= self._number
                self._server.acks += 1
                self._server.last_ack = frame.number

    async def _resume(self, frame: Resume) -> None:
        self._server.resumes.append(frame)
        self.cursors.clear()
        for scope in frame.cursors:
            if scope in self._server.forbidden:
                await self.send(Revoked(scope=scope))
            elif scope not in self._server.derived:
                await self.send(Unfollowed(scope=scope))
        for scope in self._server.derived:
            await self._begin(scope, frame.cursors.get(scope))
        await self.catch_up()
        await self.send(Current())

    async def _begin(self, scope: str, cursor: int | None) -> None:
        head = self._server.model.heads.get(scope, 0)
        if cursor is None or cursor > head:
            for page in self._server.model.snapshot(scope, first=self._number + 1):
                self._number += 1
                await self.send(page)
            self.cursors[scope] = head
        else:
            self.cursors[scope] = cursor
            if cursor == head:
                await self.send(Following(scope=scope, seq=head))

    async def catch_up(self) -> None:
        commits = self._server.mangle(self._server.model.after(self.cursors))
        if not commits:
            return
        for commit in commits:
            self.cursors.update({scope: max(seq, self.cursors[scope]) for scope, seq in commit.seqs.items()})
        self._number += 1
        self._server.batches = self._number
        await self.send(Batch(number=self._number, commits=tuple(commits)))


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer()
    await server.begin()
    try:
        yield server
    finally:
        await server.end()
        await settled_sockets()
