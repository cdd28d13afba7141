"""How long a short message is: GSM 03.38 with its extension table, UCS-2, and the parts that a network charges for.

Source of the numbers: 3GPP TS 23.038 (alphabets), TS 23.040, 9.2.3.24.1 (6 octets of header in each of several parts).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from omnix_protocol.base import Value

GSM_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet; a character's place is its septet. Septet 0x1B leads to the extension table."""
GSM_EXTENSION: Final = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
"""Characters that cost two septets."""

_COST: Final = {letter: 1 for letter in GSM_BASIC if letter != "\x1b"} | dict.fromkeys(GSM_EXTENSION, 2)


class SmsEncoding(StrEnum):
    """What a text needs: one character that GSM's alphabet lacks makes all of it UCS-2."""

    GSM = "gsm"
    UCS2 = "ucs2"


ALONE: Final = {SmsEncoding.GSM: 160, SmsEncoding.UCS2: 70}
"""Units of a message of one part: septets, or 16-bit units (an emoji is two)."""
OF_SEVERAL: Final = {SmsEncoding.GSM: 153, SmsEncoding.UCS2: 67}
"""Units of each part of a longer one."""


class SmsLength(Value, frozen=True, kw_only=True):
    """What a counter shows: `left` units fit before the next part begins."""

    encoding: SmsEncoding
    units: int
    parts: int
    left: int


def sms_encoding(text: str) -> SmsEncoding:
    """GSM where its alphabet and extension table hold every character, else UCS-2."""
    return SmsEncoding.GSM if all(letter in _COST for letter in text) else SmsEncoding.UCS2


def sms_length(text: str) -> SmsLength:
    """Units, parts and what is left in the last part; the empty text is one empty part."""
    encoding = sms_encoding(text)
    units = sum(_costs(text, encoding))
    if units <= ALONE[encoding]:
        return SmsLength(encoding=encoding, units=units, parts=1, left=ALONE[encoding] - units)
    parts = sms_parts(text)
    last = sum(_costs(parts[-1], encoding))
    return SmsLength(encoding=encoding, units=units, parts=len(parts), left=OF_SEVERAL[encoding] - last)


def sms_parts(text: str) -> tuple[str, ...]:
    """The text cut as it is sent: never between the two septets or the two halves of one character."""
    encoding = sms_encoding(text)
    costs = list(_costs(text, encoding))
    if sum(costs) <= ALONE[encoding]:
        return (text,)
    parts, start, used = [], 0, 0
    for place, cost in enumerate(costs):
        if used + cost > OF_SEVERAL[encoding]:
            parts.append(text[start:place])
            start, used = place, 0
        used += cost
    return (*parts, text[start:])


def sms_cost(text: str) -> int:
    """Septets that the text takes of the parts it needs; UCS-2 counts for as many as would have stood in its place."""
    length = sms_length(text)
    room = (ALONE if length.parts == 1 else OF_SEVERAL)[length.encoding]
    septets = (ALONE if length.parts == 1 else OF_SEVERAL)[SmsEncoding.GSM]
    full = (length.parts - 1) * septets
    return full + -(-(room - length.left) * septets // room)


def _costs(text: str, encoding: SmsEncoding) -> Iterator[int]:
    if encoding is SmsEncoding.GSM:
        return (_COST[letter] for letter in text)
    return (2 if letter > "\uffff" else 1 for letter in text)
