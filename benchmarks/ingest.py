"""Messages a second of each channel, from signed webhook to message in its conversation, beside an empty endpoint."""

import asyncio
import copy
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from backend import accounts
from backend.app import assembled
from backend.channels import BY_KIND
from backend.store.engine import DatabaseSettings
from benchmarks.figures import Figure, median, tell
from benchmarks.places import database, folder
from benchmarks.posting import ask, request
from tests.fuzz.ways import Way, ways
from tests.support.backend import TENANT, founded, settings_for
from tests.support.server_process import KEY, server

COUNT, AT_ONCE, PEOPLE = 400, 32, 200
PATIENCE = 120.0
Path_ = tuple[str | int, ...]
_CHANGE: Path_ = ("entry", 0, "changes", 0, "value")
_MESSAGING: Path_ = ("entry", 0, "messaging", 0)
NAMES: dict[str, tuple[Path_, Path_]] = {
    "whatsapp": ((*_CHANGE, "messages", 0, "id"), (*_CHANGE, "messages", 0, "from")),
    "messenger": ((*_MESSAGING, "message", "mid"), (*_MESSAGING, "sender", "id")),
    "instagram": ((*_MESSAGING, "message", "mid"), (*_MESSAGING, "sender", "id")),
    "fb_comment": ((*_CHANGE, "comment_id"), (*_CHANGE, "from", "id")),
    "ig_comment": ((*_CHANGE, "id"), (*_CHANGE, "from", "id")),
    "telegram": (("message", "message_id"), ("message", "chat", "id")),
    "line": (("events", 0, "message", "id"), ("events", 0, "source", "userId")),
    "x": (("direct_message_events", 0, "id"), ("direct_message_events", 0, "message_create", "sender_id")),
    "voice-webhook": (("call_id",), ("from",)),
}
"""Where a webhook names its message, and where the customer."""


def bodies(name: str, way: Way) -> Iterator[bytes]:
    """COUNT of them, each with a message of its own."""
    if name == "sms-kannel":
        for number in range(COUNT):
            yield f"from=%2B62811{number % PEOPLE:06}&to=12345&text=halo&id=k-{number}&charset=UTF-8&coding=0".encode()
        return
    message, person = NAMES[name]
    seed = next(found for body in way.seeds if has(found := json.loads(body), message) and has(found, person))
    for number in range(COUNT):
        value = copy.deepcopy(seed)
        put(value, message, number, "b-")
        put(value, person, number % PEOPLE, "U" + "0" * 28 if name == "line" else "62811")
        yield json.dumps(value).encode()


def has(value: Any, path: Path_) -> bool:
    try:
        for key in path:
            value = value[key]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def put(value: Any, path: Path_, number: int, before: str) -> None:
    """A name of the kind that stands there: a number, a text of digits, or a text."""
    for key in path[:-1]:
        value = value[key]
    old, last = value[path[-1]], path[-1]
    plain = str(10**9 + number)
    digits = isinstance(old, str) and old.isdigit()
    value[last] = int(plain) if isinstance(old, int) else plain if digits else f"{before}{number:04}"


async def found(where: DatabaseSettings, home: Path, told: dict[str, Way]) -> dict[str, str]:
    """The path of each account's webhook."""
    async with assembled(settings_for(where, home)) as parts:
        await founded(parts)
        paths = {}
        for name, way in told.items():
            account = way.account
            known = {field.name for field in BY_KIND[way.kind].settings}
            settings = {"base_url": "http://127.0.0.1:9", **account.settings}
            settings = {key: value for key, value in settings.items() if key in known}
            needed = {it.name for it in BY_KIND[way.kind].settings if it.required and not it.default}
            secrets = {it.name for it in BY_KIND[way.kind].settings if it.secret}
            settings |= dict.fromkeys(needed - secrets - settings.keys(), "http://127.0.0.1:9")
            given = dict.fromkeys(needed & secrets, "invented") | dict(account.secrets)
            new = accounts.NewAccount(kind=way.kind, name=name, group="Layanan", settings=settings, secrets=given)
            paths[name] = f"/hooks/{way.kind}/{await accounts.add_channel(parts, TENANT, new)}"
        return paths


def prepared(way: Way, path: str, body: bytes) -> bytes:
    """The request, signed."""
    assert way.signing is not None
    hook = way.signing(body)
    target = f"{path}?{hook.query}" if hook.query else path
    return request(hook.method, target, hook.headers, hook.body)


def worked_through(file: str) -> None:
    """All that came has become what it is. Raises SystemExit where something has not."""
    deadline = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        count = "select count(*) from jobs where kind = 'inbound' and state = ?"
        while connection.execute(count, ("due",)).fetchone()[0]:
            if time.monotonic() > deadline:
                raise SystemExit(f"not worked through after {PATIENCE:g} s")
            time.sleep(0.01)
        if failed := connection.execute(count, ("failed",)).fetchone()[0]:
            raise SystemExit(f"{failed} webhooks became no message")


def measure() -> Iterator[Figure]:
    told = {name: way for name, way in ways().items() if name in NAMES or name == "sms-kannel"}
    empty, slowest = [], []
    with database("sqlite") as where, folder() as home:
        (home / "server.key").write_text(KEY)
        paths = asyncio.run(found(where, home, told))
        file = str(make_url(where.url).database)
        with server(where, home) as serving:
            for name, way in told.items():
                requests = [prepared(way, paths[name], body) for body in bodies(name, way)]
                empty.append(
                    asyncio.run(ask(serving.port, [request("GET", "/healthz", {})] * COUNT, AT_ONCE)).per_second
                )
                began = time.perf_counter()
                posted = asyncio.run(ask(serving.port, requests, AT_ONCE))
                if posted.refused:
                    raise SystemExit(f"{posted.refused} webhooks of {name} were not stored")
                worked_through(file)
                rate = COUNT / (time.perf_counter() - began)
                slowest.append(rate / empty[-1])
                note = f"answered {posted.per_second:,.0f}/s; {rate / empty[-1]:.3f} of the empty endpoint"
                yield Figure(name=f"{name}: messages ingested, SQLite", value=rate, unit="/s", note=note)
    yield Figure(name="empty endpoint of the same server", value=median(empty), unit="/s")
    yield Figure(name="ingested beside the empty endpoint, median of channels", value=median(slowest), unit="×")


if __name__ == "__main__":
    tell(measure)
