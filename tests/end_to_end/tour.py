"""An agent's tour through the real window on a demo tenant: `python -m tests.end_to_end.tour --server URL`.

It runs on whatever display there is, and takes a picture at each stop; `--screenshots` brings its own displays.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from PIL import Image, ImageChops

from backend.demo.seeding import CODE, PASSWORD
from tests.end_to_end.agent_window import AgentWindow, agent_window
from tests.end_to_end.company import Company
from tests.simulators.town import mail
from tests.support import screenshots
from tests.support.virtual_screen import Screen
from tests.support.waiting import wait_until

AGENT, SUPERVISOR = f"sinta@{CODE}.example", f"hendra@{CODE}.example"

LOOKS = 4
LITTLE, MUCH = 300, 20_000  # pixels: a cursor that blinks; a dialog, a dock, another theme


class Tour:
    """One walk; `stop` is a picture with its number and name."""

    def __init__(self, company: Company, screen: Screen, pictures: Path, home: Path) -> None:
        self._company, self._screen, self._pictures, self._home = company, screen, pictures, home
        self._stops = 0

    def walk(self) -> int:
        """How many pictures there are."""
        with self._desktop("sinta") as agent:
            self._signs_in(agent)
            self._answers(agent)
            self._writes_down(agent)
            self._looks_around(agent)
        with self._desktop("hendra", "--wallboard") as supervisor:
            supervisor.sign_in(SUPERVISOR, PASSWORD, CODE)
            supervisor.desk.see(contains="Menunggu sekarang, ")
            self._stop(supervisor, "wallboard", "F11")
        return self._stops

    def _signs_in(self, agent: AgentWindow) -> None:
        agent.gives_tenant(CODE)
        self._stop(agent, "sign-in")
        agent.gives_password(AGENT, PASSWORD)
        agent.fill_the_screen()
        self._stop(agent, "signed-in")

    def _answers(self, agent: AgentWindow) -> None:
        agent.take_whoever_waits_on("WhatsApp Nusanet")
        self._stop(agent, "picked-up")
        agent.reply("Halo Kak, terima kasih sudah menghubungi kami. Kami periksa dulu, mohon ditunggu sebentar.")
        agent.memo("Sudah dicek: tidak ada gangguan massal di area ini.")
        self._stop(agent, "reply-and-memo")
        agent.desk.key("ctrl+r")
        self._stop(agent, "quick-replies", "slash")
        agent.desk.key("Escape", "BackSpace")

    def _writes_down(self, agent: AgentWindow) -> None:
        agent.create_case("Koneksi dipandu ulang", "ONT rusak", "Perangkat dimulai ulang, koneksi kembali normal.")
        self._stop(agent, "case")
        agent.create_ticket("ONT perlu diganti", "Tidak ada koneksi", "Lampu LOS merah berkedip.", "Backroom")
        self._stop(agent, "ticket")
        self._stop(agent, "customer", "alt+4")

    def _looks_around(self, agent: AgentWindow) -> None:
        self._stop(agent, "palette", "ctrl+k")
        agent.desk.key("Escape")
        self._stop(agent, "transfer", "ctrl+shift+t")
        agent.desk.key("Escape")
        agent.desk.key("ctrl+k")
        agent.desk.type("percakapan bot")
        self._stop(agent, "bot-talks", "Return")
        agent.desk.key("Escape")
        if not mail.missing():  # without its servers nobody serves a mailbox
            self._stop(agent, "new-mail", "ctrl+n")
            agent.desk.key("Escape")
        agent.desk.key("ctrl+k")
        agent.desk.type("gelap")
        self._stop(agent, "dark", "Return")
        agent.end()
        self._stop(agent, "ended")

    def _desktop(self, name: str, *arguments: str) -> AbstractContextManager[AgentWindow]:
        return agent_window(self._screen, self._company, self._home / name, *arguments)

    def _stop(self, window: AgentWindow, name: str, *keys: str) -> None:
        """A picture of the screen once it has come to rest; after these keys, once they have changed it."""
        before = self._screen.picture()
        if keys:
            window.desk.key(*keys)
            wait_until(lambda: _differ(before, self._screen.picture(), MUCH), f"{keys} show {name}", 30, 0.1)
        picture = wait_until(self._rests, f"the screen comes to rest at {name}", 30)
        assert picture is not None
        self._stops += 1
        target = self._pictures / f"{self._stops:02}-{name}.png"
        picture.save(target, optimize=True)
        print(target, flush=True)

    def _rests(self) -> Image.Image | None:
        """Several looks in a row, a moment apart: on a busy machine a window is painted before it is laid out."""
        before = self._screen.picture()
        for _ in range(LOOKS):
            self._screen.run("xdotool", "getmouselocation")  # a moment
            now = self._screen.picture()
            if _differ(before, now, LITTLE):
                return None
        return before


def _differ(one: Image.Image, other: Image.Image, pixels: int) -> bool:
    """In more pixels than these."""
    grey = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
    return sum(grey.histogram()[1:]) > pixels


def here() -> Screen:
    """The display that this program was started on."""
    return Screen(dict(os.environ), 0, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 and a sentence where the tour could not be walked to its end."""
    asked = argparse.ArgumentParser(prog="python -m tests.end_to_end.tour", description=__doc__)
    asked.add_argument("--server", help="of the demo tenant")
    asked.add_argument("--pictures", type=Path, default=Path("build/tour"), help="where the pictures go")
    asked.add_argument("--screenshots", type=Path, help="make the pictures of the documentation instead")
    given = asked.parse_args(arguments)
    if given.screenshots is not None:
        return screenshots.main(["--target", str(given.screenshots)])
    if not given.server:
        asked.error("--server URL: where the demo tenant is served")
    shutil.rmtree(given.pictures, ignore_errors=True)
    given.pictures.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="omnix-tour-") as home:
        try:
            Tour(Company(given.server.rstrip("/"), ""), here(), given.pictures, Path(home)).walk()
        except (TimeoutError, ChildProcessError, LookupError) as problem:
            print(f"The tour ended early: {problem}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
