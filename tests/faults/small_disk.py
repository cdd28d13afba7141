"""A disk of a few megabytes that a program has to itself, and that a test can fill and empty again."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

OWN_MOUNTS = ("unshare", "--map-root-user", "--mount", "sh", "-c")
needs_own_mounts = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*OWN_MOUNTS, "true"], capture_output=True).returncode != 0,
    reason="no mount of one's own here",
)
BALLAST = "ballast"


def on_small_disk(folder: Path, size: str, command: Sequence[str]) -> list[str]:
    """The command, for whom what lies in this folder is on a disk of its own of this size."""
    script = (
        'cp -a "$1" "$1.was" && mount -t tmpfs -o size="$2" tmpfs "$1" && cp -a "$1.was/." "$1" && shift 2 && exec "$@"'
    )
    return [*OWN_MOUNTS, script, "sh", str(folder), size, *command]


class SmallDisk:
    """The disk as it is for the process of this id."""

    def __init__(self, process_id: int, folder: Path) -> None:
        self._folder = Path(f"/proc/{process_id}/root{folder}")

    def fill(self, *, but: int = 0) -> None:
        """Up to the last byte, or but for so many."""
        with (self._folder / BALLAST).open("ab", buffering=0) as ballast:
            for block in (b"\0" * 65_536, b"\0" * 512):
                with contextlib.suppress(OSError):  # no space left: that is what it is for
                    while ballast.write(block):
                        pass
            ballast.truncate(ballast.seek(0, os.SEEK_END) - but)

    def empty(self) -> None:
        (self._folder / BALLAST).unlink()

    def files(self, pattern: str) -> list[Path]:
        return sorted(self._folder.glob(pattern))
