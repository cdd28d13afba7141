"""Runs the benchmarks one after the other, each in its own process, prints their lines, keeps them in RESULTS.md."""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.figures import Figure, number

HERE = Path(__file__).parent
ALL = ("start", "switching", "painted", "queues", "burst", "webhook", "ingest")
PATIENCE = 900


def measured(name: str) -> tuple[list[Figure], str]:
    """The figures of one benchmark, and what went wrong where something did."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    try:
        done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return [], f"not done after {PATIENCE} s"
    figures = [msgspec.json.decode(line, type=Figure) for line in done.stdout.splitlines() if line.startswith("{")]
    fault = "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"
    return figures, fault


def table(figures: list[Figure]) -> str:
    rows = ["| what | figure | bound | | note |", "| --- | --- | --- | --- | --- |"]
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        bound = "" if one.bound is None else f"{sign} {number(one.bound)} {one.unit}"
        verdict = {True: "holds", False: "**falls short**", None: ""}[one.holds]
        rows.append(f"| {one.name} | {number(one.value)} {one.unit} | {bound} | {verdict} | {one.note} |")
    return "\n".join(rows)


def write(figures: list[Figure], faults: list[str], when: datetime) -> None:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    text = (
        f"# Results\n\n`make bench`, {when:%Y-%m-%d}, {machine}. Method: [README.md](README.md).\n\n{table(figures)}\n"
    )
    if faults:
        text += "\nNot measured: " + "; ".join(faults) + ".\n"
    (HERE / "RESULTS.md").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *ALL], help="all of them where none is named")
    names = parser.parse_args().names or ALL
    figures: list[Figure] = []
    faults: list[str] = []
    for name in names:
        found, fault = measured(name)
        figures += found
        for figure in found:
            print(figure.line(), flush=True)
        if fault:
            faults.append(f"{name}: {fault}")
            print(f"{name}: {fault}", flush=True)
    if len(names) == len(ALL):
        write(figures, faults, datetime.now(UTC))


if __name__ == "__main__":
    main()
