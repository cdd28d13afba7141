"""The real server on a free port of the loopback, in the loop of the test, and a real client to talk to it."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from backend import accounts
from backend.app import Parts, assembled, serving
from backend.cli import Server, uvicorn_config
from backend.config import Data, Limits, Secrets, Settings, SignIn
from backend.config import Server as Place
from backend.runner import Actor
from backend.store.engine import DatabaseSettings
from omnix_protocol import codec, frames
from omnix_protocol.base import Command, Query
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, TenantId, UserId, derived_id, new_id
from omnix_protocol.messages import Received, ReceiveMessage, Sender
from omnix_protocol.people import Role, User
from omnix_protocol.sign_in import SignedIn
from omnix_protocol.sign_in import SignIn as Credentials
from tests.support.waiting import until

F = TypeVar("F")
PASSWORD = "correct horse battery"
TENANT = "samudra"
SYSTEM = Actor("system")


def settings_for(database: DatabaseSettings, folder: Path, **changes: Any) -> Settings:
    """Settings as a small company has them, with cheap hashing and short waits; changes are whole sections."""
    given: dict[str, Any] = {
        "server": Place(graceful_seconds=2),
        "data": Data(folder=str(folder), database=database.url, raw_database=database.raw_url or ""),
        "sign_in": SignIn(hash_memory_kib=64, hash_rounds=1, delay_seconds=0.001, delay_max_seconds=0.01),
        "secrets": Secrets(key=base64.b64encode(bytes(32)).decode()),
        "limits": Limits(requests_per_second=10_000),
    }
    return Settings(**(given | changes))


@dataclass(slots=True)
class Backend:
    """A server process in all but the process."""

    parts: Parts
    url: str
    http: httpx.AsyncClient
    stop: Callable[[], Awaitable[None]]

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/v1/socket"

    async def sign_in(self, email: str, device: str = "device-1", password: str = PASSWORD) -> SignedIn:
        answer = await self.http.post("/v1/sign-in", content=codec.encode(credentials(email, device, password)))
        assert answer.status_code == 200, answer.text
        return codec.decode(answer.content, SignedIn)

    @asynccontextmanager
    async def desk(self, email: str, device: str = "device-1") -> AsyncIterator["Desk"]:
        """Signed in, welcomed, nothing followed yet."""
        async with self.socket(await self.sign_in(email, device), device) as desk:
            yield desk

    @asynccontextmanager
    async def socket(self, signed_in: SignedIn, device: str = "device-1") -> AsyncIterator["Desk"]:
        async with connect(self.socket_url, proxy=None, max_size=frames.MAX_SERVER_FRAME, compression=None) as wire:
            desk = Desk(wire, signed_in)
            await desk.send(hello(signed_in.access_token, device))
            desk.welcome = await desk.expect(frames.Welcome)
            yield desk

    async def as_system(self, tenant_id: TenantId, command: Command) -> None:
        await accounts.run(self.parts, tenant_id, command)


def credentials(email: str, device: str = "device-1", password: str = PASSWORD, tenant: str = TENANT) -> Credentials:
    return Credentials(tenant_code=tenant, email=email, password=password, device_id=device, device_name="test")


def hello(token: str, device: str = "device-1", versions: tuple[int, int] = frames.VERSIONS) -> frames.Hello:
    return frames.Hello(versions=versions, token=token, device_id=device, client="test 0")


@dataclass(slots=True)
class Desk:
    """One socket as a desktop uses it; acknowledges what it takes unless told not to."""

    wire: ClientConnection
    signed_in: SignedIn
    welcome: frames.Welcome | None = None
    acknowledging: bool = True
    seen: list[Any] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)

    @property
    def epoch(self) -> str:
        assert self.welcome is not None
        return self.welcome.epoch

    async def send(self, frame: msgspec.Struct) -> None:
        await self.wire.send(codec.encode(frame))

    async def take(self, seconds: float = 10.0) -> Any:
        """The next frame, whatever it is; cursors move as a desktop's do."""
        async with asyncio.timeout(seconds):
            frame = codec.server_frame(await self.wire.recv())
        self.seen.append(frame)
        match frame:
            case frames.Batch():
                for commit in frame.commits:
                    for scope, seq in commit.seqs.items():
                        assert seq == self.cursors.get(scope, seq - 1) + 1, (
                            f"a hole in {scope}: {self.cursors} {commit}"
                        )
                        self.cursors[scope] = seq
            case frames.SnapshotPage() if frame.last:
                self.cursors[frame.scope] = frame.seq
            case frames.Following():
                self.cursors[frame.scope] = frame.seq
            case frames.Revoked():
                self.cursors.pop(frame.scope, None)
        if self.acknowledging and isinstance(frame, frames.Batch | frames.SnapshotPage):
            await self.send(frames.Ack(number=frame.number))
        return frame

    async def expect(self, kind: type[F], seconds: float = 10.0) -> F:
        """The next frame of this kind; others are taken on the way."""
        while True:
            frame = await self.take(seconds)
            if isinstance(frame, kind):
                return frame
            assert not isinstance(frame, frames.Goodbye), frame

    async def resume(self, epoch: str | None = None, cursors: dict[str, int] | None = None) -> Self:
        await self.send(frames.Resume(epoch=epoch, cursors=cursors or {}))
        await self.expect(frames.Current)
        return self

    async def run(self, command: Command, command_id: str | None = None) -> frames.Result:
        asked = CommandId(command_id or new_id())
        await self.send(frames.Run(id=asked, type=type(command).__name__, body=codec.raw(command)))
        while (result := await self.expect(frames.Result)).id != asked:
            pass
        return result

    async def ask(self, query: Query) -> frames.Answer:
        await self.send(frames.Ask(id=new_id(), type=type(query).__name__, body=codec.raw(query)))
        return await self.expect(frames.Answer)

    async def goodbye(self, seconds: float = 10.0) -> frames.Goodbye:
        while not isinstance(frame := await self.take(seconds), frames.Goodbye):
            pass
        return frame

    def commits(self, what: str) -> list[Any]:
        """Commits of this command that have come in so far."""
        return [c for frame in self.seen if isinstance(frame, frames.Batch) for c in frame.commits if c.what == what]

    async def until_commit(self, what: str) -> Any:
        while not (found := self.commits(what)):
            await self.take()
        return found[-1]


