"""A mail of ours, new or in answer, as the bytes on the wire: short lines, the same each time.

It is seven bits but for the addresses that are not.

Its Message-ID names the message and the decision to send it. Nothing that a person or a customer wrote can become a
header: each value is one line, each address is an address, and all else is encoded. The bytes are written here, because
the standard library's writer folds some words into headers that were never there, or into bytes that are no ASCII.
"""

import base64
import hashlib
import quopri
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from backend.channels.base import line
from backend.channels.email.headers import Address, address_of, message_ids, wired
from backend.channels.email.loops import MARK

SUBJECT_MAX = 400
REFERENCES_MAX = 30
"""Message-IDs that References names: the thread's first, and the latest (RFC 5322 sets no limit, servers do)."""
ID_MAX = 300
FILE_NAME_MAX = 120
FILE_NAME_ENCODED_MAX = 800
WORD_BYTES = 42
"""Of an encoded word: with its frame it is at most 75 characters (RFC 2047, section 2)."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_BARE_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,5}")
_PLAIN_FILE = re.compile(r"[\w .()+,-]+", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,90}")
_CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file to go along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. Raises nothing when made; `composed` says what is wrong with it."""

    sender: Address
    to: tuple[Address, ...]
    message_id: str
    date: datetime | None = None  # None: the server puts its own
    subject: str = ""
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    enclosed: tuple[Enclosed, ...] = ()

    @property
    def recipients(self) -> list[str]:
        """Whom the envelope names, Bcc too; each once, as servers speak of it. Raises Unsendable."""
        lines = {"To": self.to, "Cc": self.cc, "Bcc": self.bcc}
        return list(dict.fromkeys(_on_wire(person, name) for name, persons in lines.items() for person in persons))


class Unsendable(ValueError):
    """A letter that cannot become a mail; the text says why, for whoever wrote it."""


def composed(letter: Letter) -> bytes:
    """The mail without its Bcc. Raises Unsendable."""
    answered = _one_id(letter.in_reply_to)
    headers = [
        ("From", _people([letter.sender], "From")),
        ("To", _people(letter.to, "To")),
        ("Cc", _people(letter.cc, "Cc") if letter.cc else ""),
        ("Subject", _encoded(line(letter.subject, SUBJECT_MAX))),
        ("Date", format_datetime(letter.date) if letter.date is not None else ""),
        ("Message-ID", _one_id(letter.message_id)),
        ("In-Reply-To", answered),
        ("References", "\r\n ".join(_chain(letter.references, answered))),
        (MARK, wired(address_of(letter.sender.address))),
        ("MIME-Version", "1.0"),
    ]
    return _rows((name, value) for name, value in headers if value) + _content(letter)


def chained(references: Sequence[str], answered: str) -> tuple[str, ...]:
    """References of an answer: those of the mail that is answered, and that mail (RFC 5322, 3.6.4)."""
    return tuple(dict.fromkeys((*references, *((answered,) if answered else ()))))


def _content(letter: Letter) -> bytes:
    """Headers and body of what the mail says: text, and files."""
    said = _text(letter.text)
    return _multipart([said, *(_file(file) for file in letter.enclosed)]) if letter.enclosed else said


def _text(text: str) -> bytes:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").removesuffix(b"\n") + b"\n"
    head = _rows([("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")])
    return head + _CRLF + quopri.encodestring(rows.replace(b"\0", b"")).replace(b"\n", _CRLF)


def _file(file: Enclosed) -> bytes:
    media_type = file.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"
    headers = [
        ("Content-Type", media_type),
        ("Content-Disposition", f"attachment;\r\n {_file_name(file.name)}"),
        ("Content-Transfer-Encoding", "base64"),
    ]
    content = base64.encodebytes(file.content).replace(b"\n", _CRLF)
    return _rows(headers) + _CRLF + content


def _file_name(given: str) -> str:
    """A parameter of Content-Disposition: plain where it is, else by RFC 2231; cut where a line could not hold it."""
    name = _clean(line(given.replace("/", "_").replace("\\", "_"), FILE_NAME_MAX)) or "file"
    if _PLAIN_FILE.fullmatch(name):
        return f'filename="{name}"'
    stem, dot, ending = name.rpartition(".")
    while len(quote(name, safe="")) > FILE_NAME_ENCODED_MAX:
        stem, ending = (stem[:-5], ending) if stem else ("", ending[:-5])
        name = f"{stem}{dot}{ending}"
    return f"filename*=utf-8''{quote(name, safe='')}"


def _multipart(parts: list[bytes]) -> bytes:
    # `=_` is in no line of quoted-printable or base64 (RFC 2045, section 6.7)
    boundary = f"=_{hashlib.sha256(b''.join(parts)).hexdigest()[:32]}"
    mark = f"--{boundary}".encode()
    head = _rows([("Content-Type", f'multipart/mixed;\r\n boundary="{boundary}"')])
    return head + b"".join(_CRLF + mark + _CRLF + part for part in parts) + _CRLF + mark + b"--" + _CRLF


def _rows(headers: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers)


def _encoded(text: str) -> str:
    """One line of header text: as it is where that is harmless and short, else as encoded words."""
    text = _clean(text)
    if text.isascii() and len(text) <= 60 and "=?" not in text:
        return text
    words, word = [], b""
    for letter in text:
        more = letter.encode("utf-8", "replace")
        if len(word) + len(more) > WORD_BYTES:
            words.append(word)
            word = b""
        word += more
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in (*words, word))


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _people(persons: Sequence[Address], header: str) -> str:
    if not persons:
        raise Unsendable(f"{header} names nobody.")
    return ",\r\n ".join(_person(person, header) for person in persons)


def _person(person: Address, header: str) -> str:
    on_wire, name = _on_wire(person, header), line(person.name, 200)
    if not name:
        return on_wire
    return f"{name} <{on_wire}>" if _BARE_NAME.fullmatch(name) else f"{_word(name)}\r\n <{on_wire}>"


def _on_wire(person: Address, header: str) -> str:
    address = address_of(person.address)
    if not address or address.lower() != person.address.strip().lower():
        raise Unsendable(f"{line(person.address, 100) or 'An empty text'} ({header}) is no mail address.")
    on_wire = wired(address)
    if not on_wire:
        raise Unsendable(f"{line(person.address, 100)} ({header}) is no mail address that can be written to.")
    return on_wire


def _word(name: str) -> str:
    """A name that is more than plain words: quoted, with nothing in it that ends a quotation, or as encoded words."""
    plain = _clean(name).replace("\\", "").replace('"', "")
    return f'"{plain}"' if plain.isascii() and len(plain) <= 60 and "=?" not in plain else _encoded(name)


def _one_id(value: str) -> str:
    return next((found for found in message_ids(value) if len(found) <= ID_MAX and found.isascii()), "")


def _chain(references: Sequence[str], answered: str) -> list[str]:
    ids = chained([found for value in references if (found := _one_id(value))], answered)
    return list(ids) if len(ids) <= REFERENCES_MAX else [ids[0], *ids[-(REFERENCES_MAX - 1) :]]
