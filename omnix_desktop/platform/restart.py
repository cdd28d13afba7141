"""The same program once more, with what it was started with; what Qt reads once per process is read anew then."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QProcess, QProcessEnvironment

SCALE = "QT_SCALE_FACTOR"
"""The size of everything, which Qt reads when its application is made and never again."""
AFRESH = "PYINSTALLER_RESET_ENVIRONMENT"
"""To a frozen program: who starts you is not your parent, take nothing over from it."""
_log = logging.getLogger("omnix_desktop.platform.restart")


def use_scale(size: str) -> bool:
    """Before Qt's application is made. Whether the size is this program's own: the user's own scale comes first."""
    ours = SCALE not in os.environ
    os.environ.setdefault(SCALE, size)
    return ours


def command_line(executable: str, given: Sequence[str], arguments: Sequence[str], *, frozen: bool) -> list[str]:
    """What starts this program again: `given` to the interpreter, or as a frozen program the `arguments` alone."""
    return [executable, *(arguments if frozen else given)[1:]]


def environment(ours: Mapping[str, str], *, scaled: bool, frozen: bool) -> dict[str, str]:
    """As it was before this program; `scaled` says that the scale in it is this program's own."""
    kept = {name: value for name, value in ours.items() if not (scaled and name == SCALE)}
    if frozen:
        kept[AFRESH] = "1"
    return kept


def start_anew(command: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether it was started; it does not end with this one."""
    process, theirs = QProcess(), QProcessEnvironment()
    for name, value in variables.items():
        theirs.insert(name, value)
    process.setProcessEnvironment(theirs)
    process.setProgram(command[0])
    process.setArguments(list(command[1:]))
    started: object = process.startDetached()  # with an id beside it in some versions
    return bool(started[0] if isinstance(started, tuple) else started)


def start_again(*, scaled: bool) -> int:
    """This program, after it let go of everything, as a process of its own; the exit code of this one."""
    frozen = bool(getattr(sys, "frozen", False))
    command = command_line(sys.executable, sys.orig_argv, sys.argv, frozen=frozen)
    if start_anew(command, environment(os.environ, scaled=scaled, frozen=frozen)):
        return 0
    _log.error("not started again: %s", command[0])
    return 1
