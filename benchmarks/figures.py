"""One measured line: what, how much, against which bound, and whether it holds."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`bound` is None for a figure that is only printed beside another."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False  # the bound is a floor, not a ceiling
    note: str = ""

    @property
    def holds(self) -> bool | None:
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        verdict = {True: "holds", False: "falls short", None: ""}[self.holds]
        sign = "≥" if self.at_least else "≤"
        bound = "" if self.bound is None else f"{sign} {number(self.bound)} {self.unit}"
        return f"{self.name:<58} {number(self.value):>10} {self.unit:<6} {bound:<16} {verdict:<12} {self.note}".rstrip()


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` is between 0 and 1."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def tell(measure: Callable[[], Iterable[Figure]]) -> None:
    """For a benchmark run as a module: its figures as JSON lines, for `python -m benchmarks` to read."""
    for figure in measure():
        sys.stdout.write(json.dumps(msgspec.to_builtins(figure)) + "\n")
        sys.stdout.flush()
