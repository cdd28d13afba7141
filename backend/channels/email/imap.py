"""A mailbox watched over IMAP: what is new since a cursor, and waiting (IDLE, RFC 2177) until something is.

All of it blocks and runs in a thread of its own, one for each mailbox. Mails stay as they are: nothing is marked read.
"""

import contextlib
import imaplib
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BufferedReader
from typing import NamedTuple, cast

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from backend import clock
from backend.channels.base import ProviderFault, line, without_secrets
from backend.channels.email.headers import moment
from backend.channels.email.mailbox import STARTTLS, TLS, Mailbox

TIMEOUT_SECONDS = 30.0
IDLE_SECONDS = 240.0
"""Then it is asked anew: networks forget silent connections (RFC 2177 allows 29 minutes)."""
WITHOUT_IDLE_SECONDS = 20.0
BATCH = 20
BATCH_BYTES = 32 * 1024 * 1024
MAIL_BYTES_MAX = 64 * 1024 * 1024
CUT_BYTES = 1024 * 1024
"""Of a mail larger than that, so much is fetched: who wrote, and the text."""
SPARE = timedelta(days=1)
"""IMAP searches by days, of a time zone that it does not name."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CAME = re.compile(rb'INTERNALDATE "([^"]{1,40})"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,20})")
_QUOTED = re.compile(rb'BODY\[\](?:<0>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPED = re.compile(rb"\\(.)")
_TEMPORARY = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]|temporar|try again|too many", re.IGNORECASE
)


class _Withheld(Exception):
    """The server has this mail and does not give it; the text is what it says."""


class Arrived(NamedTuple):
    """A mail as it is, and when it came to the mailbox."""

    raw: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """Mails, oldest first; the cursor counts once they are stored."""

    mails: tuple[Arrived, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class _Cursor:
    """How far a mailbox is known: by numbers, and where the server gave all mails new ones, by the day."""

    validity: str
    after: int
    day: date  # nothing that came before it is unknown

    @classmethod
    def read(cls, text: str) -> "_Cursor | None":
        """None where nothing was looked at yet."""
        validity, after, day = (*text.split(":"), "", "")[:3]
        if not after.isdecimal():
            return None
        return cls(validity, int(after), date.fromisoformat(day) if day else clock.now().date())

    def __str__(self) -> str:
        return f"{self.validity}:{self.after}:{self.day}"


class Watch:
    """One connection to one mailbox. Every method raises ProviderFault."""

    def __init__(self, mailbox: Mailbox, token: str) -> None:
        self._mailbox = mailbox
        self._token = token
        self._box: BaseMailBox | None = None
        self._ended = threading.Event()
        self._validity = 0

    def open(self) -> None:
        """Connect, sign in, and look at the folder (without marking anything)."""
        try:
            self._box = box = self._connected()
            if self._ended.is_set():
                return self.end()
        except ssl.SSLCertVerificationError as error:
            host = self._mailbox.imap.host
            words = f"The mail server {host} shows a certificate that is not valid: {error.verify_message}."
            raise ProviderFault(words, lasting=True) from None
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise self._unreached(error) from None
        self._sign_in(box)
        try:
            box.folder.set(self._mailbox.folder, readonly=True)
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            if isinstance(error, OSError | imaplib.IMAP4.abort):
                raise self._unreached(error) from None
            raise ProviderFault(f"The mailbox has no folder {self._mailbox.folder}.", lasting=True) from None
        self._validity = self._number("UIDVALIDITY")
        return None

    def news(self, cursor: str) -> News:
        """What came since the cursor, not more than one can hold; at the first look, nothing: it begins now."""
        box = self._opened()
        try:
            box.client.untagged_responses.pop("EXISTS", None)
            known, today = _Cursor.read(cursor), clock.now().date()
            if known is None:
                return News((), str(_Cursor(str(self._validity), max(0, self._next() - 1), today)))
            if known.validity != str(self._validity):
                # Those of that day which are known are known by their id.
                uids = sorted(int(uid) for uid in box.uids(f"SINCE {_imap_day(known.day - SPARE)}"))
                after = uids[0] - 1 if uids else max(0, self._next() - 1)
                return self._fetched(uids, _Cursor(str(self._validity), after, known.day))
            uids = sorted(int(uid) for uid in box.uids(f"UID {known.after + 1}:*"))
            return self._fetched([uid for uid in uids if uid > known.after], known)
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise self._unreached(error) from None

    def wait(self) -> None:
        """Until there may be something new, or it is time to ask."""
        box = self._opened()
        try:
            if "IDLE" not in box.client.capabilities:
                self._ended.wait(WITHOUT_IDLE_SECONDS)
                box.client.noop()
                return
            box.idle.start()  # type: ignore[no-untyped-call]  # the library has no types there
            came_meanwhile = "EXISTS" in box.client.untagged_responses or _unread(box.client)
            if not came_meanwhile and not self._ended.is_set():
                box.idle.poll(IDLE_SECONDS)
            if not self._ended.is_set():
                box.idle.stop()  # type: ignore[no-untyped-call]  # likewise
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise self._unreached(error) from None

    def end(self) -> None:
        """From any thread, at any time: whoever waits in another method comes back."""
        self._ended.set()
        if self._box is not None:
            with contextlib.suppress(OSError, AttributeError):
                self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """By the watching thread, when it is done."""
        if self._box is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
                self._box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        server = self._mailbox.imap
        if server.security == TLS:
            return MailBox(server.host, server.port, timeout=TIMEOUT_SECONDS, ssl_context=server.context)
        if server.security == STARTTLS:
            return MailBoxStartTls(server.host, server.port, timeout=TIMEOUT_SECONDS, ssl_context=server.context)
        return MailBoxUnencrypted(server.host, server.port, timeout=TIMEOUT_SECONDS)

    def _sign_in(self, box: BaseMailBox) -> None:
        mailbox = self._mailbox
        try:
            if mailbox.oauth:
                box.xoauth2(mailbox.user, self._token, initial_folder=None)
            elif mailbox.password.isascii() and mailbox.user.isascii():
                box.login(mailbox.user, mailbox.password, initial_folder=None)
            else:
                box.login_utf8(mailbox.user, mailbox.password, initial_folder=None)
        except (imaplib.IMAP4.abort, OSError) as error:
            raise self._unreached(error) from None
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            words = _said(error)
            if _TEMPORARY.search(words):
                said = without_secrets(words, mailbox.secrets, 200)
                raise ProviderFault(f"The mail server lets nobody in at the moment: {said}") from None
            raise ProviderFault(refusal(mailbox, "IMAP", words), lasting=True) from None

    def _fetched(self, uids: list[int], known: _Cursor) -> News:
        mails: list[Arrived] = []
        held, after = 0, known.after
        for uid in uids[:BATCH]:
            if held > BATCH_BYTES:
                break
            try:
                mail = self._mail(uid)
            except _Withheld as refused:
                if mails:
                    break  # these are kept first; it is asked for again
                raise ProviderFault(_withheld(self._mailbox, uid, str(refused))) from None
            after = uid
            if mail is not None:
                mails.append(mail)
                held += len(mail.raw)
        day = known.day if uids and after < uids[-1] else clock.now().date()
        return News(tuple(mails), str(_Cursor(known.validity, after, day)))

    def _mail(self, uid: int) -> Arrived | None:
        """None where it is gone meanwhile. Raises _Withheld."""
        told = _joined(self._told(uid, "RFC822.SIZE INTERNALDATE"))
        size, came = _SIZE.search(told), _CAME.search(told)
        if size is None:
            return None
        found = self._told(uid, f"BODY.PEEK[]<0.{CUT_BYTES}>" if int(size[1]) > MAIL_BYTES_MAX else "BODY.PEEK[]")
        body = _body(found, empty=int(size[1]) == 0)
        if body is None:
            raise _Withheld("nothing")
        return Arrived(body, (moment(came[1].decode("ascii", "replace")) if came else None) or clock.now())

    def _told(self, uid: int, what: str) -> list[object]:
        """What the server tells of a mail; nothing where it is gone. Raises _Withheld."""
        try:
            status, told = self._opened().client.uid("FETCH", str(uid), f"({what})")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:  # BAD
            raise _Withheld(str(error)) from None
        if status != "OK":
            raise _Withheld(_joined(told).decode("utf-8", "replace"))
        return told

    def _next(self) -> int:
        """The number that the next mail gets; servers need not tell it when a folder is opened."""
        return self._number("UIDNEXT") or max((int(uid) for uid in self._opened().uids("ALL")), default=0) + 1

    def _number(self, name: str) -> int:
        found = self._opened().client.response(name)[1]
        value = found[-1] if found else None
        return int(value) if isinstance(value, bytes) and value.isdigit() else 0

    def _opened(self) -> BaseMailBox:
        if self._box is None or self._ended.is_set():
            raise ProviderFault("The connection to the mailbox was ended.")
        return self._box

    def _unreached(self, error: Exception) -> ProviderFault:
        return ProviderFault(
            f"The mail server {self._mailbox.imap.host} could not be reached ({type(error).__name__})."
        )


def _imap_day(day: date) -> str:
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def refusal(mailbox: Mailbox, server: str, words: str) -> str:
    """Why nobody can sign in, and what to do, in one sentence."""
    what = "refresh token" if mailbox.oauth else "user name and password"
    said = without_secrets(words, mailbox.secrets, 200)
    return f"The {server} server does not accept the {what} of {mailbox.user}; enter the right one. It said: {said}"


def _withheld(mailbox: Mailbox, uid: int, words: str) -> str:
    """Nothing that comes after a mail may overtake it unseen, so that a mail which is never given holds up the rest."""
    return (
        f"The mail server does not give mail {uid} of {mailbox.folder}, so it and what came after it wait; if this"
        f" lasts, move that mail out of the folder. It said: {line(words, 200)}"
    )


def _unread(client: imaplib.IMAP4) -> bool:
    """Whether more was received than was read: what came in one breath with an answer, no poll tells of."""
    patience = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        return bool(cast(BufferedReader, client.file).peek(1))
    except OSError:
        return False  # nothing yet, of what TLS has to unwrap
    finally:
        client.sock.settimeout(patience)


def _said(error: Exception) -> str:
    """A server's words in what the library raises; the command, which may hold a password, is not in them."""
    result = getattr(error, "command_result", None)
    said = result[1] if isinstance(result, tuple) else error.args
    return " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in said if part)


def _body(found: list[object], *, empty: bool) -> bytes | None:
    """A mail, in any form in which a server may write it (RFC 3501, nstring); None where there is none."""
    for item in found:
        if isinstance(item, tuple) and isinstance(item[1], bytes):
            return item[1]
        if isinstance(item, bytes) and (quoted := _QUOTED.search(item)) is not None:
            return _ESCAPED.sub(rb"\1", quoted[1])
    return b"" if empty and found != [None] else None


def _joined(data: list[object]) -> bytes:
    parts = (part[0] if isinstance(part, tuple) else part for part in data)
    return b" ".join(part for part in parts if isinstance(part, bytes))
