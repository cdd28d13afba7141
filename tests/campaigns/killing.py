"""The server as a process that is killed now and then, and begun again at the same place."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol.conversations import Conversation
from tests.campaigns.company import Company
from tests.support.server_process import ROOT, answers, environment
from tests.support.waiting import DIES_WITH_US, until

REST_SECONDS = 600.0
NOTHING_NEW_SECONDS = 20.0
"""What has not come by then, with nothing due, will not come: the verdict says what is lost."""


class Victim:
    """`kills` times, spread by the dice over the work that is to be done."""

    def __init__(self, company: Company, kills: int, dice: random.Random) -> None:
        self._company = company
        self._moments = [(number + dice.random()) / kills * 0.95 for number in range(kills)]
        self._process: subprocess.Popen[bytes] | None = None
        self.killed = 0

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 30)

    async def killed_at_work(self, progress: Callable[[], float]) -> None:
        """`progress` goes from 0 to 1; returns when every kill has happened and the server is back."""
        for moment in self._moments:
            while progress() < moment:
                await asyncio.sleep(0.05)
            assert self._process is not None
            os.killpg(self._process.pid, signal.SIGKILL)
            if await asyncio.to_thread(self._process.wait) == -signal.SIGKILL:
                self.killed += 1
            print(f"  {time.strftime('%H:%M:%S')} killed {self.killed} of {len(self._moments)}", flush=True)
            await self._begin()

    async def at_rest(self, entries: int) -> None:
        """Nothing is due any more, and so many messages are there or no more come."""
        store = Store(DatabaseSettings(self._company.settings.database_url))
        known = moved = 0.0

        async def rests() -> bool:
            nonlocal known, moved
            there = await self._entries(store)
            if there != known:
                known, moved = there, time.monotonic()
            counts = await store.jobs.counts()
            due = any(count for (_, state), count in counts.items() if state == "due")
            return not due and (there >= entries or time.monotonic() - moved > NOTHING_NEW_SECONDS)

        try:
            await until(rests, "the server has worked through all of it", REST_SECONDS, 0.5)
        finally:
            await store.close()

    async def _entries(self, store: Store) -> int:
        async with store.read(self._company.tenant_id) as tx:
            return sum(conversation.entries for conversation in await tx.all(Conversation))

    async def _begin(self) -> None:
        company = self._company
        home = company.folder / "server"
        env = environment(DatabaseSettings(company.settings.database_url), home, company.port)
        env |= {"OMNIX_SERVER_PUBLIC_URL": company.url}
        log = (company.folder / "server.log").open("ab")
        command = [*DIES_WITH_US, sys.executable, "-m", "backend", "serve"]
        with log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        process = self._process

        async def ready() -> bool:
            return process.poll() is not None or await asyncio.to_thread(answers, f"{company.url}/readyz")

        await until(ready, "the server is ready", 60, 0.1)
        if process.poll() is not None:
            raise ChildProcessError((company.folder / "server.log").read_text()[-2000:])
