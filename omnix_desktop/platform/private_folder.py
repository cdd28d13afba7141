"""Where files stand that the system's programs are asked to open: for this user alone, and gone with the program."""

import atexit
import os
import re
import shutil
import tempfile
import unicodedata
from pathlib import Path

_PREFIX = "omnix-opened-"
_BAD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
NAME_MAX = 120


def safe_name(name: str) -> str:
    """A name that is no path, hides nothing and does not turn its end around; "file" where nothing is left."""
    plain = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    plain = _BAD.sub("_", plain).strip(" .")
    if len(plain) > NAME_MAX:
        stem, dot, end = plain.rpartition(".")
        plain = stem[: NAME_MAX - len(end) - 1] + dot + end if dot and len(end) <= 10 else plain[:NAME_MAX]
    return plain or "file"


class PrivateFolder:
    """Made when first used, with mode 0700; what a program that died left behind is taken away then."""

    def __init__(self, within: Path | None = None) -> None:
        self._within = within or Path(tempfile.gettempdir())
        self._folder: Path | None = None

    def place_for(self, key: str, name: str) -> Path:
        """Where a file of this name stands; each key has a folder of its own, so that no two names meet."""
        if self._folder is None or not self._folder.is_dir():
            self._sweep()
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._within))
            atexit.register(self.clear)
        folder = self._folder / re.sub(r"[^A-Za-z0-9-]", "_", key)[:64]
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / safe_name(name)

    def clear(self) -> None:
        """Everything in it, now; a program that still shows a file keeps what it has read."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            atexit.unregister(self.clear)

    def _sweep(self) -> None:
        for left in self._within.glob(f"{_PREFIX}*"):
            pid = left.name.removeprefix(_PREFIX).partition("-")[0]
            if pid.isdigit() and not _lives(int(pid)) and _is_own(left):
                shutil.rmtree(left, ignore_errors=True)


def _is_own(path: Path) -> bool:
    if path.is_symlink() or not hasattr(os, "getuid"):
        return not path.is_symlink()
    return path.stat().st_uid == os.getuid()


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":  # there is no question that does not also end it: leave what is there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
