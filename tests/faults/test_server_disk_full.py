"""A server whose disk is full refuses in words, acknowledges only what it has, and goes on when there is room."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec
import pytest

from backend import accounts
from backend.app import assembled
from backend.channels.telegram import webhook_secret
from backend.cli import prepare
from backend.config import Data, Settings, SignIn
from omnix_protocol import codec
from omnix_protocol.base import Query
from omnix_protocol.customers import AddCustomer
from omnix_protocol.ids import CustomerId, new_id
from omnix_protocol.reports import (
    Entries,
    JourneyPage,
    JourneyPageAnswer,
    OlderEntries,
    SearchCustomers,
    SearchCustomersAnswer,
)
from omnix_protocol.sign_in import SignedIn
from tests.faults.small_disk import SmallDisk, needs_own_mounts, on_small_disk
from tests.support.backend import PASSWORD, TENANT, credentials
from tests.support.virtual_screen import end
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

pytestmark = needs_own_mounts
TOKEN = "900:AA-disk"
CHEAP_HASHES = SignIn(hash_memory_kib=64, hash_rounds=1)
A = TypeVar("A")
WEBHOOK_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
ENOUGH = 400


@dataclass
class Served:
    """The server, its disk, and somebody who is signed in."""

    process: subprocess.Popen[bytes]
    disk: SmallDisk
    http: httpx.Client
    route: str
    log: Path

    def customer_writes(self, number: int) -> int:
        who = {"id": 5, "is_bot": False, "first_name": "Sari"}
        message = {"message_id": number, "date": 1_750_000_000, "from": who, "chat": {"id": 5, "type": "private"}}
        body = json.dumps({"update_id": number, "message": message | {"text": f"{number} " + "x" * 3000}}).encode()
        return self.http.post(f"/hooks/telegram/{self.route}", content=body, headers=WEBHOOK_HEADERS).status_code

    def add_customer(self) -> httpx.Response:
        return self._run(AddCustomer(customer_id=CustomerId(new_id()), name="Wulan"))

    def upload(self, body: bytes) -> httpx.Response:
        return self.http.post("/v1/files", content=body, headers={"X-File-Name": "a.txt", "Content-Type": "text/plain"})

    def stored(self) -> list[int]:
        """Numbers of the customer's messages, in their order."""
        found = self._ask(SearchCustomers(keyword="Sari"), SearchCustomersAnswer).rows
        if not found:
            return []
        (row,) = self._ask(JourneyPage(customer_id=CustomerId(found[0].customer.id)), JourneyPageAnswer).rows
        numbers: list[int] = []
        before, more = 1 << 53, True
        while more:
            asked = OlderEntries(conversation_id=row.conversation_id, before_position=before, limit=200)
            page = self._ask(asked, Entries)
            numbers += [int(one.text.split()[0]) for one in page.messages]
            before, more = min((one.position for one in page.messages), default=0), page.more
        return sorted(numbers)

    def _run(self, command: AddCustomer) -> httpx.Response:
        body = {"id": new_id(), "type": type(command).__name__, "body": codec.raw(command)}
        return self.http.post("/v1/run", content=msgspec.json.encode(body))

    def _ask(self, query: Query, kind: type[A]) -> A:
        body = {"type": type(query).__name__, "body": codec.raw(query)}
        answer = self.http.post("/v1/ask", content=msgspec.json.encode(body))
        assert answer.status_code == 200, answer.text
        return msgspec.convert(answer.json()["body"], kind)


async def _found(settings: Settings) -> str:
    await prepare(settings)
    async with assembled(settings) as parts:
        await accounts.add_tenant(parts, TENANT, "Samudra")
        person = accounts.NewUser(
            email="ratna@samudra.example", name="Ratna", password=PASSWORD, role="supervisor", groups=("Layanan",),
            must_change=False,
        )  # fmt: skip
        await accounts.add_user(parts, TENANT, person)
        bot = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        return await accounts.add_channel(parts, TENANT, bot)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "server"
    route = asyncio.run(_found(Settings(data=Data(folder=str(folder)), sign_in=CHEAP_HASHES)))
    port = free_port()
    given = {
        "OMNIX_SERVER_PORT": str(port),
        "OMNIX_DATA_FOLDER": str(folder),
        "OMNIX_SIGN_IN_HASH_MEMORY_KIB": str(CHEAP_HASHES.hash_memory_kib),
        "OMNIX_SIGN_IN_HASH_ROUNDS": str(CHEAP_HASHES.hash_rounds),
        "OMNIX_LIMITS_REQUESTS_PER_SECOND": "10000",
        "OMNIX_CHANNELS_TELEGRAM_API": "http://127.0.0.1:9",
    }
    command = on_small_disk(folder, "8m", [sys.executable, "-m", "backend", "serve"])
    log = tmp_path / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*DIES_WITH_US, *command], env=os.environ | given, stdout=out, stderr=out, start_new_session=True
        )
        try:
            wait_until(lambda: process.poll() is not None or listening(port), "the server listens", 60)
            assert process.poll() is None, log.read_text()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
                answer = http.post("/v1/sign-in", content=codec.encode(credentials("ratna@samudra.example")))
                http.headers["Authorization"] = f"Bearer {codec.decode(answer.content, SignedIn).access_token}"
                yield Served(process, SmallDisk(process.pid, folder), http, route, log)
        finally:
            end(process)


def test_what_was_acknowledged_is_there_and_the_rest_was_refused(served: Served) -> None:
    assert served.customer_writes(1) == 200
    served.disk.fill()
    acknowledged = {1}
    answers = []
    for number in range(2, ENOUGH):
        answers.append(served.customer_writes(number))
        if answers[-1] == 200:
            acknowledged.add(number)
        if answers[-3:] == [503] * 3:
            break
    assert set(answers) <= {200, 503}
    assert answers[-3:] == [503] * 3, "the disk never was full"
    refused = served.add_customer()
    assert (refused.status_code, refused.json()["refused"]["code"]) == (503, "unavailable")
    assert served.http.get("/healthz").status_code == 200

    served.disk.empty()
    assert served.customer_writes(ENOUGH) == 200
    assert served.add_customer().status_code == 200
    acknowledged.add(ENOUGH)
    wait_until(lambda: served.stored() == sorted(acknowledged), "each one that was acknowledged is there, once")
    assert served.process.poll() is None


def test_a_file_is_whole_or_not_there(served: Served) -> None:
    body = b"%d " % 7 * 50_000
    assert served.upload(body).status_code == 200
    for room in (0, 40_000, 120_000):
        served.disk.fill(but=room)
        before = served.disk.files("files/**/*")
        answer = served.upload(body)
        if answer.status_code == 200:
            assert served.http.get(f"/v1/files/{answer.json()['file_id']}").content == body
        else:
            assert (answer.status_code, answer.json()["refused"]["code"]) == (503, "unavailable")
            assert served.disk.files("files/**/*") == before
        served.disk.empty()
    assert served.upload(body).status_code == 200
