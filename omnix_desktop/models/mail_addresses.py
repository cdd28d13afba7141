"""The addresses in what is typed over a mail."""

import re

from omnix_protocol.rules import is_customers_address

_BETWEEN = re.compile(r"[\s,;]+")
_NAME = re.compile(r"(?:\"[^\"]*\"|[^<>,;@\"]+)(?=<)")
"""Of a person, before the address in brackets."""


def addresses_in(text: str) -> tuple[tuple[str, ...], str]:
    """The addresses in what was typed or pasted, and the first part that is none."""
    found: list[str] = []
    for part in _BETWEEN.split(_NAME.sub(" ", text).strip()):
        plain = part.strip("<>")
        if is_customers_address(plain):
            found.append(plain)
        elif part and (part.startswith("<") or "@" in part or not found):
            return tuple(found), part
    return tuple(found), ""
