"""The desktop as the agent has it: what is done with the window, by keyboard, mouse and screen reader."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.end_to_end.company import CODE, PASSWORD, Company
from tests.end_to_end.desk import Desk, Seen, desk
from tests.support.virtual_screen import Screen

PROGRAM = (sys.executable, "-m", "omnix_desktop")
HARMLESS = re.compile(r"^qt\.accessibility")  # a screen reader asks about what is gone meanwhile
REPLY, MEMO = "Balasan kepada pelanggan", "Memo internal"

CAPTIONS = {"waiting": "Menunggu sekarang", "handling": "Sedang ditangani", "handled": "Ditangani hari ini"}


class SignedInWindow:
    """One running desktop. Every step waits until the window says that it is done."""

    def __init__(self, window: Desk) -> None:
        self.desk = window

    def sign_in(self, email: str, password: str = PASSWORD, tenant: str = CODE) -> None:
        """Two steps: which company, then who (S0.1–S0.3)."""
        self.gives_tenant(tenant)
        self.gives_password(email, password)

    def gives_tenant(self, tenant: str) -> None:
        self.desk.write(tenant, name="Kode tenant", role="text")
        self.desk.press(name="Lanjut")
        self.desk.see(name="Email", role="text")

    def gives_password(self, email: str, password: str) -> None:
        self.desk.write(email, name="Email", role="text")
        self.desk.write(password, name="Kata sandi", role="password text")
        self.desk.press(name="Masuk", role="push button")
        self.is_connected()

    def is_connected(self) -> None:
        self.desk.see(contains="Tersambung", role="push button")


class AgentWindow(SignedInWindow):
    """What an agent and a supervisor do in it."""

    def somebody_waits(self, count: int = 1) -> None:
        self.desk.see(name=f"{count} menunggu di antrean")

    def take_next(self, text: str) -> None:
        """F2; the conversation opens with what the customer wrote, the cursor in the reply."""
        self.take_whoever_waits()
        self.reads(text)

    def take_whoever_waits(self) -> None:
        self.desk.until(lambda: self.desk.see(name="Ambil berikutnya").enabled, "somebody waits", 120)
        self.desk.key("F2")
        self._is_in(REPLY)

    def take_whoever_waits_on(self, account: str) -> None:
        """The account is looked for in the channel panel by its name; then F2 takes from there."""
        self.desk.key("alt+1")
        self.desk.type(account.partition(" ")[0])
        self.desk.key("Return")
        waiting = re.compile(rf"{re.escape(account)}, [1-9]")
        self.desk.until(
            lambda: any(waiting.match(one.name) for one in self.desk.all(contains=account)), "somebody waits there", 120
        )
        self.desk.key("F2")
        self._is_in(REPLY)
        self.desk.key("alt+1", "Return")  # all accounts again

    def reply(self, text: str) -> None:
        """Typed and sent from the keyboard; what became of it stands below the message."""
        self.desk.key("ctrl+r")
        self._is_in(REPLY)
        self.desk.type(text)
        self.desk.key("ctrl+Return")
        self.reads(text, "terkirim|sampai|dibaca")

    def memo(self, text: str) -> None:
        self.desk.key("ctrl+m")
        self._is_in(MEMO)
        self.desk.type(text)
        self.desk.key("ctrl+Return")
        self.reads(text)

    def create_case(self, subject: str, category: str, remark: str) -> None:
        """Solved at first contact (FCR): Tab from field to field, the category by a few of its letters."""
        self.desk.key("ctrl+shift+f")
        self._fill_in(subject, category, remark)
        self._submit(subject)

    def create_ticket(self, subject: str, category: str, remark: str, group: str) -> None:
        """Handed on to a group (N-FCR)."""
        self.desk.key("ctrl+shift+n")
        self._fill_in(subject, category, remark)
        self.desk.key("Tab", "Tab")
        self._is_in("Pemilik kasus", "combo box")
        self.desk.type(group)
        self._submit(subject)

    def _fill_in(self, subject: str, category: str, remark: str) -> None:
        self._is_in("Subjek")
        self.desk.type(subject)
        self.desk.key("Tab")
        self._is_in("Kategori", "push button")
        self.desk.type(
            category
        )  # the first letter opens the list, which no screen reader's tree has: Qt leaves popups out
        self.desk.key("Return")
        self._any(lambda one: category in one.description, category, name="Kategori", role="push button")
        self.desk.key("Tab")
        self._is_in("Keterangan")
        self.desk.type(remark)

    def _submit(self, subject: str) -> None:
        self.desk.key("ctrl+Return")
        self.desk.see(contains=subject, role="filler")

    def end(self) -> None:
        """Asks first; Return says yes."""
        self.desk.key("ctrl+shift+e")
        self.desk.see(contains="Akhiri interaksi dengan")
        self.desk.key("Return")
        self.desk.see_no(contains="Akhiri interaksi dengan")
        self.desk.see(contains=" diakhiri")

    def reads(self, text: str, state: str = "") -> None:
        """A row of the thread says this; `state` are the words for what became of it."""
        said = re.compile(f"{re.escape(text)}.*({state})", re.DOTALL)
        self.desk.until(lambda: any(said.search(row.name) for row in self._rows()), f"the thread says {text} {state}")

    def wallboard_shows(self, **figures: int) -> None:
        """The numbers on the wall, each by its caption: `waiting=1`."""
        for figure, value in figures.items():
            caption = f"{CAPTIONS[figure]}, {value}"
            self._any(partial(_says, caption), f"the wall says {caption}", contains=caption)

    def opens_list_behind(self, figure: str, contains: str) -> None:
        """A click on a number opens what it counts; Escape closes it."""
        self.desk.click(contains=f"{CAPTIONS[figure]}, ")
        self.desk.see(contains=contains, role="table cell")
        self.desk.key("Escape")
        self.desk.see_no(contains=contains, role="table cell")

    def has_finished(self, customer: str) -> None:
        """The customer stands in the history of the day (S0.25)."""
        self.desk.click(contains="Riwayat", role="page tab")
        self.desk.see(contains=f"{customer}, ", role="table cell")

    def fill_the_screen(self) -> None:
        self.desk.screen.run("wmctrl", "-r", ":ACTIVE:", "-b", "add,maximized_vert,maximized_horz")

    def quit(self) -> None:
        self.desk.key("ctrl+q")
        self.desk.until(lambda: self.desk.process.poll() is not None, "the program has ended")
        assert self.desk.process.returncode == 0

    def _rows(self) -> list[Seen]:
        return self.desk.all(role="list item")

    def _is_in(self, name: str, role: str = "text") -> None:
        self._any(lambda one: one.focused, f"the cursor is in {name}", name=name, role=role)

    def _any(self, holds: Callable[[Seen], bool], what: str, **which: str) -> None:
        """Of several that match: panels behind a tab have fields of the same names."""
        self.desk.until(lambda: any(holds(one) for one in self.desk.all(**which)), what)


def _says(caption: str, one: Seen) -> bool:
    return one.name == caption or one.name.startswith(f"{caption},")


@contextmanager
def agent_window(
    screen: Screen, company: Company, home: Path, *arguments: str, program: Sequence[str] = PROGRAM
) -> Iterator[AgentWindow]:
    """A program of its own, its files in this folder; the same folder is the same machine."""
    profile = f"{home.parent.name}-{home.name}"  # the keychain is the screen's, hence everybody's
    command = [*program, "--server", company.url, "--profile", profile, *arguments]
    home.mkdir(exist_ok=True)
    with desk(screen, command, log=home / "stderr.log", OMNIX_HOME=str(home)) as window:
        yield AgentWindow(window)
    assert not complaints(home), "\n".join(complaints(home))


def complaints(home: Path) -> list[str]:
    """What the program found wrong with itself: exceptions, Qt's warnings."""
    said = (home / "stderr.log").read_text("utf-8", "replace").splitlines()
    noted = (home / "logs" / "desktop.log").read_text("utf-8", "replace").splitlines()
    wrong = [line for line in noted if re.search(r" (ERROR|CRITICAL) |^Traceback|^\w*Error", line)]
    return [line for line in said if line.strip() and not HARMLESS.search(line)] + wrong
