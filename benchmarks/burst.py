"""100 changes to 1,000 entitled sockets: deliveries a second, beside uvicorn sending the same bytes and nats-server.

A delivery is a commit that the client decoded. All three sides run in turn, with the same clients in one process.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx

from backend import accounts
from backend.app import assembled
from backend.store.engine import DatabaseSettings
from benchmarks.figures import Figure, median, tell
from benchmarks.places import database, folder
from benchmarks.swarm import Swarm, count_batches, count_bytes, count_plain, follow, heartbeat, open_all
from omnix_protocol import codec, frames
from omnix_protocol.catalogue import AddQuickReply
from omnix_protocol.ids import CommandId, QuickReplyId, new_id
from omnix_protocol.people import Role
from omnix_protocol.scopes import Commit
from omnix_protocol.sign_in import SignedIn
from tests.support.backend import PASSWORD, TENANT, bearer, credentials, founded, settings_for
from tests.support.nats import nats_server
from tests.support.server_process import KEY, ROOT, Serving, server
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

CHANGES = 100
USERS, SOCKETS_EACH = 100, 10
ROUNDS = 3
AT_ONCE = 16
TEXT = "Baik Kak, sedang kami cek ya, mohon ditunggu sebentar. " * 3


async def found(where: DatabaseSettings, home: Path) -> None:
    """A company in which a hundred agents and an administrator can sign in."""
    async with assembled(settings_for(where, home)) as parts:
        await founded(parts)
        for number in range(USERS):
            person = accounts.NewUser(
                email=f"a{number}@samudra.example",
                name=f"Agen {number}",
                role=Role.AGENT,
                groups=("Layanan",),
                password=PASSWORD,
                must_change=False,
            )
            await accounts.add_user(parts, TENANT, person)


async def sign_in(http: httpx.AsyncClient, name: str) -> SignedIn:
    answer = await http.post("/v1/sign-in", content=codec.encode(credentials(f"{name}@samudra.example", name)))
    answer.raise_for_status()
    return codec.decode(answer.content, SignedIn)


async def change(http: httpx.AsyncClient, administrator: SignedIn) -> None:
    """As many commands as fit through at once, each a commit in the tenant's scope."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        new = AddQuickReply(
            quick_reply_id=QuickReplyId(new_id()), shortcut=f"q{new_id()[-12:]}", title="Cek", text=TEXT
        )
        run = frames.Run(id=CommandId(new_id()), type="AddQuickReply", body=codec.raw(new))
        async with gate:
            answer = await http.post("/v1/run", content=codec.encode(run), headers=bearer(administrator))
        answer.raise_for_status()

    await asyncio.gather(*(one() for _ in range(CHANGES)))


async def ours(serving: Serving) -> tuple[list[float], list[Commit]]:
    """Deliveries a second in each round, and the commits of the last one."""
    rates = []
    async with httpx.AsyncClient(base_url=serving.url, timeout=60) as http, AsyncExitStack() as stack:
        administrator = await sign_in(http, "administrator")
        people = [(await sign_in(http, f"a{number}"), f"a{number}") for number in range(USERS)]
        url = serving.url.replace("http", "ws") + "/v1/socket"
        sockets = await open_all(stack, [url] * (USERS * SOCKETS_EACH))
        desks = [(one.access_token, device) for one, device in people for _ in range(SOCKETS_EACH)]
        await asyncio.gather(*(follow(socket, *desk) for socket, desk in zip(sockets, desks, strict=True)))
        swarm = Swarm(len(sockets))
        async with asyncio.TaskGroup() as group:
            counting = [group.create_task(count_batches(swarm, i, one)) for i, one in enumerate(sockets)]
            counting.append(group.create_task(heartbeat(sockets)))
            for _ in range(ROUNDS):
                swarm.expect(CHANGES)
                began = time.perf_counter()
                await change(http, administrator)
                await swarm.done.wait()
                rates.append(len(sockets) * CHANGES / (swarm.last_at - began))
            for task in counting:
                task.cancel()
        return rates, swarm.commits[-CHANGES:]


async def plain(port: int, messages: list[bytes]) -> list[float]:
    rates = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http, AsyncExitStack() as stack:
        sockets = await open_all(stack, [f"ws://127.0.0.1:{port}/socket"] * (USERS * SOCKETS_EACH))
        swarm = Swarm(len(sockets))
        async with asyncio.TaskGroup() as group:
            counting = [group.create_task(count_plain(swarm, i, one)) for i, one in enumerate(sockets)]
            for _ in range(ROUNDS):
                swarm.expect(len(messages))
                began = time.perf_counter()
                await asyncio.gather(http.post("/go"), swarm.done.wait())
                rates.append(len(sockets) * len(messages) / (swarm.last_at - began))
            for task in counting:
                task.cancel()
    return rates


async def through_nats(url: str, messages: list[bytes]) -> float:
    """The clients count bytes and decode nothing: what the broker alone can do."""
    port = int(url.rsplit(":", 1)[1])
    clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(USERS * SOCKETS_EACH + 1)]
    for reader, writer in clients:
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false}\r\nSUB burst 1\r\nPING\r\n')
        await reader.readuntil(b"PONG\r\n")
    published = b"".join(b"PUB burst %d\r\n%s\r\n" % (len(message), message) for message in messages)
    expected = sum(len(b"MSG burst 1 %d\r\n" % len(message)) + len(message) + 2 for message in messages)
    began = time.perf_counter()
    clients[0][1].write(published)
    await asyncio.gather(*(count_bytes(reader, expected) for reader, _ in clients))
    seconds = time.perf_counter() - began
    for _, writer in clients:
        writer.close()
    return len(clients) * len(messages) / seconds


def beside_uvicorn(messages: list[bytes], home: Path) -> float:
    recorded = home / "messages"
    recorded.write_bytes(b"\n".join(messages))
    port = free_port()
    command = [*DIES_WITH_US, sys.executable, "-m", "benchmarks.plain_uvicorn", str(port), str(recorded)]
    with ExitStack() as ending:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr)
        ending.callback(process.wait, 30)
        ending.callback(process.terminate)
        wait_until(lambda: listening(port), "uvicorn listens")
        return median(asyncio.run(plain(port, messages)))


def measure() -> Iterator[Figure]:
    with database("sqlite") as where, folder() as home:
        (home / "server.key").write_text(KEY)
        asyncio.run(found(where, home))
        with server(where, home) as serving:
            rates, commits = asyncio.run(ours(serving))
        messages = [codec.encode(frames.Batch(number=i, commits=(one,))) for i, one in enumerate(commits)]
        assert all(json.loads(message) for message in messages)
        uvicorn = beside_uvicorn(messages, home)
        with nats_server() as broker:
            nats = asyncio.run(through_nats(broker.url, messages))
    rate = median(rates)
    yield Figure(name="burst of 100 to 1,000 sockets, ours", value=rate, unit="/s")
    yield Figure(name="the same bytes, uvicorn one message at a time", value=uvicorn, unit="/s")
    yield Figure(name="the same bytes, nats-server, nothing decoded", value=nats, unit="/s")
    yield Figure(name="burst, ours against uvicorn", value=rate / uvicorn, unit="×", bound=1, at_least=True)


if __name__ == "__main__":
    tell(measure)
