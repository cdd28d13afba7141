"""The only place of the desktop that starts a task: named, owned, exceptions reported."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Report = Callable[[str, BaseException], None]


def log_failure(name: str, error: BaseException) -> None:
    logging.getLogger("omnix_desktop.tasks").error("task %s failed", name, exc_info=error)


class Tasks:
    """The tasks of one owner: who makes it closes it, and with it all that it started.

    An exception that ends a task goes to `report` at once, whether or not anybody awaits the task.
    """

    def __init__(self, owner: str, report: Report = log_failure) -> None:
        self._owner = owner
        self._report = report
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        if self._closed:
            work.close()
            raise RuntimeError(f"{self._owner} is closed and cannot start {name}.")
        task = asyncio.create_task(work, name=f"{self._owner}:{name}")  # noqa: TID251  # its home
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel what runs and wait until it has ended; what calls this is not cancelled."""
        self._closed = True
        ending = self._running - {asyncio.current_task()}
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(task.get_name(), error)
