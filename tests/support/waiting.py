"""Waiting on a condition, never for a while; and ports that are free."""

import asyncio
import itertools
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar, overload

T = TypeVar("T")

# before a command: the kernel ends the program when its parent is gone, however that came about
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")


PORTS_OF_A_WORKER = 1_500


def worker_ports() -> Iterator[int]:
    """Below the ports that the kernel gives by itself, so that nobody gets one between asking and using it."""
    first = 20_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8 * PORTS_OF_A_WORKER
    for number in itertools.count(os.getpid() * 37):  # two runs on one machine begin apart
        yield first + number % PORTS_OF_A_WORKER


_ports = worker_ports()


def free_port(preferred: int = 0) -> int:
    """A port of the loopback that was free a moment ago: this one, unless somebody has it."""
    if preferred and can_be_had(preferred, reused=True):
        return preferred
    return next(port for port in _ports if can_be_had(port))


def can_be_had(port: int, reused: bool = False) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reused)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
