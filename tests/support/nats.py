"""A nats-server of the tests' own, which they may also stop and start again."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import DIES_WITH_US, listening, wait_until


class NatsServer:
    def __init__(self) -> None:
        program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
        if program is None:
            raise FileNotFoundError("nats-server is missing; `make test` installs it.")
        self._program = program
        self._port = -1  # the server chooses; started again it keeps its port
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        with tempfile.TemporaryDirectory(prefix="omnix-nats-") as folder:
            options = ["-a", "127.0.0.1", "-p", str(self._port), "--ports_file_dir", folder]
            self._running = subprocess.Popen(
                [*DIES_WITH_US, self._program, *options],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._port = wait_until(lambda: self._chosen_port(Path(folder)), "nats-server starts")
        wait_until(lambda: listening(self._port), "nats-server listens")

    def stop(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def _chosen_port(self, folder: Path) -> int:
        if self._running is None or self._running.poll() is not None:
            raise RuntimeError(f"nats-server did not start on port {self._port}.")
        for file in folder.glob("*.ports"):
            try:
                return int(json.loads(file.read_text())["nats"][0].rpartition(":")[2])
            except ValueError:
                return 0  # half written
        return 0


@contextmanager
def nats_server() -> Iterator[NatsServer]:
    server = NatsServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