@asynccontextmanager
async def running(settings: Settings, port: int = 0) -> AsyncIterator[Backend]:
    """The server from start to graceful stop."""
    listener = socket.create_server(("127.0.0.1", port))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with assembled(settings) as parts, serving(parts) as door:
        server = Server(uvicorn_config(settings, door.app), door.goodbye)
        living = asyncio.create_task(server.serve(sockets=[listener]))

        async def stop() -> None:
            server.should_exit = True
            await living

        try:
            await until(lambda: server.started or living.done(), "the server started")
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=20, verify=False) as http:
                yield Backend(parts, address, http, stop)
        finally:
            await stop()
            listener.close()


@dataclass(frozen=True, slots=True)
class People:
    """Who works at the company of the tests, and the web chat by which customers write."""

    tenant_id: TenantId
    account: ChannelAccountId
    route: str
    agent: UserId
    other: UserId
    leader: UserId
    supervisor: UserId
    administrator: UserId


async def founded(parts: Parts, code: str = TENANT) -> People:
    """A company with two agents, a team leader, a supervisor and an administrator in one group with a web chat.

    Who they are, where it is there already.
    """
    if (known := await parts.store.control.tenant_by_code(code)) is not None:
        return await _known(parts, known.tenant_id)
    tenant_id = await accounts.add_tenant(parts, code, code.title())
    ids = {}
    for name, role in ROLES.items():
        person = accounts.NewUser(
            email=f"{name}@{code}.example",
            name=name.title(),
            role=role,
            groups=("Layanan",),
            password=PASSWORD,
            must_change=False,
        )
        ids[name] = await accounts.add_user(parts, code, person)
    chat = accounts.NewAccount(kind="webchat", name="Obrolan situs", group="Layanan")
    route = await accounts.add_channel(parts, code, chat)
    found = await parts.store.control.route(route)
    assert found is not None
    return People(tenant_id=tenant_id, account=found.channel_account_id, route=route, **ids)


async def _known(parts: Parts, tenant_id: TenantId) -> People:
    async with parts.store.read(tenant_id) as tx:
        ids = {user.email.partition("@")[0]: UserId(user.id) for user in await tx.all(User)}
    route = next(iter(await parts.store.control.routes(["webchat"], tenant_id)))
    found = {name: ids[name] for name in ROLES}
    return People(tenant_id=tenant_id, account=route.channel_account_id, route=route.route, **found)


async def customer_writes(parts: Parts, people: People, text: str, address: str = "visitor-1") -> Received:
    """A customer's message, as the channel hands it in."""
    provider_id = new_id()
    command = ReceiveMessage(
        channel_account_id=people.account,
        provider_id=provider_id,
        sender=Sender(address=address, name="Siti"),
        text=text,
    )
    command_id = CommandId(derived_id(people.account, "message", provider_id, "0"))
    result = await parts.runner.do(people.tenant_id, Actor("channel", people.account), command_id, command)
    assert result.refused is None, result.refused
    return codec.decode(result.body, Received)


ROLES = {
    "agent": Role.AGENT,
    "other": Role.AGENT,
    "leader": Role.TEAM_LEADER,
    "supervisor": Role.SUPERVISOR,
    "administrator": Role.ADMINISTRATOR,
}


def refusal(answer: httpx.Response) -> Refused:
    return msgspec.convert(json.loads(answer.content)["refused"], Refused)


def bearer(signed_in: SignedIn) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in.access_token}"}
