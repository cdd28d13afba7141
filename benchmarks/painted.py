"""From a provider's request to the agent's painted row: Telegram webhooks at 200 a second over 50 conversations."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from backend import accounts
from backend.app import assembled
from backend.channels.telegram import webhook_secret
from backend.runner import Actor
from backend.store.engine import DatabaseSettings
from benchmarks.figures import Figure, median, percentile, tell
from benchmarks.places import database, folder
from benchmarks.seat import DEVICE, Furnishing, Program, Seat
from omnix_protocol import codec
from omnix_protocol.conversations import PickedUp
from omnix_protocol.ids import CommandId, TenantId, UserId, new_id
from omnix_protocol.people import SetPickUpLimit
from omnix_protocol.sign_in import SignedIn
from tests.support.backend import TENANT, credentials, founded, settings_for
from tests.support.server_process import KEY, Serving, server
from tests.support.virtual_screen import Screen, virtual_screen
from tests.support.waiting import until, wait_until

TOKEN = "900:AA-bench"  # invented
CONVERSATIONS = 50
RATE = 200
SECONDS = 60.0
BOUND = 250.0
QUIET = 3.0
LINES = 16  # connections on which the provider posts
AGENT = "agent@samudra.example"


@dataclass
class Company:
    """Who works there, and where Telegram posts to."""

    tenant_id: TenantId
    agent: UserId
    path: str
    held: set[str] = field(default_factory=set)


async def found(where: DatabaseSettings, home: Path) -> Company:
    async with assembled(settings_for(where, home)) as parts:
        people = await founded(parts)
        bot = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        route = await accounts.add_channel(parts, TENANT, bot)
        supervisor = Actor("user", people.supervisor)
        raising = SetPickUpLimit(user_id=people.agent, limit=CONVERSATIONS)
        raised = await parts.runner.do(people.tenant_id, supervisor, CommandId(new_id()), raising)
        assert raised.refused is None, raised.refused
        return Company(people.tenant_id, people.agent, f"/hooks/telegram/{route}")


def update(number: int) -> bytes:
    """The message of this number: the customers take turns."""
    person = number % CONVERSATIONS
    who = {"id": 5000 + person, "is_bot": False, "first_name": f"Sari {person}"}
    message = {
        "message_id": number,
        "date": 1_750_000_000,
        "from": who,
        "chat": {**who, "type": "private"},
        "text": f"Selamat pagi, paket saya belum sampai juga, mohon dibantu ya. Pesan {number}",
    }
    return json.dumps({"update_id": number, "message": message}).encode()


class Provider:
    """Posts webhooks at their moments, each on the next free connection; knows when each request began."""

    def __init__(self, port: int, path: str) -> None:
        secret = webhook_secret(TOKEN)
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        )
        self._port = port
        self.sent: dict[int, float] = {}
        self.refused = 0

    async def post(self, first: int, count: int, rate: float) -> None:
        numbers = iter(range(first, first + count))
        began = time.monotonic()

        async def line() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            for number in numbers:
                due = began + (number - first) / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                body = update(number)
                # where the line itself is late, the customer has waited since the message was due
                self.sent[number] = due
                writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                self.refused += not answer.startswith(b"HTTP/1.1 200")
            writer.close()

        await asyncio.gather(*(line() for _ in range(LINES)))


async def take_all(serving: Serving, provider: Provider, company: Company) -> SignedIn:
    """Each customer writes once, the agent takes them all over HTTP, and signs in again at their machine."""
    await provider.post(0, CONVERSATIONS, 50)
    async with httpx.AsyncClient(base_url=serving.url, trust_env=False, timeout=20) as http:
        answer = await http.post("/v1/sign-in", content=codec.encode(credentials(AGENT, DEVICE)))
        answer.raise_for_status()
        signed_in = codec.decode(answer.content, SignedIn)
        headers = {"Authorization": f"Bearer {signed_in.access_token}"}

        async def taken() -> bool:
            body = {"id": new_id(), "type": "PickUpNext", "body": {}}
            answer = (await http.post("/v1/run", json=body, headers=headers)).json()
            if answer.get("refused"):
                return False
            picked = codec.decode(json.dumps(answer["body"]).encode(), PickedUp)
            company.held.add(picked.interaction_id)
            return len(company.held) == CONVERSATIONS

        await until(taken, "the agent handles all of them", 60)
        return signed_in


@dataclass
class Written:
    """What the server stored: message -> number, and per interaction its customer's numbers by unread count."""

    numbers: dict[str, int] = field(default_factory=dict)
    by_unread: dict[tuple[str, int], int] = field(default_factory=dict)


