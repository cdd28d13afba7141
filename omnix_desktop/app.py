"""The composition root: one staged start. The frame stands before anything that fills it is imported."""

import gc
import json
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from omnix_desktop.platform.paths import home, profile_folder
from omnix_desktop.platform.qt_imports import leave_alone
from omnix_desktop.platform.restart import SCALE, command_line, environment, start_anew
from omnix_desktop.ui.shell.frame import Frame
from omnix_desktop.ui.shell.timings import Timings

RELEASE = "0.1.0"
FRAME_MS = 150
"""How long the first frame is waited for; a window system that is slower shows it later."""


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    server: str = ""
    profile: str = "default"
    safe_mode: bool = False
    wallboard: bool = False
    timings: Path | None = None


def looks(profile: str) -> dict[str, str]:
    """How the program last looked; nothing where that is not known."""
    try:
        known = json.loads((profile_folder(profile) / "profile.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in known.items()} if isinstance(known, dict) else {}


def _painted(app: QApplication, frame: Frame) -> None:
    """Once the window system has mapped the frame; what comes next keeps the loop from turning."""
    patience = QDeadlineTimer(FRAME_MS)
    while not frame.is_painted and not patience.hasExpired():
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    app.processEvents()


def _once_more(*, scaled: bool) -> int:
    """After everything was let go of, as a program of its own."""
    frozen = bool(getattr(sys, "frozen", False))
    command = command_line(sys.executable, sys.orig_argv, sys.argv, frozen=frozen)
    if start_anew(command, environment(os.environ, scaled=scaled, frozen=frozen)):
        return 0
    logging.getLogger("omnix_desktop.app").error("not started again: %s", command[0])
    return 1


def start(options: Options) -> int:
    """What the first frame needs, then the rest; the network last."""
    gc.disable()  # nothing made while starting is garbage
    leave_alone()
    timings = Timings(options.timings) if options.timings else None
    seen = {} if options.safe_mode else looks(options.profile)
    scaled = SCALE not in os.environ
    os.environ.setdefault(SCALE, seen.get("zoom", "1"))
    app = QApplication(["omnix-desktop"])
    app.setApplicationName("omnix-desktop")
    app.setApplicationDisplayName("Omnix Desktop")
    app.setApplicationVersion(RELEASE)
    app.setDesktopFileName("omnix-desktop")
    app.setQuitOnLastWindowClosed(False)
    from omnix_desktop.platform.instance import SingleInstance

    instance = SingleInstance(str(profile_folder(options.profile)))
    if not instance.claim():
        return 0
    frame = None
    if seen.get("stays"):
        frame = Frame(seen.get("ground", ""), seen.get("place", ""))
        if timings:
            timings.first(frame, "frame")
        frame.show()
        _painted(app, frame)

    from omnix_desktop.i18n import keep_catalogues, language, on_language_change, set_language
    from omnix_desktop.session import Lives, Profile
    from omnix_desktop.ui.shell.mark import mark
    from omnix_desktop.ui.shell.program import Program
    from omnix_desktop.ui.theme import theme

    profile = Profile(options.profile, options.server)
    keep_catalogues(home() / "catalogues")
    set_language(profile.known.language)
    forget = on_language_change(lambda: profile.remember(language=language()))
    mode = profile.known.theme if profile.known.theme in ("light", "dark") else "system"
    theme().install(app, mode, "fusion" if options.safe_mode else "qlementine")  # type: ignore[arg-type]  # checked
    app.setWindowIcon(mark())
    program = Program(Lives(profile), RELEASE, safe=options.safe_mode, wallboard=options.wallboard, timings=timings)
    instance.called.connect(program.come_forward)
    program.show(frame)
    app.processEvents()  # laid out and painted
    app.processEvents()  # what that asked for; the loop's own library comes afterwards
    gc.freeze()
    gc.enable()

    import asyncio

    import qasync

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(program.live())
    forget()
    instance.release()
    return _once_more(scaled=scaled) if program.again else 0
