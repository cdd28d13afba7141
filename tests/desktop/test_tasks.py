"""A task has a name and an owner, ends with its owner, and never fails unseen; on both sides."""

import asyncio
from types import ModuleType

import pytest

import backend.tasks
import omnix_desktop.tasks


@pytest.fixture(params=[omnix_desktop.tasks, backend.tasks], ids=["desktop", "backend"])
def module(request: pytest.FixtureRequest) -> ModuleType:
    found: ModuleType = request.param
    return found


async def fail() -> None:
    raise ValueError("broken")


async def test_a_failure_is_reported_with_the_tasks_name(module: ModuleType) -> None:
    reported: list[tuple[str, BaseException]] = []
    tasks = module.Tasks("sync", lambda name, error: reported.append((name, error)))
    await asyncio.wait([tasks.start(fail(), "hello")])
    await asyncio.sleep(0)
    assert [(name, str(error)) for name, error in reported] == [("sync:hello", "broken")]


async def test_closing_ends_all_that_was_started_and_nothing_starts_after(
    module: ModuleType,
) -> None:
    tasks = module.Tasks("sync")
    running = tasks.start(asyncio.Event().wait(), "forever")
    await tasks.close()
    assert running.cancelled()
    with pytest.raises(RuntimeError, match="sync is closed and cannot start late"):
        tasks.start(fail(), "late")


async def test_a_task_may_close_its_own_owner(module: ModuleType) -> None:
    tasks = module.Tasks("sync")
    closing = tasks.start(tasks.close(), "close")
    await asyncio.wait_for(closing, 5)
    assert not closing.cancelled()


async def test_the_result_is_the_awaiters(module: ModuleType) -> None:
    async def answer() -> int:
        return 42

    assert await module.Tasks("sync").start(answer(), "answer") == 42
