"""Files in a folder of this machine (or one that all server machines mount)."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from backend import clock
from backend.files.base import FileGone, TooLarge

CHUNK: Final = 256 * 1024
NEW: Final = ".new-"
FORGOTTEN_SECONDS: Final = 6 * 3600
"""Nobody writes at one file for so long: what is older was begun by a process that died."""


class FolderFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        target = self._path(key)
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=NEW)
        written = 0
        try:
            async for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise TooLarge
                await asyncio.to_thread(_write, handle, chunk)
            await asyncio.to_thread(os.fsync, handle)
            await asyncio.to_thread(os.replace, name, target)
        except BaseException:
            _discard(name)
            raise
        finally:
            os.close(handle)
        return written

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except OSError:
            raise FileGone from None
        with file:
            await asyncio.to_thread(file.seek, start)
            while start < end and (chunk := await asyncio.to_thread(file.read, min(CHUNK, end - start))):
                start += len(chunk)
                yield chunk

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def tidy(self) -> None:
        await asyncio.to_thread(_tidy, self._folder, clock.now().timestamp() - FORGOTTEN_SECONDS)

    async def check(self) -> str:
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                return ""
        except OSError as error:
            return f"Files cannot be written to {self._folder} ({error.strerror}); give the server this folder."

    def _path(self, key: str) -> Path:
        path = (self._folder / key).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise FileGone
        return path


def _write(handle: int, chunk: bytes) -> None:
    """All of it: a disk that is nearly full takes a part without a word, and only the next write fails."""
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]


def _tidy(folder: Path, before: float) -> None:
    for left in folder.glob(f"*/{NEW}*"):
        try:
            if left.stat().st_mtime < before:
                left.unlink()
        except OSError:
            continue


def _discard(name: str) -> None:
    Path(name).unlink(missing_ok=True)
