"""Thumbnails and measures of pictures, asked of a process that may die of them."""

import asyncio
import hashlib
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

THUMBNAIL_SIDE: Final = 480
"""Pixels of the longest side: twice what a bubble shows."""
SECONDS: Final = 15.0
PICTURE_MAX: Final = 64 * 1024 * 1024
_ASKED: Final = struct.Struct(">II")
_ANSWERED: Final = struct.Struct(">III")
_WORK: Final = Path(__file__).with_name("picture_work.py")
"""Run by itself: nothing of the server is loaded with it, and its environment, which may hold secrets, stays here."""


class NoPicture(ValueError):
    """One sentence: why there is no thumbnail of this."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels as seen, turned as the picture says, and the small picture: WebP where it is transparent, else JPEG."""

    width: int
    height: int
    thumbnail: bytes

    @property
    def media_type(self) -> str:
        return "image/webp" if self.thumbnail[:4] == b"RIFF" else "image/jpeg"

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.thumbnail).digest()


class Pictures:
    """One picture at a time, in one process that is started when it is needed and again when it died."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def picture(self, data: bytes, side: int = THUMBNAIL_SIDE) -> Picture:
        """Raises NoPicture: too large, broken, no picture, or one that took too long or killed the process."""
        if len(data) > PICTURE_MAX:
            raise NoPicture("The picture has too many bytes.")
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    width, height, body = await self._asked(data, side)
            except TimeoutError:
                await self._end()
                raise NoPicture("The picture takes too long.") from None
            except (OSError, asyncio.IncompleteReadError):
                await self._end()
                raise NoPicture("The picture could not be opened.") from None
            except BaseException:
                await self._end()  # its answer would be taken for the next picture's
                raise
        if not width:
            raise NoPicture(body.decode())
        return Picture(width, height, body)

    async def close(self) -> None:
        async with self._turn:
            await self._end()

    async def _asked(self, data: bytes, side: int) -> tuple[int, int, bytes]:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(_WORK),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
        into, out = self._process.stdin, self._process.stdout
        assert into is not None
        assert out is not None
        into.write(_ASKED.pack(side, len(data)))
        into.write(data)
        await into.drain()
        width, height, size = _ANSWERED.unpack(await out.readexactly(_ANSWERED.size))
        return width, height, await out.readexactly(size)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
