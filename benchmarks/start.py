"""Start with 100,000 cached messages, beside a bare PySide6 window with four docks; memory 10 s later."""

import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, median, tell
from benchmarks.places import folder
from benchmarks.seat import Furnishing, Program, Seat
from tests.support.server_process import ROOT
from tests.support.virtual_screen import end, virtual_screen
from tests.support.waiting import DIES_WITH_US, wait_until

MESSAGES = 100_000
HANDLED = 60
ROUNDS = 9
LATER = 10.0
USABLE = ("channel_list", "handling_list", "thread")


def bare(seat: Seat) -> float:
    """Seconds from the process's start to the painted window."""
    command = [*DIES_WITH_US, sys.executable, "-m", "benchmarks.bare_window"]
    began = time.monotonic()
    process = subprocess.Popen(
        command, env=dict(seat.env), cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        return float(process.stdout.readline()) - began
    finally:
        end(process)


def started(program: Program) -> dict[str, float]:
    wait_until(lambda: {"frame", *USABLE} <= program.moments().keys(), "queue and conversation are painted", 30)
    return program.moments()


def measure() -> Iterator[Figure]:
    frame: list[float] = []
    usable: list[float] = []
    plain: list[float] = []
    kept: list[float] = []
    with folder() as home, virtual_screen() as screen:
        seat = Seat(screen, home)
        seat.furnish(Furnishing(messages=MESSAGES, handled=HANDLED))
        for number in range(-1, ROUNDS):
            aside = bare(seat)
            with seat.desktop() as program:
                moments = started(program)
                if number >= 0:  # the first pair only warms the disk's cache
                    plain.append(aside)
                    frame.append(moments["frame"])
                    usable.append(max(moments[name] for name in USABLE))
                if number >= ROUNDS - 3:
                    time.sleep(max(0.0, program.began + LATER - time.monotonic()))
                    kept.append(program.memory())
    yield Figure(name="start: bare PySide6 window with four docks", value=median(plain) * 1000, unit="ms")
    yield Figure(name="start: frame of the window", value=median(frame) * 1000, unit="ms")
    yield Figure(name="start: queue and conversation painted", value=median(usable) * 1000, unit="ms")
    pairs = list(zip(plain, frame, usable, strict=True))
    yield Figure(name="start: frame against bare", value=median([f / b for b, f, _ in pairs]), unit="×", bound=1.3)
    ratio = median([u / b for b, _, u in pairs])
    yield Figure(name="start: queue and conversation against bare", value=ratio, unit="×", bound=2.5)
    yield Figure(name=f"start: memory (PSS) {LATER:.0f} s later", value=median(kept), unit="MiB", bound=150)


if __name__ == "__main__":
    tell(measure)
