"""Pictures of the screens from the cached workspace: `python -m tests.support.screenshots` writes docs/screenshots/."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.virtual_screen import virtual_screen

TARGET = Path("docs/screenshots")
SIZES = ((1366, 768), (1440, 900), (2560, 1440))
INSIDE = "OMNIX_SCREENSHOT"


def main(arguments: Sequence[str] | None = None) -> int:
    """One program for each size, theme and language, each in a screen of that size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--target", type=Path, default=TARGET)
    asked.add_argument("--size", help="only this one: 1440x900")
    asked.add_argument("--theme", choices=("light", "dark"))
    asked.add_argument("--language", choices=("id", "en"))
    asked.add_argument("--scale", default="1", help="of the letters and everything: 1 or 2")
    given = asked.parse_args(arguments)
    given.target.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        if given.size in (None, f"{width}x{height}"):
            with virtual_screen(width, height, keychain=False) as screen:
                env = {
                    **screen.env,
                    "QT_QPA_PLATFORM": "xcb",
                    "QT_SCALE_FACTOR": given.scale,
                    INSIDE: str(given.target),
                }
                for mode in (given.theme,) if given.theme else ("light", "dark"):
                    for language in (given.language,) if given.language else ("id", "en"):
                        args = [
                            sys.executable,
                            "-m",
                            "tests.support.screenshots_inside",
                            mode,
                            language,
                            str(width),
                            str(height),
                        ]
                        subprocess.run(args, env=env, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
