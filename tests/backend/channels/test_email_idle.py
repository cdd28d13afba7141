"""What a mail server says in one breath is heard: a mail that comes just as the waiting begins is not waited for."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from backend.channels.email.imap import Watch
from backend.channels.email.mailbox import NONE, Mailbox, Server

ANSWERS = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
    b"EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 1] ok\r\n",
}


def serve(door: socket.socket) -> None:
    """One session; a mail comes while IDLE is being answered."""
    wire, _ = door.accept()
    waiting = b""
    with wire, wire.makefile("rb") as lines:
        wire.sendall(b"* OK ready\r\n")
        for line in lines:
            tag, _, rest = line.strip().partition(b" ")
            command = rest.partition(b" ")[0].upper()
            if tag == b"DONE":
                wire.sendall(waiting + b" OK done\r\n")
            elif command == b"IDLE":
                waiting = tag
                wire.sendall(b"+ idling\r\n* 1 EXISTS\r\n")
            else:
                wire.sendall(ANSWERS.get(command, b"") + tag + b" OK done\r\n")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = threading.Thread(target=serve, args=(door,))
        serving.start()
        there = Server("127.0.0.1", door.getsockname()[1], NONE)
        yield Mailbox("cs@toko.example", "", "cs", there, there, "INBOX", 20, oauth=False, secrets={"password": "x"})
    serving.join()


def test_a_mail_told_in_the_same_breath_as_the_waiting_begins_ends_it(mailbox: Mailbox) -> None:
    watch = Watch(mailbox, "")
    watch.open()
    watch.news("")
    began = time.monotonic()
    giving_up = threading.Timer(5, watch.end)
    giving_up.start()
    watch.wait()
    giving_up.cancel()
    assert time.monotonic() - began < 4
    watch.end()
    watch.close()
