"""Quick replies while typing: `/` at the start of a word, and the text filled in (S0.31)."""

import re
from collections.abc import Iterable

import msgspec

from omnix_protocol.catalogue import QuickReply

_TRIGGER = re.compile(r"(?:^|(?<=\s))/([a-z0-9_-]{0,30})$", re.IGNORECASE)
_PLACE = re.compile(r"\{(name|agent)\}")
SHOWN = 8


class Trigger(msgspec.Struct, frozen=True):
    """A `/word` before the cursor: where it begins and what was typed of the shortcut."""

    start: int
    typed: str


def trigger_at(text: str, cursor: int) -> Trigger | None:
    """None inside a word ("24/7", "Bapak/Ibu") and where nothing begins with a slash."""
    before = text[max(0, cursor - 40) : cursor]
    found = _TRIGGER.search(before)
    if found is None or (found.start() == 0 and len(before) < cursor and not before[:1].isspace()):
        return None
    return Trigger(cursor - len(found.group(0)), found.group(1).lower())


def matching(replies: Iterable[QuickReply], typed: str) -> list[QuickReply]:
    """By shortcut first, then by a word of the title; in the order they came."""
    known = list(replies)
    by_shortcut = [reply for reply in known if reply.shortcut.startswith(typed)]
    by_title = [reply for reply in known if reply not in by_shortcut and _in_title(reply, typed)]
    return [*by_shortcut, *by_title]


def filled(reply: QuickReply, customer: str, agent: str) -> str:
    """The text with its places filled; an unknown name leaves no hole."""
    names = {"name": customer, "agent": agent}
    text = _PLACE.sub(lambda place: names[place.group(1)], reply.text)
    return re.sub(r"  +", " ", text).replace(" ,", ",").strip()


def _in_title(reply: QuickReply, typed: str) -> bool:
    return bool(typed) and any(word.startswith(typed) for word in reply.title.lower().split())
