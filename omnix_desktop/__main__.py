"""Crash handler, arguments, then app.start()."""

import argparse
import faulthandler
import logging
import sys
from pathlib import Path
from types import TracebackType

from omnix_desktop.app import RELEASE, Options, start
from omnix_desktop.doctor import bundle, report
from omnix_desktop.logs import start_logging
from omnix_desktop.platform.paths import log_folder

_log = logging.getLogger("omnix_desktop")


def main() -> int:
    """The command `omnix-desktop`."""
    asked = argparse.ArgumentParser(prog="omnix-desktop", description="The desktop of a contact centre's agents.")
    asked.add_argument("--server", default="", help="address of the server, https://…; remembered in the profile")
    asked.add_argument("--profile", default="default", help="settings and files under this name")
    asked.add_argument("--safe-mode", action="store_true", help="plain style, panels at their places")
    asked.add_argument("--wallboard", action="store_true", help="open the wallboard after signing in")
    asked.add_argument("--timings", type=Path, metavar="FILE", help="note in this file what was painted when")
    asked.add_argument("--version", action="version", version=f"Omnix Desktop {RELEASE}")
    asked.add_argument("--doctor", action="store_true", help="say what is well on this machine and what is not")
    asked.add_argument("--bundle", type=Path, metavar="FILE", help="with --doctor: findings and logs as a zip file")
    given = asked.parse_args()
    if given.doctor or given.bundle:
        if given.bundle:
            bundle(given.bundle, RELEASE)
        return report(RELEASE)
    if given.server and not given.server.startswith(("http://", "https://")):
        asked.error(f"--server {given.server}: an address begins with https:// (or http:// on this machine)")
    _note_crashes()
    return start(Options(given.server.rstrip("/"), given.profile, given.safe_mode, given.wallboard, given.timings))


def _note_crashes() -> None:
    """What ends the program, or would have, stands in a file afterwards."""
    folder = log_folder()
    try:
        start_logging(folder)
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    except OSError as error:
        print(f"Omnix cannot write its log to {folder}: {error.strerror}.", file=sys.stderr)
        return
    sys.excepthook = _report


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("unexpected", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


if __name__ == "__main__":
    sys.exit(main())
