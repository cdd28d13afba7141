"""make run: every provider's simulator, the server with its demo tenant, customers, and the desktop or a tour of it.

Started in order, each when the one before is ready; ended in reverse order, whatever ends this.
"""

import argparse
import os
import signal
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
def running(
    name: str, command: list[str], env: Mapping[str, str], ready: Callable[[], bool], *, at_once: bool = False
) -> Iterator[Callable[[], None]]:
    """A program that is ready before the next begins, or `at_once`: then what is yielded waits for it.

    What it says goes to build/run/NAME.log.
    """
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

    def wait() -> None:
        wait_until(up, f"the {name} is ready; see {log.relative_to(ROOT)}", timeout=60)

    try:
        if not at_once:
            wait()
        yield wait
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


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def told(url: str) -> list[str]:
    """What the simulators tell at their door once they are connected; before that, nothing."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return list(answer.read().decode().splitlines())
    except (urllib.error.URLError, OSError):
        return []


def start(faults: str) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    server_port, telegram_port, door_port = free_port(8765), free_port(8766), free_port(8780)
    url, door = f"http://127.0.0.1:{server_port}", f"http://127.0.0.1:{door_port}"
    env = os.environ | {
        "OMNIX_SERVER_PORT": str(server_port),
        "OMNIX_SERVER_PUBLIC_URL": url,  # known, so that the server itself tells providers where it is
        "OMNIX_DATA_FOLDER": str(FOLDER / "server"),
        "OMNIX_CHANNELS_TELEGRAM_API": f"http://127.0.0.1:{telegram_port}",
        "OMNIX_FILES_INTERNAL_HOSTS": "127.0.0.1",  # where the simulators keep their files
    }
    with ExitStack() as parts:
        say(f"simulators of the providers; faults on demand at {door}/faults")
        simulators = ["tests.simulators", "--server", url, "--port", str(telegram_port), "--door", str(door_port)]
        simulators += ["--memory", str(FOLDER / "simulators.memory"), "--faults", faults]
        listen = running("simulators", simulators, env, lambda: listening(door_port), at_once=True)
        simulated = parts.enter_context(listen)
        say("demo tenant")
        once("demo", ["backend", "demo"], env, quiet=True)
        simulated()  # the server tells providers where it is as soon as it serves
        say(f"server on {url}")
        parts.enter_context(running("server", ["backend", "serve"], env, lambda: answers(f"{url}/readyz")))
        for sentence in wait_until(lambda: told(door), "accounts are connected; see build/run/simulators.log", 60):
            say(sentence)
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
    parser = argparse.ArgumentParser(prog="python -m scripts.run", description="What `make run` does.")
    parser.add_argument("--faults", default="", help="of the simulators, such as line=429,x=503:10%%,telegram=repeat")
    try:
        return start(parser.parse_args().faults)
    except (Failed, TimeoutError) as problem:
        print(f"run: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
