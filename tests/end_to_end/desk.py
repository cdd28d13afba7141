"""A program as the person at the desk has it: found by what a screen reader reads, used by mouse and keyboard."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tests.support.virtual_screen import Screen, end
from tests.support.waiting import DIES_WITH_US, wait_until

DEBIAN_PYTHON = "/usr/bin/python3"  # pyatspi belongs to it
READER = Path(__file__).parent / "accessibility_reader.py"
PATIENCE = 40.0
PAUSE = 0.1  # each look walks the window's whole tree, which the window has to answer
T = TypeVar("T")


class Seen(msgspec.Struct, frozen=True):
    """One accessible thing of a window."""

    name: str
    role: str
    description: str
    text: str
    showing: bool
    enabled: bool
    focused: bool
    checked: bool


@dataclass
class Desk:
    """The window of one running program. Whatever is named is waited for."""

    screen: Screen
    process: subprocess.Popen[bytes]
    reader: subprocess.Popen[bytes]
    log: Path | None = None

    def until(self, condition: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
        """The condition's first true value; where it does not come, pictures beside the log show what was there."""
        try:
            return wait_until(condition, what, patience, PAUSE)
        except TimeoutError:
            if self.process.poll() not in (None, 0):
                raise ChildProcessError(f"the program ended with {self.process.returncode} before {what}") from None
            if self.log is not None:
                self.screen.picture().save(self.log.with_suffix(".png"))
                seen = "\n".join(f"{one.role} {one.name!r}{' FOCUSED' * one.focused}" for one in self.all())
                self.log.with_suffix(".seen.txt").write_text(seen)
            raise

    def all(self, **what: Any) -> list[Seen]:
        """Everything that matches now: by `name`, `contains`, `role`; `hidden=True` also what does not show."""
        return [msgspec.convert(one, Seen) for one in self._ask("list", what) or []]

    def see(self, *, patience: float = PATIENCE, **what: Any) -> Seen:
        """The first thing that matches, waited for."""
        return self.until(lambda: self.all(most=1, **what), f"{what} shows", patience)[0]

    def see_no(self, *, patience: float = PATIENCE, **what: Any) -> None:
        self.until(lambda: not self.all(most=1, **what), f"{what} is gone", patience)

    def press(self, **what: Any) -> None:
        """Activates it as a screen reader would."""
        self.see(**what)
        self.until(lambda: self.see(**what).enabled, f"{what} can be pressed")
        self._ask("press", what)

    def write(self, text: str, **what: Any) -> None:
        """Puts the text into an editable thing, any character that Unicode has."""
        self.see(**what)
        self._ask("type", {"text": text, **what})

    def click(self, **what: Any) -> None:
        """With the mouse, in the middle of it."""
        self.see(**what)
        x, y, width, height = self._ask("where", what)
        self.screen.run("xdotool", "mousemove", str(x + width // 2), str(y + height // 2), "click", "1")

    def focus(self, **what: Any) -> None:
        self.see(**what)
        self._ask("focus", what)

    def key(self, *names: str) -> None:
        """Keys as xdotool names them, such as `ctrl+Return`, to whatever has the focus."""
        self.screen.run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        """Key by key into whatever has the focus; plain ASCII, for the rest there is `write`."""
        self.screen.run("xdotool", "type", "--clearmodifiers", "--delay", "8", text)

    def _ask(self, do: str, what: dict[str, Any]) -> Any:
        assert self.reader.stdin is not None
        assert self.reader.stdout is not None
        self.reader.stdin.write(json.dumps({"do": do, "pid": self.process.pid, **what}).encode() + b"\n")
        self.reader.stdin.flush()
        line = self.reader.stdout.readline()
        if not line:
            raise ChildProcessError("the accessibility reader ended; is python3-pyatspi installed?")
        answer = json.loads(line)
        if "error" in answer:
            raise LookupError(f"{do} {what}: {answer['error']}")
        return answer["ok"]


@contextmanager
def desk(screen: Screen, command: Sequence[str], *, log: Path | None = None, **env: str) -> Iterator[Desk]:
    """Starts the program on this screen and waits until a screen reader finds it; ends it afterwards.

    What the program says on its standard error goes to the log.
    """
    with ExitStack() as files:
        errors = files.enter_context(log.open("ab")) if log is not None else None
        process = subprocess.Popen(
            [*DIES_WITH_US, *command], env={**screen.env, **env}, start_new_session=True, stderr=errors
        )
    reader = subprocess.Popen(
        [DEBIAN_PYTHON, str(READER)],
        env=dict(screen.env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        found = Desk(screen, process, reader, log)
        wait_until(lambda: process.poll() is not None or bool(found.all()), "the window shows", 30)
        if process.poll() is not None:
            raise ChildProcessError(f"{command[0]} ended with {process.returncode} before its window showed")
        yield found
    finally:
        end(process)
        end(reader)
