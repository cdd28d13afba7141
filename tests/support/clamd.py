"""Debian's clamd on a socket of the test's own, which knows one virus: a harmless text."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

PROGRAM = "/usr/sbin/clamd"
VIRUS = b"OMNIX-TEST-VIRUS-7f3a9c"
"""Not EICAR's text: that would set off the scanners of the machines on which this repository lies."""
VIRUS_NAME = "Omnix.Test.Virus.UNOFFICIAL"
STREAM_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RealClamd:
    tcp: str
    unix: str


@contextmanager
def clamd(folder: Path) -> Iterator[RealClamd]:
    """The scanner with a signature of our own; nothing is fetched from anywhere."""
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "omnix.ndb").write_text(f"Omnix.Test.Virus:0:*:{VIRUS.hex()}\n")
    port, socket = free_port(), folder / "clamd.sock"
    settings = {
        "DatabaseDirectory": signatures,
        "TemporaryDirectory": folder,
        "TCPSocket": port,
        "TCPAddr": "127.0.0.1",
        "LocalSocket": socket,
        "Foreground": "yes",
        "MaxThreads": 2,
        "StreamMaxLength": STREAM_MAX,
    }
    file = folder / "clamd.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    command = [*DIES_WITH_US, PROGRAM, f"--config-file={file}"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(lambda: socket.exists() and listening(port), "clamd listens")
        yield RealClamd(f"tcp://127.0.0.1:{port}", f"unix:{socket}")
    finally:
        running.terminate()
        running.wait()
