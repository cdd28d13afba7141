"""What is wrong with this server, one sentence each, with what to do about it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from backend.config import Settings, WrongSetting
from backend.files import open_files
from backend.gateway.secrets import server_key
from backend.store import examine as database
from backend.store import schema
from backend.store.engine import DatabaseSettings
from backend.store.errors import SchemaMissing, SchemaNewer, Unavailable
from backend.store.store import Store

ROOM_BYTES: Final = 1 << 30
BUS_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    sentence: str
    wrong: bool = False

    def __str__(self) -> str:
        return f"{'✗' if self.wrong else '✓'} {self.subject}: {self.sentence}"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that serving needs, in the order in which one would mend it."""
    yield Finding("settings", "read and valid.")
    yield _key(settings)
    async for finding in _database(settings):
        yield finding
    yield await _bus(settings)
    lack = await open_files(settings.files_place).check()
    yield Finding("files", lack or f"can be written ({settings.files_place}).", bool(lack))
    yield _disk(settings)


def _key(settings: Settings) -> Finding:
    try:
        server_key(settings)
    except WrongSetting as error:
        return Finding("server key", str(error), wrong=True)
    return Finding("server key", "there.")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        await schema.require(settings.database_url)
    except (SchemaMissing, SchemaNewer, Unavailable) as error:
        yield Finding("database", str(error), wrong=True)
        return
    yield Finding("database", "answers and has this release's schema.")
    if not settings.on_sqlite:
        for sentence in await database.postgres_faults(settings.database_url):
            yield Finding("database roles", sentence, wrong=True)
    store = Store(DatabaseSettings(settings.database_url))
    try:
        tenants = await store.control.tenants()
        yield Finding("epoch", f"{await store.control.epoch()}; after restoring a backup: doctor --restored.")
    finally:
        await store.close()
    if tenants:
        yield Finding("tenants", ", ".join(entry.code for entry in tenants) + ".")
    else:
        yield Finding("tenants", "none yet; `omnix-server tenant add` makes one.", wrong=True)


async def _bus(settings: Settings) -> Finding:
    if not settings.bus.url:
        return Finding("bus", "this process only; several server processes need bus.url.")
    address = urlsplit(settings.bus.url)
    try:
        async with asyncio.timeout(BUS_SECONDS):
            _, writer = await asyncio.open_connection(address.hostname, address.port or 4222)
    except (OSError, TimeoutError):
        return Finding("bus", f"nobody answers at {address.hostname}:{address.port or 4222}; start NATS.", wrong=True)
    writer.close()
    return Finding("bus", "answers.")


def _disk(settings: Settings) -> Finding:
    place = settings.folder if settings.folder.exists() else Path()
    free = shutil.disk_usage(place).free
    room = f"{free / (1 << 30):.1f} GiB free at {place.resolve()}"
    if free < ROOM_BYTES:
        return Finding("disk", f"only {room}; make room, a full disk stops the server from accepting.", wrong=True)
    return Finding("disk", f"{room}.")
