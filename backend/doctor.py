"""What is wrong with this server, one sentence each, with what to do about it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from backend import clock
from backend.config import Settings, WrongSetting
from backend.files import open_files
from backend.files.scanning import Clean, open_scanner
from backend.gateway.secrets import server_key
from backend.post import Letter, NotSent, Post, Sent, Unknown
from backend.store import examine as database
from backend.store import schema
from backend.store.engine import DatabaseSettings
from backend.store.errors import SchemaMissing, SchemaNewer, Unavailable
from backend.store.store import Store
from omnix_protocol.ids import new_id

ROOM_BYTES: Final = 1 << 30
BUS_SECONDS: Final = 3.0
SCANNER_SECONDS: Final = 3.0


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
    yield await _scanner(settings)
    yield _disk(settings)
    yield await _mail(settings)


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


async def _scanner(settings: Settings) -> Finding:
    place = settings.files.clamd
    if not place:
        return Finding("virus scanner", "none; files.clamd names one.")
    verdict = await open_scanner(place, SCANNER_SECONDS).scan(_nothing())
    if isinstance(verdict, Clean):
        return Finding("virus scanner", "answers.")
    held = "held until it does" if settings.files.unscanned == "hold" else "let pass unscanned"
    return Finding("virus scanner", f"nobody answers at {place}; start clamd. Files are {held}.", wrong=True)


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


async def _mail(settings: Settings) -> Finding:
    mail = settings.mail
    if not mail.host:
        return Finding("mail", "none: team leaders give new passwords, and no transcript leaves; [mail] sets it up.")
    if wrong := await Post(mail, clock.now).check():
        return Finding("mail", f"{mail.host}:{mail.at_port} does not take mail from us: {wrong}", wrong=True)
    return Finding("mail", f"{mail.host}:{mail.at_port} answers; `doctor --mail-to ADDRESS` sends a test.")


async def test_letter(settings: Settings, to: str) -> Finding:
    """One letter to an address, to see it arrive."""
    if not settings.mail.host:
        return Finding("test mail", "not sent: mail.host is not set.", wrong=True)
    words = f"Surat percobaan dari server Omnix. / A test mail from the Omnix server at {settings.public_url}."
    letter = Letter(to=to, subject="Omnix: test", text=words + "\n", html=f"<p>{escape(words)}</p>", language="en")
    match await Post(settings.mail, clock.now).send(letter, new_id()):
        case Sent():
            return Finding("test mail", f"taken by the mail server; look whether it arrives at {to}.")
        case NotSent(why):
            return Finding("test mail", f"not sent: {why}", wrong=True)
        case Unknown(why):
            return Finding("test mail", f"nobody knows whether it was sent: {why}", wrong=True)


def _disk(settings: Settings) -> Finding:
    place = settings.folder if settings.folder.exists() else Path()
    free = shutil.disk_usage(place).free
    room = f"{free / (1 << 30):.1f} GiB free at {place.resolve()}"
    if free < ROOM_BYTES:
        return Finding("disk", f"only {room}; make room, a full disk stops the server from accepting.", wrong=True)
    return Finding("disk", f"{room}.")
