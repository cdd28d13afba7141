"""Crash handler, arguments, then app.start()."""

import argparse
import faulthandler
import logging
import sys
from logging.handlers import RotatingFileHandler
from types import TracebackType

from omnix_desktop.app import RELEASE, Options, start
from omnix_desktop.platform.paths import log_folder

_log = logging.getLogger("omnix_desktop")


def main() -> int:
    """The command `omnix-desktop`."""
    asked = argparse.ArgumentParser(prog="omnix-desktop", description="The desktop of a contact centre's agents.")
    asked.add_argument("--server", default="", help="address of the server, https://…; remembered in the profile")
    asked.add_argument("--profile", default="default", help="settings and files under this name")
    asked.add_argument("--safe-mode", action="store_true", help="plain style, panels at their places")
    asked.add_argument("--wallboard", action="store_true", help="open the wallboard after signing in")
    asked.add_argument("--version", action="version", version=f"Omnix Desktop {RELEASE}")
    given = asked.parse_args()
    if given.server and not given.server.startswith(("http://", "https://")):
        asked.error(f"--server {given.server}: an address begins with https:// (or http:// on this machine)")
    _note_crashes()
    return start(Options(given.server.rstrip("/"), given.profile, given.safe_mode, given.wallboard))


def _note_crashes() -> None:
    """What ends the program, or would have, stands in a file afterwards."""
    folder = log_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "desktop.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8")
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    except OSError as error:
        print(f"Omnix cannot write its log to {folder}: {error.strerror}.", file=sys.stderr)
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    sys.excepthook = _report


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("unexpected", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


if __name__ == "__main__":
    sys.exit(main())
