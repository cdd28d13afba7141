"""What the headers of a mail say: words, people, moments and ids; odd ones are read as far as they can be."""

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime

from backend.channels.base import line
from backend.channels.email.charsets import decoded

ADDRESS_MAX = 320
PEOPLE_MAX = 100
IDS_MAX = 200
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\\]{1,255}")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Letters without a shape, which turn a name around or hide in it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody's address, its domain in lower case, and the name they give themselves."""

    address: str
    name: str = ""


def words(value: str, limit: int = 998) -> str:
    """A header's text in one clean line: RFC 2047's encoded words are read, whatever charset they claim."""
    if _WORD.search(value):
        with contextlib.suppress(MessageError, ValueError, LookupError):  # then shown as it is written
            value = "".join(_piece(piece, charset) for piece, charset in decode_header(value))
    return line(_HIDDEN.sub("", value), limit)


def people(values: list[str]) -> tuple[Address, ...]:
    """The addresses in From, To and their kind; what is no address is left out."""
    found: dict[str, Address] = {}
    for value in values[:20]:
        for name, address in _pairs(value):
            clean = address_of(address)
            if clean and len(found) < PEOPLE_MAX:
                found.setdefault(clean.lower(), Address(clean, words(name, 200)))
    return tuple(found.values())


def address_of(text: str) -> str:
    """The one address in a text, its domain in lower case; "" where there is none."""
    match = _ADDRESS.search(words(text) if "=?" in text else text)
    if match is None or len(match[0]) > ADDRESS_MAX:
        return ""
    local, _, domain = line(_HIDDEN.sub("", match[0]), ADDRESS_MAX).rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def wired(address: str) -> str:
    """An address as servers speak of it, its domain in ASCII (IDNA); "" where it has none such.

    Before the @ there may be any letters: not every server takes them (SMTPUTF8).
    """
    local, _, domain = address.rpartition("@")
    try:
        local.encode()
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}" if local else ""
    except UnicodeError:
        return ""


def message_ids(value: str) -> tuple[str, ...]:
    """The ids in Message-ID, In-Reply-To or References, in order, each once."""
    return tuple(dict.fromkeys(_ID.findall(value)))[-IDS_MAX:]


def moment(value: str) -> datetime | None:
    """When the writer says that it was; None where that is no date, or none that has a calendar."""
    try:
        found = parsedate_to_datetime(value[:200])
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return found if 1980 <= found.year <= 2200 else None


def _pairs(value: str) -> list[tuple[str, str]]:
    try:
        # Encoded words are read after the addresses are told apart: one may hold a comma.
        found = getaddresses([value])
    except (RecursionError, ValueError, IndexError, TypeError, AttributeError):
        found = []
    if any("@" in address for _, address in found):
        return found
    return [("", match) for match in _ADDRESS.findall(value)]


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return decoded(piece, charset or "latin-1")
