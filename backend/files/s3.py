"""Files in an S3 bucket, by obstore; the client's settings come from AWS_… variables."""

from collections.abc import AsyncIterator
from typing import Any, Final

import obstore
from obstore.store import from_url

from backend.files.base import FileGone, TooLarge

CHUNK: Final = 1024 * 1024


class ObjectFiles:
    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> "ObjectFiles":
        return cls(from_url(url))

    async def put(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        # an upload that fails on the way is never completed, so nobody sees half a file
        written = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal written
            async for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise TooLarge
                yield chunk

        try:
            await obstore.put_async(self._store, key, counted())
        except Exception:
            if written > limit:
                raise TooLarge from None
            raise
        return written

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end:
            stop = min(start + CHUNK, end)
            try:
                part = await obstore.get_range_async(self._store, key, start=start, end=stop)
            except FileNotFoundError:
                raise FileGone from None
            yield bytes(part)
            start = stop

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def tidy(self) -> None:
        """Nothing to do: parts of an upload that never ended are the bucket's own rule to take away."""

    async def check(self) -> str:
        try:
            await obstore.list_with_delimiter_async(self._store)
        except Exception as error:
            return f"The bucket does not answer ({type(error).__name__}); look at data.files and the AWS_… variables."
        return ""
