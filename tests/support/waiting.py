"""Waiting on a condition, never for a while; and ports that are free."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")

# before a command: the kernel ends the program when its parent is gone, however that came about
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")


def free_port(preferred: int = 0) -> int:
    """A port of the loopback that was free a moment ago: this one, unless somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if preferred else 0)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], T], what: str, timeout: float = 20.0, pause: float = 0.02) -> T:
    """The first true value of the condition; TimeoutError names what did not come."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {timeout:g} s in vain: {what}.")
        time.sleep(pause)
    return value


@overload
async def until(condition: Callable[[], Awaitable[T]], what: str, timeout: float = 20.0, pause: float = 0.01) -> T: ...
@overload
async def until(condition: Callable[[], T], what: str, timeout: float = 20.0, pause: float = 0.01) -> T: ...
async def until(condition: Callable[[], T | Awaitable[T]], what: str, timeout: float = 20.0, pause: float = 0.01) -> T:
    """wait_until for a test that runs in the loop; the condition may be a coroutine function."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        value = await found if isinstance(found, Awaitable) else found
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {timeout:g} s in vain: {what}.")
        await asyncio.sleep(pause)


def listening(port: int) -> bool:
    """Does somebody answer on this port of the loopback?"""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
