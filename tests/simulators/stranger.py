"""The npm package telegram-test-api: a Telegram that nobody here wrote."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators.telegram import Person
from tests.support.waiting import free_port, listening, until

PACKAGES = Path(__file__).parents[2] / "build" / "npm"
_SERVE = """
const Server = require('telegram-test-api');
new Server({port: Number(process.argv[1]), host: '127.0.0.1', storage: 'RAM', storeTimeout: 600}).start();
"""


class Stranger:
    """Customers' side of it."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self._http = http
        self._ids = itertools.count(1)

    async def write(self, token: str, person: Person, text: str) -> None:
        message = {
            "botToken": token,
            "from": person.as_user(),
            "chat": person.as_chat() | {"all_members_are_administrators": False, "title": ""},
            "date": int(time.time()),
            "text": text,
            "message_id": next(self._ids),
        }
        (await self._http.post(f"{self.url}/sendMessage", json=message)).raise_for_status()

    async def read(self, token: str, person: Person) -> list[Any]:
        """What the bot wrote to this person and was not read before."""
        answer = await self._http.post(f"{self.url}/getUpdates", json={"token": token, "chatId": person.id})
        answer.raise_for_status()
        return [one["message"] for one in answer.json()["result"]]


@asynccontextmanager
async def stranger() -> AsyncIterator[Stranger]:
    if not (PACKAGES / "node_modules" / "telegram-test-api").exists():
        pytest.fail("The npm packages are not installed: `make test` installs them into build/npm.")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node", "-e", _SERVE, str(port), cwd=PACKAGES, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: listening(port), "telegram-test-api listens")
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            yield Stranger(f"http://127.0.0.1:{port}", http)
    finally:
        process.kill()
        await process.wait()
