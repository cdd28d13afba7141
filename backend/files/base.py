"""What a place for files must do; names are our own ids, never a customer's."""

from collections.abc import AsyncIterator
from typing import Protocol


class TooLarge(Exception):
    """More bytes came than were allowed; nothing was kept."""


class FileGone(Exception):
    """There are no bytes under this key."""


class Files(Protocol):
    """Keys are `tenant/file` ids. A file appears whole or not at all."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        """The number of bytes written. Raises TooLarge."""

    def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes from start up to, not including, end. Raises FileGone."""

    async def delete(self, key: str) -> None:
        """Without complaint where there is nothing."""

    async def tidy(self) -> None:
        """Take away what a process that died had begun to write; nobody saw it."""

    async def check(self) -> str:
        """A sentence about what is wrong with the place; empty: nothing."""
