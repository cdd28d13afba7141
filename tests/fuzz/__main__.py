"""`python -m tests.fuzz --seconds 600`: all parsers share the time, one after the other; it tells what was found."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.fuzz.ways import ways

FOLDER = Path("build") / "fuzz"
SPARE_SECONDS = 600
"""For starting, instrumenting and the last input; a busy machine takes minutes."""


def fuzzed(name: str, seconds: int) -> tuple[int, list[str]]:
    """How many inputs were tried, and what was found."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    log = folder / "log"
    command = [sys.executable, "-m", "tests.fuzz.one", name, str(seconds), str(folder)]
    with log.open("wb") as output:
        try:
            ended = subprocess.run(command, stdout=output, stderr=output, timeout=seconds + SPARE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return 0, [f"not done after {seconds + SPARE_SECONDS} s: see {log}"]
    told = log.read_text(errors="replace")
    count = re.findall(r"stat::number_of_executed_units:\s+(\d+)", told)
    found = [file.read_text().partition("\n")[0] for file in sorted(folder.glob("*.txt"))]
    found += [file.name for file in sorted(folder.iterdir()) if file.name.startswith(("crash", "timeout", "oom"))]
    if ended.returncode != 0 or not count:
        found.append(f"ended with {ended.returncode}: see {log}")
    return int(count[-1]) if count else 0, found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="in all")
    parser.add_argument("names", nargs="*", help="all where none is named")
    asked = parser.parse_args()
    names = asked.names or sorted(ways())
    os.nice(10)
    total, findings = 0, 0
    for name in names:
        count, found = fuzzed(name, max(1, round(asked.seconds / len(names))))
        total, findings = total + count, findings + len(found)
        print(f"{name:<14} {count:>10,} inputs  {len(found)} findings", flush=True)
        for one in found:
            print(f"  {one}", flush=True)
    print(f"{'all':<14} {total:>10,} inputs  {findings} findings")
    return min(findings, 1)


if __name__ == "__main__":
    sys.exit(main())
