"""Who calls, as exchanges write it: a number, perhaps in an address of SIP, or nobody."""

import re
from typing import Final

from backend.channels.numbers import DEFAULT_REGION, normal

_URI: Final = re.compile(r"^(?:sips?|tel):([^@;?]*)", re.IGNORECASE)
_HIDDEN: Final = frozenset(
    {"", "anonymous", "unknown", "unavailable", "restricted", "private", "<unknown>", "asterisk"}
)


def number(text: str, region: str = DEFAULT_REGION) -> str:
    """As `normal`, also of "sip:+62811…@host"; empty where the caller hides theirs."""
    plain = " ".join(text.split())
    if (uri := _URI.match(plain)) is not None:
        plain = uri.group(1)
    return "" if plain.lower() in _HIDDEN else normal(plain, region)
