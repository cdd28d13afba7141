"""A server of our own, as a process that can be killed: SQLite, one tenant, started by its command line."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from omnix_desktop.sync.http import Http, Unreachable
from omnix_protocol import sign_in
from omnix_protocol.errors import Refused
from omnix_protocol.sign_in import SignedIn

TENANT: Final = "beban"
PASSWORD: Final = "kata-sandi-beban"  # noqa: S105  # of invented people on an own server
_START_SECONDS: Final = 60.0


class ServerProcess:
    """Set up once, then killed and begun again as often as a campaign likes; the port stays."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._log = folder / "server.log"
        self._environment = os.environ | {
            "OMNIX_SERVER_PORT": str(self.port),
            "OMNIX_DATA_FOLDER": str(folder / "server"),
            "OMNIX_SIGN_IN_HASH_MEMORY_KIB": "64",
            "OMNIX_SIGN_IN_HASH_ROUNDS": "1",
            "OMNIX_SIGN_IN_ACCESS_MINUTES": "2",
            "OMNIX_LOG_LEVEL": "warning",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def found(self, agents: int) -> str:
        """A tenant with agents, a supervisor and a web chat; the answer is the chat's address."""
        await asyncio.to_thread(self._command, "tenant", "add", "--code", TENANT, "--name", "Beban")
        await self._add_user("supervisor")
        for number in range(agents):
            await self._add_user("agent", number)
        said = await asyncio.to_thread(
            self._command, "channel", "add", "--tenant", TENANT, "--kind", "webchat", "--name", "Obrolan",
            "--group", "Agent",
        )  # fmt: skip
        return said.split()[-1]

    def begin(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backend", "serve"], env=self._environment, stdout=log, stderr=log
            )

    async def ready(self) -> None:
        """Until the door answers."""
        async with asyncio.timeout(_START_SECONDS):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                return

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    async def _add_user(self, role: str, number: int = 0) -> None:
        name = f"{role}{number}"
        await asyncio.to_thread(
            self._command, "user", "add", "--tenant", TENANT, "--email", email(role, number), "--name", name,
            "--role", role, "--group", "Agent", "--keep-password", said=PASSWORD,
        )  # fmt: skip

    def _command(self, *arguments: str, said: str = "") -> str:
        done = subprocess.run(  # noqa: S603  # our own words
            [sys.executable, "-m", "backend", *arguments], env=self._environment, input=said + "\n",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments[:2])}: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()


def email(role: str, number: int = 0) -> str:
    return f"{role}{number}@beban.test"


async def signed_in(server: str, address: str, device_id: str) -> SignedIn:
    """Sign in; waits for a server that is just being killed."""
    http = Http(server)
    request = sign_in.SignIn(tenant_code=TENANT, email=address, password=PASSWORD, device_id=device_id)
    try:
        while True:
            try:
                answer = await http.sign_in(request)
            except Unreachable:
                await asyncio.sleep(0.2)
                continue
            if not isinstance(answer, Refused):
                return answer
            await asyncio.sleep(0.5)
    finally:
        await http.close()


def spawn(arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Another process of this program."""
    with log.open("ab") as file:
        command = [sys.executable, "-m", "omnix_load", *arguments]
        return subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603  # our own words
