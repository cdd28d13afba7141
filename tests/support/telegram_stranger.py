"""A Telegram that nobody here wrote: the npm package telegram-test-api, and a customer who chats through it.

Text only, and it has quirks: dates in milliseconds, no `from` in what it returns, no long polling.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.virtual_screen import end
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

PACKAGES = Path("build/npm")
START = (
    "const Server = require('telegram-test-api'); new Server({port: %d, host: '127.0.0.1', storage: 'RAM'}).start();"
)
CUSTOMER = {"id": 4711, "first_name": "Wulan", "last_name": "Sari", "username": "wulan"}


@dataclass(frozen=True)
class TelegramStranger:
    """The customer's side of a private chat with one bot."""

    url: str
    token: str
    http: httpx.Client

    def customer_writes(self, text: str) -> None:
        chat = {"id": CUSTOMER["id"], "type": "private", "first_name": CUSTOMER["first_name"]}
        body = {"botToken": self.token, "from": CUSTOMER, "chat": chat, "text": text, "date": 1_750_000_000_000}
        self.http.post("/sendMessage", json=body).raise_for_status()

    def history(self) -> list[str]:
        """Every text of the bot in this chat, oldest first."""
        answer = self.http.post("/getUpdatesHistory", json={"token": self.token, "chatId": CUSTOMER["id"]})
        updates = answer.raise_for_status().json()["result"]
        return [one["message"]["text"] for one in updates if "chat_id" in one["message"]]

    def customer_reads(self, *texts: str) -> None:
        wait_until(lambda: len(self.history()) >= len(texts), f"the customer has {len(texts)} answers")
        assert self.history() == list(texts)


@contextmanager
def telegram_stranger(token: str) -> Iterator[TelegramStranger]:
    if not (PACKAGES / "node_modules" / "telegram-test-api").exists():
        pytest.fail("npm's telegram-test-api is not in build/npm: `make test` installs it.")
    port = free_port()
    node = subprocess.Popen([*DIES_WITH_US, "node", "-e", START % port], cwd=PACKAGES, start_new_session=True)
    try:
        wait_until(lambda: node.poll() is not None or listening(port), "telegram-test-api listens", 30)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=10) as http:
            yield TelegramStranger(url, token, http)
    finally:
        end(node)
