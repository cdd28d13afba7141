"""`omnix-desktop --doctor`: what IT asks first, on one page, and a bundle to send that holds nothing secret."""

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from omnix_desktop.platform.keychain import Keychain
from omnix_desktop.platform.paths import home, log_folder
from omnix_desktop.platform.qt_imports import qt_version

_LIBRARIES = ("PySide6", "qasync", "httpx", "websockets", "SQLAlchemy", "sqlcipher3", "msgspec", "keyring")
_LOW = 500 * 1024 * 1024


def findings(release: str) -> Iterator[tuple[str, str, bool]]:
    """What, how it is, and whether that is well."""
    yield "program", f"Omnix Desktop {release}, Python {platform.python_version()}, Qt {qt_version()}", True
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
    import zipfile  # not before the first frame of whoever does not ask for a bundle

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
    import importlib.metadata  # nor this: it brings the library for mail

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
