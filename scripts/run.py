"""make run: the server with its demo tenant, customers who keep writing, and the desktop; or a tour of it.

Started in order, each when the one before is ready; ended in reverse order, whatever ends this.
"""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend.demo.seeding import CODE, PASSWORD
from tests.support.virtual_screen import missing_programs, virtual_screen
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "run"
AGENT = "sinta"
PICTURES = ROOT / "build" / "tour"


class Failed(Exception):
    """One sentence for the person at the terminal."""


@contextmanager
def running(name: str, command: list[str], env: Mapping[str, str], ready: Callable[[], bool]) -> Iterator[None]:
    """A program that is ready before the next begins; what it says goes to build/run/NAME.log."""
    log = FOLDER / f"{name}.log"
    with log.open("wb") as out:
        program = subprocess.Popen(
            [*DIES_WITH_US, sys.executable, "-u", "-m", *command],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def up() -> bool:
        if program.poll() is not None:
            raise Failed(f"The {name} ended with {program.returncode} at its start: {last_line(log)}")
        return ready()

    try:
        wait_until(up, f"the {name} is ready; see {log.relative_to(ROOT)}", timeout=60)
        yield
    finally:
        end(program)


def end(program: subprocess.Popen[bytes]) -> None:
    """Ask, wait, insist; with all that it started."""
    for number, patience in ((signal.SIGTERM, 12), (signal.SIGKILL, 5)):
        try:
            os.killpg(program.pid, number)
            program.wait(patience)
        except ProcessLookupError:
            program.wait()
            return
        except subprocess.TimeoutExpired:
            continue


def once(name: str, command: list[str], env: Mapping[str, str], *, quiet: bool = False) -> None:
    """A program that has to succeed; quiet, its words go to its log."""
    log = FOLDER / f"{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-u", "-m", *command], cwd=ROOT, env=dict(env), stdout=out if quiet else None, stderr=out
        )
    if done.returncode:
        raise Failed(f"The {name} ended with {done.returncode}: {last_line(log)}")


def last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return f"{lines[-1] if lines else 'it said nothing'} (build/run/{log.name})"


def port(preferred: int) -> int:
    """The same address every time, so that bookmarks hold; another where somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
    return preferred


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def start() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    server_port, simulator_port = port(8765), port(8766)
    url = f"http://127.0.0.1:{server_port}"
    env = os.environ | {
        "OMNIX_SERVER_PORT": str(server_port),
        "OMNIX_DATA_FOLDER": str(FOLDER / "server"),
        "OMNIX_CHANNELS_TELEGRAM_API": f"http://127.0.0.1:{simulator_port}",
    }
    with ExitStack() as parts:
        say("demo tenant")
        once("demo", ["backend", "demo"], env, quiet=True)
        say(f"server on {url}")
        parts.enter_context(running("server", ["backend", "serve"], env, lambda: answers(f"{url}/readyz")))
        say("customers who keep writing")
        customers = ["tests.simulators", "--server", url, "--port", str(simulator_port)]
        parts.enter_context(running("simulators", customers, env, lambda: listening(simulator_port)))
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            say("desktop; close its window to end everything")
            filled_in = {"OMNIX_TENANT": CODE, "OMNIX_EMAIL": f"{AGENT}@{CODE}.example", "OMNIX_PASSWORD": PASSWORD}
            once("desktop", ["omnix_desktop", "--server", url, "--profile", "demo"], env | filled_in)
        else:
            tour(url, env)
    return 0


def tour(url: str, env: Mapping[str, str]) -> None:
    """An agent's tour through the real window on a virtual screen."""
    if absent := missing_programs():
        raise Failed(f"There is no display, and for a virtual one these are missing: {', '.join(absent)}.")
    say("no display: an agent's tour on a virtual screen")
    with virtual_screen(1920, 1080) as screen:
        command = ["tests.end_to_end.tour", "--server", url, "--pictures", str(PICTURES)]
        once("tour", command, dict(env) | dict(screen.env))
    say(f"pictures in {PICTURES.relative_to(ROOT)}/: {len(list(PICTURES.glob('*.png')))}")


def say(what: str) -> None:
    print(f"run: {what}", flush=True)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return start()
    except (Failed, TimeoutError) as problem:
        print(f"run: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
