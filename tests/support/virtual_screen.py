"""A desktop of one's own: screen, window manager, session bus, keychain, accessibility bus."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image, ImageGrab

from tests.support.waiting import DIES_WITH_US, wait_until

PROGRAMS = ("Xvfb", "openbox", "dbus-daemon", "gnome-keyring-daemon", "gdbus", "xdotool")
A11Y_LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
A11Y_ANSWERS = "-d org.a11y.Bus -o /org/a11y/bus -m org.a11y.Bus.GetAddress"
KEYCHAIN_ANSWERS = (
    "-d org.freedesktop.secrets -o /org/freedesktop/secrets -m org.freedesktop.Secret.Service.ReadAlias default"
)


@dataclass(frozen=True)
class Screen:
    """Start a program with env and it lives on this desktop and no other."""

    env: Mapping[str, str]
    width: int
    height: int

    def picture(self) -> Image.Image:
        """The whole screen, as a person would see it."""
        return ImageGrab.grab(xdisplay=self.env["DISPLAY"])

    def run(self, *command: str) -> str:
        """What a program prints that runs on this desktop: xdotool, wmctrl, a script."""
        done = subprocess.run(command, env=dict(self.env), check=True, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()


def missing_programs() -> list[str]:
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return absent if A11Y_LAUNCHER.exists() else [*absent, A11Y_LAUNCHER.name]


@contextmanager
def virtual_screen(width: int = 1366, height: int = 768, *, keychain: bool = True) -> Iterator[Screen]:
    """Start a desktop and end all of it afterwards; without keychain there is none on its bus."""
    if absent := missing_programs():
        raise FileNotFoundError(f"{', '.join(absent)}: missing; `make test` installs what is missing.")
    with ExitStack() as ending:
        home = Path(tempfile.mkdtemp(prefix="omnix-screen-"))
        ending.callback(shutil.rmtree, home, ignore_errors=True)
        env = environment(home)
        env["DISPLAY"] = start_display(ending, env, width, height)
        env["DBUS_SESSION_BUS_ADDRESS"] = start_bus(ending, env, home)
        if keychain:
            unlock_keychain(ending, env)
        start(ending, env, [str(A11Y_LAUNCHER), "--launch-immediately"])
        start(ending, env, ["openbox", "--sm-disable"])
        wait_for_answer(["gdbus", "call", "--session", *A11Y_ANSWERS.split()], env, "the accessibility bus answers")
        wait_for_answer(["xdotool", "get_num_desktops"], env, "the window manager has started")
        yield Screen(env, width, height)


def environment(home: Path) -> dict[str, str]:
    """The caller's, with folders of its own and nothing that leads to another desktop."""
    leads_away = {"WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS"}
    env = {name: value for name, value in os.environ.items() if name not in leads_away}
    folders = {"HOME": "home", "XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data"}
    folders |= {"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    for name, folder in folders.items():
        (home / folder).mkdir(mode=0o700)
        env[name] = str(home / folder)
    return env | {"QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "GIO_USE_VFS": "local"}


def start(
    ending: ExitStack, env: Mapping[str, str], command: Sequence[str], **options: IO[bytes] | int | Sequence[int]
) -> subprocess.Popen[bytes]:
    """A program in a process group of its own, so that its children end with it."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]  # options by name
        [*DIES_WITH_US, *command], env=dict(env), start_new_session=True, **(quiet | options)
    )
    ending.callback(end, process)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def start_display(ending: ExitStack, env: Mapping[str, str], width: int, height: int) -> str:
    """The server chooses a display number that nobody has; a fixed one collides silently."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as chosen:
        screen = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset", "-dpi", "96"]
        start(ending, env, ["Xvfb", "-displayfd", str(writing), *screen], pass_fds=[writing])
        os.close(writing)
        number = chosen.readline().strip()
    if not number:
        raise ChildProcessError("Xvfb did not start; run `Xvfb -displayfd 1` to see why.")
    return f":{number}"


def start_bus(ending: ExitStack, env: Mapping[str, str], home: Path) -> str:
    """A session bus that activates nothing.

    What the first question activates, before the one that we start is there, is not ours to end; and a
    keychain come about like that asks for a password that nobody types.
    """
    configuration = home / "session.conf"
    configuration.write_text(
        f"<busconfig><type>session</type><listen>unix:path={home}/bus</listen>"
        "<auth>EXTERNAL</auth><policy context='default'>"
        "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
        "</policy></busconfig>"
    )
    start(ending, env, ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile"])
    wait_until((home / "bus").exists, "the session bus listens")
    return f"unix:path={home}/bus"


def unlock_keychain(ending: ExitStack, env: Mapping[str, str]) -> None:
    command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    keychain = start(ending, env, command, stdin=subprocess.PIPE)
    if keychain.stdin is not None:
        keychain.stdin.write(b"a password for this screen only")
        keychain.stdin.close()
    wait_for_answer(["gdbus", "call", "--session", *KEYCHAIN_ANSWERS.split()], env, "the keychain answers")


def wait_for_answer(question: Sequence[str], env: Mapping[str, str], what: str) -> None:
    def answered() -> bool:
        return subprocess.run(question, env=dict(env), capture_output=True).returncode == 0

    wait_until(answered, what)
