"""`omnix-desktop --doctor`: what IT asks first, on one page, and a bundle to send that holds nothing secret."""

import importlib.metadata
import platform
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import qVersion

from omnix_desktop.platform.keychain import Keychain
from omnix_desktop.platform.paths import home, log_folder

_LIBRARIES = ("PySide6", "qasync", "httpx", "websockets", "SQLAlchemy", "sqlcipher3", "msgspec", "keyring")
_LOW = 500 * 1024 * 1024


def findings(release: str) -> Iterator[tuple[str, str, bool]]:
    """What, how it is, and whether that is well."""
    yield "program", f"Omnix Desktop {release}, Python {platform.python_version()}, Qt {qVersion()}", True
    yield "system", f"{platform.system()} {platform.release()}, {platform.machine()}", True
    folder = home()
    yield "files", str(folder), _writable(folder)
    free = shutil.disk_usage(folder if folder.exists() else Path.home()).free
    yield "free space", f"{free // 1024 // 1024} MiB", free > _LOW
    kept = Keychain().available
    yield "keychain", "found" if kept else "none: the password is asked at each start", kept
    for name in _LIBRARIES:
        version = _version(name)
        yield name, version or "missing", bool(version)


def report(release: str) -> int:
    """Print the page; 1 where something is not well."""
    well = True
    for what, how, fine in findings(release):
        well = well and fine
        print(f"{'ok ' if fine else '!! '} {what:<12} {how}")
    return 0 if well else 1


def bundle(target: Path, release: str) -> None:
    """The page and the redacted logs in one file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        page = "\n".join(f"{'ok' if fine else '!!'} {what}: {how}" for what, how, fine in findings(release))
        packed.writestr("doctor.txt", page)
        for log in sorted(log_folder().glob("*.log*")):
            packed.write(log, f"logs/{log.name}")
    print(f"{target} holds the findings and the logs.", file=sys.stderr)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
