"""The virus scanner: clamd's INSTREAM, over TCP or a socket of this machine."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

CHUNK: Final = 64 * 1024
PORT: Final = 3310
REPLY_MAX: Final = 4096
_FOUND: Final = re.compile(r"^stream: (.+) FOUND$")


@dataclass(frozen=True, slots=True)
class Clean:
    """The scanner looked and found nothing."""


@dataclass(frozen=True, slots=True)
class Infected:
    """`name` is the signature's."""

    name: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody looked. `lasting`: the scanner will not take this file later either (it is larger than it reads)."""

    why: str
    lasting: bool = False


Verdict = Clean | Infected | Unavailable


class Scanner(Protocol):
    async def scan(self, chunks: AsyncIterator[bytes]) -> Verdict:
        """Never raises for what a scanner does."""
        ...


class NoScanner:
    """For an installation without one: everything passes."""

    async def scan(self, chunks: AsyncIterator[bytes]) -> Verdict:  # noqa: ARG002  # as Scanner
        return Clean()


class Clamd:
    """clamd(8): `zINSTREAM`, then chunks with their length before them, then a length of 0; answered by one line."""

    def __init__(self, address: str, seconds: float = 60.0) -> None:
        self._address = address
        self._seconds = seconds

    async def scan(self, chunks: AsyncIterator[bytes]) -> Verdict:
        """Each file is a connection of its own, and has `seconds`."""
        try:
            async with asyncio.timeout(self._seconds):
                with await self._connected() as link:
                    return _verdict(await _asked(link, chunks))
        except TimeoutError:
            return Unavailable(f"The virus scanner took longer than {self._seconds:g} seconds.")
        except (OSError, ValueError, IndexError) as error:
            return Unavailable(f"The virus scanner does not answer ({type(error).__name__}).")

    async def _connected(self) -> socket.socket:
        loop, place = asyncio.get_running_loop(), urlsplit(self._address)
        address: Any = place.path
        family = socket.AF_UNIX
        if place.scheme != "unix":
            found = await loop.getaddrinfo(place.hostname, place.port or PORT, type=socket.SOCK_STREAM)
            family, address = found[0][0], found[0][4]
        link = socket.socket(family, socket.SOCK_STREAM)
        try:
            link.setblocking(False)
            await loop.sock_connect(link, address)
        except BaseException:
            link.close()
            raise
        return link


def open_scanner(address: str, seconds: float) -> Scanner:
    """The scanner that the settings name; for an empty address, none."""
    return Clamd(address, seconds) if address else NoScanner()


async def _asked(link: socket.socket, chunks: AsyncIterator[bytes]) -> str:
    # A bare socket: a stream forgets what was answered as soon as a write fails.
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_sendall(link, b"zINSTREAM\0")
        async for chunk in chunks:
            for start in range(0, len(chunk), CHUNK):
                part = chunk[start : start + CHUNK]
                await loop.sock_sendall(link, struct.pack(">I", len(part)) + part)
        await loop.sock_sendall(link, struct.pack(">I", 0))
    except ConnectionError:
        pass  # it hangs up where the file is larger than it reads, and has said so before
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < REPLY_MAX and (part := await loop.sock_recv(link, REPLY_MAX)):
        reply += part
    return reply.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(reply: str) -> Verdict:
    if reply == "stream: OK":
        return Clean()
    if found := _FOUND.match(reply):
        return Infected(found[1][:200])
    if "size limit exceeded" in reply:
        return Unavailable("The file is larger than the virus scanner reads.", lasting=True)
    return Unavailable(f"The virus scanner answered: {reply[:200] or 'nothing'}.")
