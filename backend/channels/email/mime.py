"""A message's bytes to the tree of its parts, however broken: bounded in depth, parts and bytes, in linear time.

The headers of each part are read by the standard library. The parts are cut here: the library's own cutting compares
each line with the boundary of each open multipart and calls itself for each, so that a mail of a megabyte can hold
it for minutes or end it (RecursionError).
"""

import base64
import binascii
import itertools
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from backend.channels.email.charsets import decoded

RAW_MAX = 64 * 1024 * 1024
"""Bytes of a message that are looked at."""
DEPTH_MAX = 20
PARTS_MAX = 500
UU_FILES_MAX = 50
HEADER_BYTES_MAX = 256 * 1024
HEADERS_MAX = 1000
VALUE_MAX = 16_384
"""Characters of one header that are looked at."""
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r(?!\n)")
_BOUNDARY_MAX = 1000  # RFC 2046 allows 70; longer ones are seen
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,255})\r?$")


@dataclass(slots=True)
class Part:
    """One part: its headers, its bytes as they are on the wire, and the parts in it."""

    path: str  # "" is the whole message; "2.1" the first part of its second part
    headers: Message
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    broken: bool = False  # it says that it has parts, and is read as text

    @property
    def media_type(self) -> str:
        """How it is to be read, in lower case."""
        return "text/plain" if self.broken else self.declared_type

    @property
    def declared_type(self) -> str:
        found: Any = _quietly(self.headers.get_content_type, "text/plain")
        return str(found).lower() if isinstance(found, str) else "text/plain"

    @property
    def disposition(self) -> str:
        found: Any = _quietly(self.headers.get_content_disposition, None)
        return found if isinstance(found, str) else ""

    def value(self, name: str) -> str:
        """A header as it is written, in one line; "" where there is none."""
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> list[str]:
        return self.headers.get_all(name, [])

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A header's parameter; RFC 2231 and its absence are both understood."""
        found: Any = _quietly(lambda: self.headers.get_param(name, "", header), "")
        if isinstance(found, tuple):
            charset, _, text = found
            found = decoded(text.encode("latin-1", "replace"), charset or "utf-8")
        return str(found)[:VALUE_MAX]

    def content(self) -> bytes:
        """The bytes that the transfer encoding wrapped; never raises."""
        encoding = self.value("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return _from_base64(self.body)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return uudecoded(self.body)
        return self.body


@dataclass(slots=True)
class _Limits:
    parts: int = PARTS_MAX
    reached: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Tree:
    """A message's parts, and what was left out of it, in words."""

    root: Part
    notes: tuple[str, ...]


def tree(raw: bytes) -> Tree:
    """Never raises."""
    limits = _Limits()
    if len(raw) > RAW_MAX:
        limits.reached.add("The mail is larger than can be shown whole.")
    if raw.startswith(b"From "):  # an mbox line of whoever kept it
        raw = raw.partition(b"\n")[2]
    root = _part(raw[:RAW_MAX], "", 0, limits)
    return Tree(root, tuple(sorted(limits.reached)))


def body_of(raw: bytes) -> bytes:
    """What follows the headers: the same wherever a mail came along, while its headers grow on the way."""
    return _split(raw)[1]


def leaves(part: Part) -> Iterator[Part]:
    """The parts that hold something, in order."""
    waiting = [part]
    while waiting:
        found = waiting.pop()
        if found.parts:
            waiting.extend(reversed(found.parts))
        else:
            yield found


def uudecoded(body: bytes) -> bytes:
    """What stands between `begin` and `end`; lines that are none are left out."""
    found = []
    for row in body.splitlines():
        if row.startswith(b"begin ") or not row.strip():
            continue
        if row.strip() == b"end":
            break
        found.append(_uu_line(row))
    return b"".join(found)


def without_uuencoded(body: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """A text without the files in it, and each file's name and bytes."""
    files: list[tuple[str, bytes]] = []
    kept: list[bytes] = []
    at = 0
    for begin in itertools.islice(_UU_BEGIN.finditer(body), UU_FILES_MAX):
        if begin.start() < at:
            continue  # within the file before
        end = body.find(b"\nend", begin.end())
        first = body[begin.end() : begin.end() + 70].strip().splitlines()
        if end < 0 or not first or not _uu_line(first[0]):
            continue
        files.append((decoded(begin[1]), uudecoded(body[begin.end() : end])))
        kept.append(body[at : begin.start()])
        at = end + 4
    kept.append(body[at:])
    return b"".join(kept), files


def _uu_line(row: bytes) -> bytes:
    try:
        return binascii.a2b_uu(row)
    except binascii.Error:
        try:  # some encoders forget that the last group is padded
            return binascii.a2b_uu(row[: (((row[0] - 32) & 63) * 4 + 5) // 3 + 1])
        except (binascii.Error, IndexError):
            return b""


def _part(raw: bytes, path: str, depth: int, limits: _Limits) -> Part:
    headers, body = _split(raw)
    part = Part(path, headers, body)
    if not part.media_type.startswith("multipart/"):
        return part
    boundary = part.parameter("boundary").encode("latin-1", "replace").strip()
    if not boundary or len(boundary) > _BOUNDARY_MAX:
        limits.reached.add("The mail says that it has parts, and not where they begin.")
        return _as_text(part)
    if depth >= DEPTH_MAX:
        limits.reached.add("Parts in parts in parts: the innermost are not shown.")
        return _as_text(part)
    sections = _sections(body, boundary)
    if not sections:
        limits.reached.add("The mail says that it has parts, and they are not there.")
        return _as_text(part)
    for number, section in enumerate(sections, 1):
        if limits.parts <= 0:
            limits.reached.add(f"Only the first {PARTS_MAX} parts are shown.")
            break
        limits.parts -= 1
        part.parts.append(_part(section, f"{path}.{number}" if path else str(number), depth + 1, limits))
    return part


def _as_text(part: Part) -> Part:
    part.broken = True
    return part


def _sections(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between the boundary lines; what comes before the first and after the last is nobody's."""
    rows = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$")
    found, start = [], -1
    for row in rows.finditer(body):
        if start >= 0:
            found.append(_without_last_break(body[start : row.start()]))
        start = row.end() + 1
        if row[1] or len(found) > PARTS_MAX:
            return found
    if 0 <= start < len(body):
        found.append(body[start:])
    return found


def _without_last_break(section: bytes) -> bytes:
    if section.endswith(b"\r\n"):
        return section[:-2]
    return section[:-1] if section.endswith(b"\n") else section


def _split(raw: bytes) -> tuple[Message, bytes]:
    """Headers and body: a part that begins with an empty line has none of the former."""
    if raw.startswith((b"\n", b"\r\n")):
        return Message(), raw[raw.index(b"\n") + 1 :]
    blank = _BLANK.search(raw)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    try:
        read = BytesParser(policy=compat32).parsebytes(head[:HEADER_BYTES_MAX] + b"\n\n", headersonly=True)
    except Exception:
        return Message(), raw
    headers = Message()
    for name, value in itertools.islice(read.raw_items(), HEADERS_MAX):
        headers[name] = _unfolded(str(value))
    del read["content-type"]  # its charset would be believed here, and may be anything
    read["content-type"] = "text/plain; charset=latin-1"
    left = read.get_payload()
    if isinstance(left, str) and left.strip():  # a line that is no header ends them
        body = left.encode("latin-1", "replace") + b"\n\n" + body
    return headers, body


def _from_base64(body: bytes) -> bytes:
    body = body.partition(b"=")[0] if b"=" in body.rstrip(b"=\r\n \t-") else body
    letters = body.translate(None, _NO_BASE64)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))


def _unfolded(value: str) -> str:
    """One line; bytes that were no ASCII are read as what they most likely are."""
    text = decoded(value[:VALUE_MAX].encode("utf-8", "surrogateescape"))
    return " ".join(text.replace("\0", " ").split())


def _quietly(ask: Any, otherwise: Any) -> Any:
    """What the standard library says of a header; it raises many things for what it did not expect."""
    try:
        return ask()
    except Exception:
        return otherwise
