"""The composition root: one staged start. The frame stands before anything that fills it is imported."""

import gc
import json
from pathlib import Path
from typing import NamedTuple

from omnix_desktop.platform.paths import home, profile_folder
from omnix_desktop.platform.qt_imports import leave_alone

RELEASE = "0.1.0"


class Options(NamedTuple):
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


def start(options: Options) -> int:
    """What the first frame needs, then what the first paint shows, then the rest; the network last."""
    gc.disable()  # nothing made while starting is garbage
    leave_alone()
    from omnix_desktop.platform.instance import SingleInstance
    from omnix_desktop.platform.keychain import Keychain, session_of
    from omnix_desktop.platform.restart import start_again, use_scale
    from omnix_desktop.ui.shell.frame import Frame, application, paint_what_is_shown
    from omnix_desktop.ui.shell.timings import Timings

    timings = Timings(options.timings) if options.timings else None
    seen = {} if options.safe_mode else looks(options.profile)
    scaled = use_scale(seen.get("zoom", "1"))
    app = application(RELEASE)
    instance = SingleInstance(str(profile_folder(options.profile)))
    if not instance.claim():
        return 0
    frame, keychain = None, Keychain()
    if seen.get("stays"):
        keychain.read_ahead(session_of(options.profile))
        frame = Frame(seen.get("ground", ""), seen.get("place", ""))
        if timings:
            timings.first(frame, "frame")
        frame.paint_now()

    from omnix_desktop.i18n import keep_catalogues, language, on_language_change, set_language
    from omnix_desktop.session import Lives, Profile
    from omnix_desktop.ui.shell.later import Later
    from omnix_desktop.ui.shell.program import Program
    from omnix_desktop.ui.theme import mode_of, theme

    def fetch() -> Later:
        from omnix_desktop.ui.shell.fetched import LATER

        return LATER

    profile = Profile(options.profile, options.server, keychain)
    keep_catalogues(home() / "catalogues")
    set_language(profile.known.language)
    forget = on_language_change(lambda: profile.remember(language=language()))
    theme().install(app, mode_of(profile.known.theme), "fusion" if options.safe_mode else "qlementine")
    program = Program(
        Lives(profile), RELEASE, fetch, safe=options.safe_mode, wallboard=options.wallboard, timings=timings
    )
    program.show(frame)
    paint_what_is_shown()
    gc.freeze()
    gc.enable()

    import asyncio

    import qasync

    instance.called.connect(program.come_forward)
    instance.listen()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(program.live())
    forget()
    instance.release()
    return start_again(scaled=scaled) if program.again else 0
