"""Key press to painted frame when another conversation is opened; memory after 1,000 switches."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, median, percentile, tell
from benchmarks.places import folder
from benchmarks.seat import Furnishing, Seat
from tests.support.server_process import ROOT
from tests.support.virtual_screen import virtual_screen

MESSAGES = 100_000  # a tenth of them in the first conversation
HANDLED = 100
SWITCHES = 1000
LIVES = 2


def told(seat: Seat) -> dict[str, Any]:
    """One life of the program: its switches are timed inside of it."""
    command = [sys.executable, "-m", "benchmarks.switching_inside", str(HANDLED), str(SWITCHES)]
    done = subprocess.run(command, env=dict(seat.env), cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=300)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure() -> Iterator[Figure]:
    with folder() as home, virtual_screen() as screen:
        seat = Seat(screen, home)
        seat.furnish(Furnishing(messages=MESSAGES, handled=HANDLED))
        lives = [told(seat) for _ in range(LIVES)]
    for name, key, bound in (("visited before", "again", 16.0), ("not visited", "first", 50.0)):
        thread, customer = ([took[part] * 1000 for life in lives for took in life[key]] for part in (0, 1))
        beside = f"{percentile(customer, 0.99):.1f} ms with the customer beside it"
        note = f"median {median(thread):.1f} ms, {len(thread):,} switches; {beside}"
        value = percentile(thread, 0.99)
        yield Figure(name=f"switching, {name}: 99th percentile", value=value, unit="ms", bound=bound, note=note)
    before = median(list(itertools.chain.from_iterable(life["before"] for life in lives)))
    grown = median([life["after"][0] / life["before"][0] - 1 for life in lives]) * 100
    yield Figure(name="desktop before its switches, memory (PSS)", value=before, unit="MiB")
    yield Figure(name=f"memory after {SWITCHES:,} switches: grown", value=grown, unit="%", bound=5)


if __name__ == "__main__":
    tell(measure)
