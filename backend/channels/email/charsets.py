"""Bytes that claim a charset, which may be a lie, to text that every part can hold."""

import codecs
import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
# Codecs of Python that are no charset of mail: they run for long, warn, or turn text into something else.
_NO_CHARSET = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ANYTHING = "windows-1252"
"""What a text without a (true) charset most often is, where it is no UTF-8."""
_LESS_THAN = {"us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": _ANYTHING, "latin-1": _ANYTHING, "latin1": _ANYTHING}
"""Names that are written where the other is meant (as browsers read them, WHATWG Encoding)."""


def decoded(data: bytes, charset: str = "") -> str:
    """The text; never raises. The declared charset is believed where the bytes bear it out."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    name = known(charset)
    wide = name.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
    if wide and b"\0" not in data[:1000]:
        name = "utf-8"
    for candidate in dict.fromkeys(("utf-8", name) if name == _ANYTHING else (name, "utf-8")):
        try:
            return data.decode(candidate)
        except (UnicodeError, ValueError):
            continue
    return data.decode(_ANYTHING if name == "utf-8" else name, "replace")


def known(charset: str) -> str:
    """The name of a charset that can be used: the one declared, or UTF-8 where nobody knows it."""
    name = charset.strip("\"' \t").lower()
    if not _NAME.fullmatch(name):
        return "utf-8"
    name = _LESS_THAN.get(name, name)
    try:
        info = codecs.lookup(name)
        b"a".decode(name)  # refuses what is no charset at all: zip, hex, rot13
    except (LookupError, ValueError):
        return name if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")) else "utf-8"
    return "utf-8" if info.name.replace("-", "_") in _NO_CHARSET else name