async def written(where: DatabaseSettings, home: Path, company: Company) -> Written:
    found = Written()
    async with (
        assembled(settings_for(where, home)) as parts,
        parts.store.read(company.tenant_id) as tx,
    ):
        for interaction in await tx.conversations.held_by(company.agent):
            entries, *_ = await tx.messages.entries(interaction.conversation_id, None, 10_000)
            numbers = [int(one.provider_id.split(":")[1]) for one in entries]
            found.numbers |= {one.id: number for one, number in zip(entries, numbers, strict=True)}
            seen = len(numbers) - interaction.unread
            found.by_unread |= {(interaction.id, at - seen + 1): number for at, number in enumerate(numbers)}
    return found


def waits(lines: list[dict[str, Any]], found: Written, sent: dict[int, float]) -> dict[str, list[float]]:
    """Milliseconds from each request to its painted row, by where the row is."""
    times: dict[str, list[float]] = {"thread": [], "list": []}
    for line in lines:
        if line["moment"] == "message":
            where, number = "thread", found.numbers.get(line["id"], -1)
        elif line["moment"] == "interaction":
            where, number = "list", found.by_unread.get((line["id"], line["unread"]), -1)
        else:
            continue
        if number >= CONVERSATIONS:  # the first of each customer came before the desktop
            times[where].append((line["at"] - sent[number]) * 1000)
    return times


def is_quiet(desktop: Program) -> bool:
    """Nothing came onto the screen for a while."""
    return time.monotonic() - desktop.noted()[-1]["at"] > QUIET  # type: ignore[no-any-return]  # untyped log


def on_the_desk(screen: Screen, seat: Seat, serving: Serving, provider: Provider, company: Company) -> Program:
    """The desktop follows while the provider posts; its timings are whole afterwards."""
    signed_in = asyncio.run(take_all(serving, provider, company))
    seat.furnish(Furnishing(server=serving.url, signed_in=signed_in))
    count = round(RATE * SECONDS)
    with seat.desktop() as desktop:
        wait_until(lambda: any(line["moment"] == "interaction" for line in desktop.noted()), "the list is painted", 60)
        screen.run("xdotool", "key", "alt+Down")
        wait_until(lambda: "message" in desktop.moments(), "a conversation is opened", 20)
        asyncio.run(provider.post(CONVERSATIONS, count, RATE))
        wait_until(lambda: is_quiet(desktop), "nothing more is painted", 120)
        return desktop


def measured(kind: str) -> tuple[dict[str, list[float]], Provider]:
    with database(kind) as where, folder() as home, virtual_screen() as screen:
        (home / "server.key").write_text(KEY)
        company = asyncio.run(found(where, home))
        with server(where, home) as serving:
            provider = Provider(serving.port, company.path)
            desktop = on_the_desk(screen, Seat(screen, home), serving, provider, company)
            lines = desktop.noted()
        stored = asyncio.run(written(where, home, company))
    if provider.refused or len(stored.numbers) != len(provider.sent):
        sys.exit(f"{len(provider.sent)} sent, {provider.refused} refused, {len(stored.numbers)} stored")
    return waits(lines, stored, provider.sent), provider


def measure() -> Iterator[Figure]:
    for kind in ("postgresql", "sqlite"):
        times, _ = measured(kind)
        for place, painted in times.items():
            note = f"median {median(painted):.0f} ms, {len(painted):,} rows painted, {RATE}/s"
            name = f"request to painted row of the {place}, {kind}: 99th percentile"
            yield Figure(name=name, value=percentile(painted, 0.99), unit="ms", bound=BOUND, note=note)


if __name__ == "__main__":
    tell(measure)
