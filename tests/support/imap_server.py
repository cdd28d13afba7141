"""A mailbox that refuses, renumbers and remembers what it was asked, as Dovecot never does on demand."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

CAME = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Kept:
    """A mail, and when it came (INTERNALDATE)."""

    raw: bytes
    at: datetime = CAME


@dataclass
class ImapServer:
    """One folder. `refused`: what is answered instead of a mail ("NO [SERVERBUG] broken"); `gone`: after the search.

    `written`: how a mail's body is written, where it is no literal ('""', 'NIL').
    """

    mails: dict[int, Kept] = field(default_factory=dict)
    validity: int = 1
    port: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    written: dict[int, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, uid: int, raw: bytes, at: datetime = CAME) -> None:
        self.mails[uid] = Kept(raw, at)

    def answered(self, command: str) -> tuple[list[bytes], str]:
        """Untagged lines, and how the tagged one goes on."""
        self.asked.append(command)
        word = command.upper()
        if word == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"], "OK done"
        if word.startswith("EXAMINE"):
            told = f"* OK [UIDVALIDITY {self.validity}] fine", f"* OK [UIDNEXT {max(self.mails, default=0) + 1}] fine"
            return [f"* {len(self.mails)} EXISTS".encode(), *(row.encode() for row in told)], "OK [READ-ONLY] done"
        if word.startswith("UID SEARCH"):
            found = " ".join(str(uid) for uid in sorted(self.mails) if self._fits(word, uid))
            return [f"* SEARCH {found}".encode()], "OK done"
        if (fetch := re.fullmatch(r"UID FETCH (\d+) \((.*)\)", word)) is not None:
            return self._fetched(int(fetch[1]), fetch[2])
        return ([b"* BYE"] if word == "LOGOUT" else []), "OK done"

    def _fits(self, word: str, uid: int) -> bool:
        if (above := re.search(r"UID (\d+):\*", word)) is not None:
            return uid >= int(above[1]) or uid == max(self.mails)
        if (since := re.search(r"SINCE (\S+)", word)) is not None:
            return self.mails[uid].at.date() >= datetime.strptime(since[1], "%d-%b-%Y").replace(tzinfo=UTC).date()
        return True

    def _fetched(self, uid: int, what: str) -> tuple[list[bytes], str]:
        if uid in self.refused:
            return [], self.refused[uid]
        if uid not in self.mails or uid in self.gone:
            return [], "OK done"
        kept, told = self.mails[uid], f"* 1 FETCH (UID {uid} "
        if "BODY" in what and uid in self.written:
            return [f"{told}BODY[] ".encode() + self.written[uid] + b")"], "OK done"
        if "BODY" in what:
            return [f"{told}BODY[] {{{len(kept.raw)}}}\r\n".encode() + kept.raw + b")"], "OK done"
        at = kept.at.strftime("%d-%b-%Y %H:%M:%S +0000")
        return [f'{told}RFC822.SIZE {len(kept.raw)} INTERNALDATE "{at}")'.encode()], "OK done"


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    mailbox = ImapServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK here\r\n")
            while row := self.rfile.readline():
                tag, _, command = row.decode().strip().partition(" ")
                untagged, told = mailbox.answered(command)
                self.wfile.write(b"".join(one + b"\r\n" for one in untagged) + f"{tag} {told}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield mailbox
        server.shutdown()
