"""Text to the octets of a short message and back: GSM 03.38 in octets, UCS-2, and the header that joins parts."""

from dataclasses import dataclass
from typing import Final

from omnix_protocol.sms import GSM_BASIC, GSM_EXTENSION, SmsEncoding

GSM_CODING: Final = 0x00
UCS2_CODING: Final = 0x08
_CHARACTER_SETS: Final = {0x03: "latin-1", 0x06: "iso8859-5", 0x07: "iso8859-8"}
_ESCAPE: Final = 0x1B
_OCTETS: Final = {letter: bytes((place,)) for place, letter in enumerate(GSM_BASIC) if place != _ESCAPE} | {
    letter: bytes((_ESCAPE, place)) for letter, place in GSM_EXTENSION.items()
}
_EXTENDED: Final = {place: letter for letter, place in GSM_EXTENSION.items()}
_SHORT_REFERENCE, _LONG_REFERENCE = 0x00, 0x08  # information elements of TS 23.040, 9.2.3.24.1 and .8


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of which longer message; parts are numbered from 1."""

    reference: int
    parts: int
    number: int


def encoded(text: str, encoding: SmsEncoding) -> tuple[int, bytes]:
    """The data_coding and the octets of a text: an octet for each septet, or UTF-16 (what "UCS-2" is on handsets).

    `encoding` is that of the whole message: parts of a text that needs UCS-2 are all sent so.
    """
    if encoding is SmsEncoding.GSM:
        return GSM_CODING, b"".join(_OCTETS[letter] for letter in text)
    return UCS2_CODING, text.encode("utf-16-be", "replace")


def decoded(coding: int, octets: bytes) -> str | None:
    """The text of a content, None where it is none (8-bit data). The codings are those of SMPP 5.2.19 and TS 23.038."""
    if coding in _CHARACTER_SETS:
        return octets.decode(_CHARACTER_SETS[coding], "replace")
    with_class = 0x10 <= coding < 0x40  # the alphabet is in two bits
    if coding in (GSM_CODING, 0x01) or 0xF0 <= coding <= 0xF3 or (with_class and coding & 0x0C == 0):
        return _gsm(octets)
    if coding == UCS2_CODING or (with_class and coding & 0x0C == 0x08):
        return octets.decode("utf-16-be", "replace")
    return None


def _gsm(octets: bytes) -> str:
    if any(octet > 0x7F for octet in octets):  # a centre whose default alphabet is Latin 1
        return octets.decode("latin-1")
    letters, escaped = [], False
    for octet in octets:
        if escaped:  # unknown extensions show the letter of the basic table (TS 23.038, 6.2.1.1)
            letters.append(_EXTENDED.get(octet, GSM_BASIC[octet] if octet != _ESCAPE else " "))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            letters.append(GSM_BASIC[octet])
    return "".join(letters)


def joining_header(part: Part) -> bytes:
    """The user data header of one part; `reference` counts modulo 256."""
    return bytes((5, _SHORT_REFERENCE, 3, part.reference % 256, part.parts, part.number))


def without_header(octets: bytes) -> tuple[Part | None, bytes]:
    """What a content with a user data header says: its place in a longer message, if any, and the rest.

    A header that is no header is left in the content: nothing is lost, and a person sees it.
    """
    if not octets or octets[0] + 1 > len(octets):
        return None, octets
    header, rest = octets[1 : octets[0] + 1], octets[octets[0] + 1 :]
    place, part = 0, None
    while place + 2 <= len(header):
        kind, length = header[place], header[place + 1]
        content = header[place + 2 : place + 2 + length]
        if kind == _SHORT_REFERENCE and len(content) == length == 3:
            part = _part(content[0], content[1], content[2]) or part
        elif kind == _LONG_REFERENCE and len(content) == length == 4:
            part = _part(content[0] << 8 | content[1], content[2], content[3]) or part
        place += 2 + length
    return part, rest


def _part(reference: int, parts: int, number: int) -> Part | None:
    """None where the numbers say nothing (number 0, or beyond the parts): TS 23.040 has such elements ignored."""
    return Part(reference, parts, number) if 1 <= number <= parts and parts > 1 else None
