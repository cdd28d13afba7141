"""The text of a bubble: cleaned, bounded, laid out, links found; positions count UTF-16 as Qt does."""

import re
import unicodedata

import msgspec
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextOption

from omnix_desktop.ui.theme import font, theme

FIRST_CHARACTERS = 3_000
MORE_CHARACTERS = 30_000
FIRST_LINES = 60

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"\u2028]{2,500}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'\"»”’"


class Laid(msgspec.Struct):
    """A laid-out text: width and height it takes, its links, whether some of it is not shown."""

    layout: QTextLayout
    text: str
    width: float
    height: float
    last_width: float
    links: list[tuple[int, int, str]]
    hidden: int


def clean(words: str) -> str:
    """What Qt can lay out as one paragraph: line separators for line ends, no NUL, no lone surrogates."""
    text = words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.rstrip("\n").replace("\n", "\u2028").replace("\u2029", "\u2028")


def bounded(words: str, limit: int) -> tuple[str, int]:
    """The first characters of a text, cut at lines too when nobody asked for more, and how many stay hidden."""
    text = words if len(words) <= limit + 200 else words[:limit]
    if limit <= FIRST_CHARACTERS:
        lines = text.split("\n", FIRST_LINES)
        if len(lines) > FIRST_LINES:
            text = "\n".join(lines[:FIRST_LINES])
    return text, len(words) - len(text)


def utf16(words: str) -> int:
    """Length as Qt counts it."""
    return len(words) + sum(1 for c in words if c > "\uffff") if not words.isascii() else len(words)


def cut(words: str, start: int, end: int) -> str:
    """A piece by Qt's positions, line ends as people copy them."""
    raw = words.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return raw.decode("utf-16-le", "ignore").replace("\u2028", "\n")


def find_links(text: str) -> list[tuple[int, int, str]]:
    """(start, end, address) in Qt's positions; what ends a sentence is not part of an address."""
    found = []
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TRAILING)
        start = utf16(text[: match.start()])
        target = address if address.lower().startswith("http") else f"https://{address}"
        found.append((start, start + utf16(address), target))
    return found


def reads_right_to_left(text: str) -> bool:
    """The direction of the first strong letter."""
    for letter in text[:400]:
        kind = unicodedata.bidirectional(letter)
        if kind in {"R", "AL"}:
            return True
        if kind == "L":
            return False
    return False


def lay_out(words: str, width: float, link_colour: str, limit: int = FIRST_CHARACTERS) -> Laid:
    """Break a message into lines no wider than `width`."""
    part, hidden = bounded(words, limit)
    text = clean(part)
    layout = QTextLayout(text, font("message"))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    links = find_links(text)
    if links:
        layout.setFormats([_link_format(start, end, link_colour) for start, end, _ in links])
    natural, height, last = _break_lines(layout, width)
    if reads_right_to_left(text):
        natural, height, last = _break_lines(layout, natural + 1)
        last = natural
    return Laid(layout, text, natural, height, last, links, hidden)


def _break_lines(layout: QTextLayout, width: float) -> tuple[float, float, float]:
    natural = height = last = 0.0
    layout.beginLayout()
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += max(line.height(), 19.0)
        last = line.naturalTextWidth()
        natural = max(natural, last)
    layout.endLayout()
    return natural, height, last


def _link_format(start: int, end: int, colour: str) -> QTextLayout.FormatRange:
    looks = QTextCharFormat()
    looks.setForeground(theme().colour(colour))
    looks.setFontUnderline(True)
    piece = QTextLayout.FormatRange()
    piece.start, piece.length, piece.format = start, end - start, looks
    return piece
