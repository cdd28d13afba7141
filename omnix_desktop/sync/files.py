"""Attachments up and down; a download continues where it was cut off, as far as the server allows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Final

from omnix_desktop.ports import OFFLINE, Progress
from omnix_desktop.sync.http import Download, Http, Unreachable
from omnix_desktop.sync.tokens import SignedOut, Tokens
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import FileId
from omnix_protocol.messages import Attachment

_PIECE: Final = 64 * 1024
_TRIES: Final = 4
_PAUSE_SECONDS: Final = 0.5


class FileTransfers:
    """The port Transfers."""

    def __init__(self, http: Http, tokens: Tokens) -> None:
        self._http, self._tokens = http, tokens

    async def upload(self, path: Path, media_type: str, progress: Progress | None = None) -> Attachment | Refused:
        size = (await asyncio.to_thread(path.stat)).st_size
        try:
            token = await self._tokens.access()
            return await self._http.upload(token, path.name, media_type, size, _pieces(path, size, progress))
        except Unreachable:
            return OFFLINE
        except SignedOut as end:
            return end.refused

    async def download(self, file_id: FileId, target: Path, progress: Progress | None = None) -> Path | Refused:
        partial = target.with_name(target.name + ".part")
        for attempt in range(1, _TRIES + 1):
            try:
                token = await self._tokens.access()
                start = (await asyncio.to_thread(partial.stat)).st_size if partial.exists() else 0
                found = await self._http.download(token, file_id, start)
                if isinstance(found, Refused):
                    return found
                await _store(found, partial, progress)
                await asyncio.to_thread(partial.replace, target)
            except Unreachable:
                if attempt == _TRIES:
                    return OFFLINE
                await asyncio.sleep(_PAUSE_SECONDS * attempt)
            except SignedOut as end:
                return end.refused
            else:
                return target
        return OFFLINE

    async def read(self, file_id: FileId, most: int, *, thumbnail: bool = False) -> bytes | Refused:
        try:
            token = await self._tokens.access()
            found = await self._http.download(token, file_id, 0, thumbnail=thumbnail)
            if isinstance(found, Refused):
                return found
            read = bytearray()
            async with aclosing(found.pieces()) as pieces:
                async for piece in pieces:
                    read += piece
                    if len(read) > most:
                        return refused(Reason.ATTACHMENT_TOO_LARGE, limit=most)
        except Unreachable:
            return OFFLINE
        except SignedOut as end:
            return end.refused
        return bytes(read) if len(read) == found.size or not found.size else OFFLINE


async def _pieces(path: Path, size: int, progress: Progress | None) -> AsyncIterator[bytes]:
    done = 0
    with path.open("rb") as file:  # opening is quick; each piece is read in a thread
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
            done += len(piece)
            if progress is not None:
                progress(done, size)


async def _store(found: Download, partial: Path, progress: Progress | None) -> None:
    done = found.start
    with partial.open("ab" if done else "wb") as file:
        async for piece in found.pieces():
            await asyncio.to_thread(file.write, piece)
            done += len(piece)
            if progress is not None:
                progress(done, found.size)
    if found.size and done != found.size:
        raise Unreachable(f"{done} of {found.size} bytes came")
