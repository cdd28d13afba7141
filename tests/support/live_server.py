"""The real server in the caller's loop, on SQLite, with a small company; agents sign in through its door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from backend import accounts
from backend.app import Parts, assembled
from backend.app import serving as door
from backend.cli import prepare
from backend.config import Bus, Data, Mail, Server, Settings, SignIn
from backend.runner import Actor
from omnix_desktop.sync.desk import Desk
from omnix_desktop.sync.http import Http
from omnix_protocol import codec, sign_in
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, derived_id, new_id
from omnix_protocol.messages import Received, ReceiveMessage, Sender
from omnix_protocol.sign_in import SignedIn
from tests.support.cached_workspace import KEY
from tests.support.serving import serving

CODE = "uji"
PASSWORD = "rahasia-sekali"


class LiveServer:
    """`begin` and `end` as often as a test likes: the database and the port stay."""

    def __init__(self, folder: Path, mail: Mail) -> None:
        self._folder = folder
        self.settings = Settings(
            data=Data(folder=str(folder / "server")),
            sign_in=SignIn(hash_memory_kib=64, hash_rounds=1),
            bus=Bus(poll_seconds=0.5),
            server=Server(graceful_seconds=0.2),
            mail=mail,
        )
        self.port = 0
        self.account_id = ChannelAccountId("")
        self._stack = AsyncExitStack()
        self._parts: Parts | None = None
        self._desks: list[Desk] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def parts(self) -> Parts:
        assert self._parts is not None
        return self._parts

    async def found(self) -> None:
        """The company: a tenant, its agents Ratna and Sari, a supervisor, a Telegram account."""
        await prepare(self.settings)
        async with assembled(self.settings) as parts:
            await accounts.add_tenant(parts, CODE, "Uji")
            for name, role in (("Ratna", "agent"), ("Sari", "agent"), ("Kartini", "supervisor")):
                person = accounts.NewUser(
                    email=f"{name.lower()}@uji.test", name=name, password=PASSWORD, role=role, groups=("Agent",),
                    must_change=False,
                )  # fmt: skip
                await accounts.add_user(parts, CODE, person)
            new = accounts.NewAccount(
                kind="telegram", name="@uji_bot", group="Agent", secrets={"token": "1:x", "webhook_secret": "s"}
            )
            route = await accounts.add_channel(parts, CODE, new)
            found = await parts.store.control.route(route)
            assert found is not None
            self.account_id = found.channel_account_id

    async def begin(self) -> None:
        parts = self._parts = await self._stack.enter_async_context(assembled(self.settings))
        serving_door = await self._stack.enter_async_context(door(parts))
        url = await self._stack.enter_async_context(serving(serving_door.app, self.port))
        self.port = int(url.rpartition(":")[2])

    async def end(self) -> None:
        await self._stack.aclose()
        self._parts = None

    async def close(self) -> None:
        for desk in self._desks:
            await desk.close()
        await self.end()

    async def signed_in(self, name: str, server: str | None = None) -> SignedIn:
        """A new session of this person, on the person's machine."""
        http = Http(server or self.url)
        request = sign_in.SignIn(
            tenant_code=CODE, email=f"{name.lower()}@uji.test", password=PASSWORD, device_id=f"{name}s-machine"
        )
        signed_in = await http.sign_in(request)
        await http.close()
        assert not isinstance(signed_in, Refused), signed_in
        return signed_in

    async def desk(self, name: str, server: str | None = None) -> Desk:
        """Sign in and open a new desk; not yet reaching for the server."""
        folder = self._folder / f"desk {name} {len(self._desks)}"
        return self.open(await self.signed_in(name, server), folder, server)

    def open(self, signed_in: SignedIn, folder: Path, server: str | None = None) -> Desk:
        """The desk on this folder, as it was left; closed with the server."""
        made = Desk(server or self.url, signed_in, f"{signed_in.user_name}s-machine", folder, KEY)
        self._desks.append(made)
        return made

    async def receive(self, customer: str, text: str) -> Received:
        """A customer's message, as the channel's job would run it."""
        provider_id = new_id()
        command = ReceiveMessage(
            channel_account_id=self.account_id, provider_id=provider_id, sender=Sender(address=customer, name=customer),
            text=text,
        )  # fmt: skip
        tenant_id = await accounts.tenant_of(self.parts, CODE)
        actor = Actor("channel", self.account_id)
        command_id = CommandId(derived_id(self.account_id, "message", provider_id))
        result = await self.parts.runner.do(tenant_id, actor, command_id, command)
        assert result.refused is None, result.refused
        return codec.decode(result.body, Received)


@asynccontextmanager
async def live_server(folder: Path, mail: Mail | None = None) -> AsyncIterator[LiveServer]:
    """Without mail settings it sends none."""
    server = LiveServer(folder, mail or Mail())
    await server.found()
    await server.begin()
    try:
        yield server
    finally:
        await server.close()
        await asyncio.sleep(0)
