"""Argon2id in a few threads with a bounded line before them; an unknown user costs as much as a known one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.config import SignIn

_NOBODY: Final = "nobody has this password"


class Busy(Exception):
    """Too many passwords wait to be looked at."""


class Passwords:
    """Made once for a process; hashing never runs in the event loop and never inside a transaction."""

    def __init__(self, settings: SignIn) -> None:
        self._hasher = PasswordHasher(settings.hash_rounds, settings.hash_memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(settings.hash_threads, thread_name_prefix="passwords")
        self._room = settings.hash_queue + settings.hash_threads
        self._nobody = self._hasher.hash(_NOBODY)

    async def hash(self, password: str) -> str:
        """Raises Busy."""
        return await self._work(password, None) or ""

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is this password; no stored hash takes the same time and is no. Raises Busy."""
        return await self._work(password, stored if stored is not None else self._nobody) is not None and (
            stored is not None
        )

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _work(self, password: str, stored: str | None) -> str | None:
        if self._room <= 0:
            raise Busy
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._in_thread, password, stored)
        finally:
            self._room += 1

    def _in_thread(self, password: str, stored: str | None) -> str | None:
        if stored is None:
            return self._hasher.hash(password)
        try:
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return None
        return stored
