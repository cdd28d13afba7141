"""An agent's machine on a virtual screen: who stayed signed in, the keychain, the two files; and its programs."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from omnix_desktop.platform.keychain import Keychain
from omnix_desktop.platform.paths import HOME, desk_folder
from omnix_desktop.session import Profile
from omnix_protocol.sign_in import SignedIn
from tests.support import cached_workspace
from tests.support.server_process import ROOT
from tests.support.virtual_screen import Screen, end
from tests.support.waiting import DIES_WITH_US

PROFILE = "bench"
DEVICE = "bench-device"
NOWHERE = "http://127.0.0.1:9"  # nobody listens: the desktop is offline
GROUND = "#ffffff"


class Furnishing(msgspec.Struct, frozen=True):
    """What stands on the machine: a cached workspace of this size, or somebody signed in at a server."""

    server: str = NOWHERE
    signed_in: SignedIn | None = None
    messages: int = 0
    handled: int = 0


@dataclass
class Program:
    """One running program; `began` on the monotonic clock, which all processes share."""

    process: subprocess.Popen[bytes]
    began: float
    timings: Path

    def noted(self) -> list[dict[str, Any]]:
        """The whole lines of its timings so far."""
        if not self.timings.exists():
            return []
        return [json.loads(line) for line in self.timings.read_text().split("\n")[:-1]]

    def moments(self) -> dict[str, float]:
        """Seconds from its start to the first of each moment."""
        first: dict[str, float] = {}
        for line in self.noted():
            first.setdefault(line["moment"], line["at"] - self.began)
        return first

    def memory(self) -> float:
        """Proportional set size in MiB."""
        return memory(self.process.pid)


def memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"/proc/{pid}/smaps_rollup says nothing of PSS")


@dataclass
class Seat:
    screen: Screen
    home: Path
    runs: int = field(default=0)

    @property
    def env(self) -> Mapping[str, str]:
        env = {**self.screen.env, HOME: str(self.home), "PYTHONPYCACHEPREFIX": str(self.home / "bytecode")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # no user compiles the program at each start
        return env

    def furnish(self, what: Furnishing) -> None:
        """In a process of its own: the keychain is the screen's."""
        command = [sys.executable, "-m", "benchmarks.seat"]
        subprocess.run(command, input=msgspec.json.encode(what), env=dict(self.env), cwd=ROOT, check=True)

    @contextmanager
    def desktop(self) -> Iterator[Program]:
        """The real program, ended afterwards."""
        self.runs += 1
        timings = self.home / f"timings-{self.runs}.jsonl"
        command = [sys.executable, "-m", "omnix_desktop", "--profile", PROFILE, "--timings", str(timings)]
        began = time.monotonic()
        process = subprocess.Popen([*DIES_WITH_US, *command], env=dict(self.env), cwd=ROOT, start_new_session=True)
        try:
            yield Program(process, began, timings)
        finally:
            end(process)


def furnish(what: Furnishing) -> None:
    signed_in = what.signed_in or cached_workspace.signed_in()
    profile = Profile(PROFILE, what.server)
    profile.remember(
        tenant_code=signed_in.tenant_code, tenant_name=signed_in.tenant_name, device_id=DEVICE, theme="light",
        stays="yes", ground=GROUND,
    )  # fmt: skip
    folder = desk_folder(PROFILE, signed_in.tenant_code, signed_in.user_id)
    if what.messages:
        made = cached_workspace.build(folder, messages=what.messages, handled=what.handled, unsent=False)
        engine, local = made.open()
        local.save_setting("opened", made.handled[0].id.encode()).result()
        engine.close()
    profile.keep(signed_in)
    name = f"{PROFILE}|{signed_in.tenant_code}|{signed_in.user_id}|files"
    if not Keychain().put(name, cached_workspace.KEY.hex()):
        sys.exit("the screen has no keychain")


if __name__ == "__main__":
    furnish(msgspec.json.decode(sys.stdin.buffer.read(), type=Furnishing))
