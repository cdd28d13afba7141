"""Who writes or calls: telephone numbers as E.164 where they can be one, short codes and names as they are."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from omnix_protocol.text import storable_text

SHORTEST: Final = 7
"""Digits: fewer are an extension or a short code, which belongs to one network and has no international form."""
LONGEST: Final = 15
DEFAULT_REGION: Final = "ID"


def normal(address: str, region: str = DEFAULT_REGION, *, international: bool = False) -> str:
    """ "0811…", "62811…", "0062811…" and "+62811…" are one customer. `international`: the network says so (TON 1)."""
    text = storable_text(" ".join(address.split()))[:64]
    digits = text.translate(_PUNCTUATION)
    plain = digits.removeprefix("+")
    if not plain.isascii() or not plain.isdigit() or not SHORTEST <= len(plain) <= LONGEST + 2:
        return text
    if digits.startswith("+") or (international and not plain.startswith("0")):
        return f"+{plain}" if len(plain) <= LONGEST else text
    if plain.startswith("00"):
        return f"+{plain[2:]}" if len(plain) - 2 >= SHORTEST else text
    return _parsed(plain, region.upper()) or _parsed(f"+{plain}", None) or text


def answerable(address: str) -> bool:
    """Whether a number stands there: to a name ("BANK") nobody can reply."""
    digits = address.translate(_PUNCTUATION).removeprefix("+")
    return digits.isascii() and digits.isdigit()


def is_outside(address: str) -> bool:
    """Whether a number is long enough to belong to the public network, and is no extension or short code."""
    return answerable(address) and len(digits_of(address).removeprefix("+")) >= SHORTEST


def digits_of(address: str) -> str:
    """The number without punctuation, the + kept."""
    return address.translate(_PUNCTUATION)


_PUNCTUATION: Final = dict.fromkeys(map(ord, " -()./"))


def _parsed(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    found: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return found
