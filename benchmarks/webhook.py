"""A signed webhook stored and answered: the server on PostgreSQL, beside the same with a commit for each request."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from backend import accounts
from backend.app import assembled
from backend.channels.telegram import webhook_secret
from backend.store.engine import DatabaseSettings
from benchmarks.figures import Figure, median, tell
from benchmarks.places import database, folder
from benchmarks.posting import post
from tests.support.backend import TENANT, founded, settings_for
from tests.support.server_process import KEY, server

TOKEN = "900:AA-bench"  # invented
AT_ONCE = 64
REQUESTS = 3000
ROUNDS = 3


def update(number: int) -> bytes:
    person = 5000 + number % 500
    who = {"id": person, "is_bot": False, "first_name": "Sari"}
    message = {
        "message_id": number,
        "date": 1_750_000_000,
        "from": who,
        "chat": {**who, "type": "private"},
        "text": "Halo",
    }
    return json.dumps({"update_id": number, "message": message}).encode()


async def found(where: DatabaseSettings, home: Path) -> str:
    """The path of a Telegram account's webhook."""
    async with assembled(settings_for(where, home)) as parts:
        await founded(parts)
        bot = accounts.NewAccount(
            kind="telegram", name="Bot", group="Layanan", settings={"mode": "webhook"}, secrets={"token": TOKEN}
        )
        return f"/hooks/telegram/{await accounts.add_channel(parts, TENANT, bot)}"


def rate(where: DatabaseSettings, home: Path, path: str, module: str, offset: int) -> float:
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
    with server(where, home, module) as serving:
        done = asyncio.run(post(serving.port, path, headers, lambda number: update(offset + number), REQUESTS, AT_ONCE))
    if done.refused:
        raise SystemExit(f"{done.refused} webhooks were not stored")
    return done.per_second


def measure() -> Iterator[Figure]:
    with database("postgresql") as where, folder() as home:
        (home / "server.key").write_text(KEY)
        path = asyncio.run(found(where, home))
        pairs = []
        for number in range(ROUNDS):
            grouped = rate(where, home, path, "backend", number * 2 * REQUESTS)
            single = rate(where, home, path, "benchmarks.commit_each", (number * 2 + 1) * REQUESTS)
            pairs.append((grouped, single))
    ratio = median([grouped / single for grouped, single in pairs])
    yield Figure(name="signed webhook, PostgreSQL, group commit", value=median([a for a, _ in pairs]), unit="/s")
    yield Figure(name="signed webhook, PostgreSQL, a commit each", value=median([b for _, b in pairs]), unit="/s")
    yield Figure(name="webhook, group commit against a commit each", value=ratio, unit="×", bound=2, at_least=True)


if __name__ == "__main__":
    tell(measure)
