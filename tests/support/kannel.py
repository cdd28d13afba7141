"""A Kannel of the tests' own: bearerbox, smsbox and fakesmsc from Debian, or an SMPP centre behind it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from tests.support.virtual_screen import end
from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
USERNAME = "omnix"
PASSWORD = "s3cret"
HOOK_SECRET = "0%A/b&c d"  # with all that an address and Kannel's escape codes could trip over
REPORTED = "from=%p&to=%P&text=%b&id=%I&charset=%C&coding=%c&at=%T"
"""What our documentation tells an administrator to put behind the address of the account."""
_CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 1
sms-resend-freq = 1
dlr-storage = internal

group = smsc
{smsc}

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 1000
http-queue-delay = 1
log-level = 0

group = sendsms-user
username = {username}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
{service} = "{url}"
"""


@dataclass(frozen=True)
class Text:
    """What a handset got: `content` as text, or as the bytes where Kannel says that it is not text."""

    sender: str
    receiver: str
    kind: str  # text, data, ucs-2, udh
    content: bytes


@dataclass
class Kannel:
    """A running gateway; customers write and read through fakesmsc."""

    sendsms_url: str
    _smsc_port: int
    _folder: Path
    _boxes: list[tuple[str, int, subprocess.Popen[bytes]]]  # what runs, and the port that says that it does
    _handsets: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def expect(self, password: str) -> None:
        """Of whoever sends from now on; smsbox reads its users when it starts."""
        conf = self._folder / "kannel.conf"
        known = f"username = {USERNAME}\npassword = "
        conf.write_text(conf.read_text().replace(known + PASSWORD, known + password))
        program, port, box = self._boxes.pop()
        end(box)
        self.start(program, port)

    def start(self, program: str, port: int) -> None:
        self._boxes.append((program, port, _started(program, self._folder)))
        wait_until(lambda: listening(port), f"{program} listens on {port}")

    def end(self) -> None:
        self.put_away()
        for _, _, process in reversed(self._boxes):
            end(process)

    def customer_writes(self, sender: str, text: str, receiver: str = "12345") -> None:
        """ASCII or Latin letters: fakesmsc takes plain text as it is."""
        self._run(f"{sender} {receiver} text {text}")

    def customer_writes_ucs2(self, sender: str, text: str, receiver: str = "12345") -> None:
        self._run(f"{sender} {receiver} ucs2 {_percent(text.encode('utf-16-be'))}")

    def customer_writes_part(
        self, sender: str, text: str, place: tuple[int, int, int], receiver: str = "12345"
    ) -> None:
        """One part (reference, parts, number) of a longer message."""
        self._run(f"{sender} {receiver} udh-text {_percent(bytes((5, 0, 3, *place)))} {text}")

    def handset_listens(self) -> None:
        """Without a fakesmsc nothing that is sent has anywhere to go, and Kannel queues it."""
        self._run()

    def received(self) -> list[Text]:
        """Every short message that reached a handset, oldest first."""
        logs = sorted(self._folder.glob("handset-*.log"))
        found = [line for log in logs for line in re.findall(rb"Got message \d+: <(.*)>", log.read_bytes())]
        return [_text(line) for line in found]

    def handset_reads(self, count: int) -> list[Text]:
        wait_until(lambda: len(self.received()) >= count, f"the handset has {count} short messages")
        return self.received()

    def _run(self, *messages: str) -> None:
        """The fake driver serves one handset at a time: the one before is put away."""
        self.put_away()
        log = self._folder / f"handset-{len(self._handsets):04}.log"
        options = ["-H", "127.0.0.1", "-r", str(self._smsc_port), "-i", "0", "-m", str(len(messages))]
        with log.open("wb") as output:
            handset = subprocess.Popen(
                [*DIES_WITH_US, FAKESMSC, *options, *(messages or ("1 2 text -",))],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._handsets.append(handset)
        if messages:
            wait_until(lambda: b"sent message 1" in log.read_bytes(), "fakesmsc has sent its message")

    def put_away(self) -> None:
        for handset in self._handsets:
            if handset.poll() is None:
                end(handset)


@contextmanager
def kannel(hook_url: str, service: str = "get-url", smpp_port: int | None = None) -> Iterator[Kannel]:
    """A gateway that reports to `hook_url` (with a ? in it already), over fakesmsc or to an SMPP centre."""
    programs = [shutil.which(name) or shutil.which(name, path="/usr/sbin") for name in ("bearerbox", "smsbox")]
    if None in programs or not Path(FAKESMSC).exists():
        pytest.fail("Debian's kannel and kannel-extras are missing: `make test` installs them.")
    admin, box, sendsms, smsc = (free_port() for _ in range(4))
    lines = _fake(smsc) if smpp_port is None else _smpp(smpp_port)
    filled = {"admin": admin, "box": box, "sendsms": sendsms, "username": USERNAME, "password": PASSWORD}
    text = _CONFIGURATION.format(**filled, smsc=lines, service=service, url=f"{hook_url}&{REPORTED}")
    with tempfile.TemporaryDirectory(prefix="omnix-kannel-") as name:
        folder = Path(name)
        (folder / "kannel.conf").write_text(text)
        gateway = Kannel(f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms", smsc, folder, [])
        try:
            for program, port in zip(programs, (box, sendsms), strict=True):
                gateway.start(str(program), port)
            yield gateway
        finally:
            gateway.end()


def _started(program: str, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{Path(program).name}.log").open("wb") as log:
        return subprocess.Popen(
            [*DIES_WITH_US, program, "kannel.conf"], cwd=folder, stdout=log, stderr=log, start_new_session=True
        )


def _fake(port: int) -> str:
    return f"smsc = fake\nsmsc-id = fake\nport = {port}\nour-host = 127.0.0.1\nconnect-allow-ip = 127.0.0.1"


def _smpp(port: int) -> str:
    where = f"smsc = smpp\nsmsc-id = smpp\nhost = 127.0.0.1\nport = {port}\ntransceiver-mode = true"
    who = f"smsc-username = {USERNAME}\nsmsc-password = {PASSWORD}\nsystem-type = x"
    return f"{where}\n{who}\nreconnect-delay = 1"


def _percent(octets: bytes) -> str:
    return "".join(f"%{octet:02x}" for octet in octets)


def _text(line: bytes) -> Text:
    sender, receiver, kind, rest = line.split(b" ", 3)
    content = rest if kind == b"text" else unquote_to_bytes(rest.replace(b"+", b" "))
    if kind == b"udh":
        _, _, content = rest.partition(b" data ")
        content = unquote_to_bytes(content.replace(b"+", b" "))
    return Text(sender.decode(), receiver.decode(), kind.decode(), content)
