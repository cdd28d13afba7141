"""Every file's way in, whoever brings it: counted, looked at, scanned, and only then kept."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

from backend.files.base import TooLarge
from backend.files.exif import BrokenPicture, without_exif
from backend.files.pictures import NoPicture, Picture, Pictures
from backend.files.scanning import Infected, Scanner, Unavailable
from backend.files.sniffing import FALLBACK, nature

IN_MEMORY: Final = 2 * 1024 * 1024
CHUNK: Final = 256 * 1024
# What a thumbnail is tried for; anything else is no picture or cannot be drawn here (HEIC).
_DRAWN: Final = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "x-ms-bmp", "tiff", "avif", "x-icon")
)


class Fault(StrEnum):
    """Why a file stays outside."""

    EMPTY = "empty"
    PROGRAM = "program"
    MISMATCH = "mismatch"
    BROKEN = "broken"
    INFECTED = "infected"
    UNSCANNED = "unscanned"  # passing: the scanner is away, and what it has not seen is held


class Barred(Exception):
    """A file that may not come in. `detail` says which program, which type, which virus."""

    def __init__(self, fault: Fault, detail: str, *, passing: bool = False) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: its bytes, what it is, and, of a picture, a small one."""

    file: IO[bytes]
    size: int
    digest: bytes
    media_type: str
    picture: Picture | None

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in _chunks(self.file):
            yield chunk


class Intake:
    """`hold`: what the scanner could not look at stays outside; otherwise it comes in."""

    def __init__(self, scanner: Scanner, pictures: Pictures, *, hold: bool) -> None:
        self._scanner = scanner
        self._pictures = pictures
        self._hold = hold

    @asynccontextmanager
    async def taken(
        self, chunks: AsyncIterator[bytes], limit: int, declared: str, name: str, *, outbound: bool
    ) -> AsyncIterator[Taken]:
        """The file, while the block lasts; it lies nowhere by then. Raises TooLarge (limit in bytes) and Barred.

        What goes out loses its EXIF (N14) and must be what it claims to be. What comes in is kept as it came; where it
        is not what its sender says, it is a file of no known type.
        """
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            size = await _spooled(file, chunks, limit)
            if size == 0:
                raise Barred(Fault.EMPTY, "the file is empty")
            found = await asyncio.to_thread(nature, file, declared, name)
            if found.program:
                raise Barred(Fault.PROGRAM, found.program)
            if found.mismatch and outbound:
                raise Barred(Fault.MISMATCH, found.media_type)
            media_type = FALLBACK if found.mismatch else found.media_type
            await self._scan(file)
            data = await asyncio.to_thread(_whole, file) if media_type.startswith("image/") else b""
            if data and outbound:
                data = await _stripped(data)
                size = await asyncio.to_thread(_replaced, file, data)
            yield Taken(
                file=file,
                size=size,
                digest=await asyncio.to_thread(_digest, file),
                media_type=media_type,
                picture=await self._picture(data) if media_type in _DRAWN else None,
            )

    async def close(self) -> None:
        await self._pictures.close()

    async def _scan(self, file: IO[bytes]) -> None:
        verdict = await self._scanner.scan(_chunks(file))
        if isinstance(verdict, Infected):
            raise Barred(Fault.INFECTED, verdict.name)
        if isinstance(verdict, Unavailable) and self._hold:
            raise Barred(Fault.UNSCANNED, verdict.why, passing=not verdict.lasting)

    async def _picture(self, data: bytes) -> Picture | None:
        try:
            return await self._pictures.picture(data)
        except NoPicture:
            return None  # it may still be kept, and be looked at by whoever has a program for it


async def _spooled(file: IO[bytes], chunks: AsyncIterator[bytes], limit: int) -> int:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        if size > IN_MEMORY:
            await asyncio.to_thread(file.write, chunk)
        else:
            file.write(chunk)
    return size


async def _stripped(data: bytes) -> bytes:
    try:
        return await asyncio.to_thread(without_exif, data)
    except BrokenPicture:
        raise Barred(Fault.BROKEN, "the picture is broken") from None


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    place = 0
    while chunk := await asyncio.to_thread(_read, file, place):
        place += len(chunk)
        yield chunk


def _read(file: IO[bytes], place: int) -> bytes:
    file.seek(place)
    return file.read(CHUNK)


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _replaced(file: IO[bytes], data: bytes) -> int:
    file.seek(0)
    file.truncate()
    return file.write(data)


def _digest(file: IO[bytes]) -> bytes:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]  # any readable binary file
