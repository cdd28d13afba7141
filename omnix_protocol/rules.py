"""Pure arithmetic that one side shows and the other enforces (promise 7).

Time is an argument, the numbers are the tenant's data.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from unicodedata import category

from omnix_protocol.channels import Capabilities
from omnix_protocol.messages import DeliveryState
from omnix_protocol.people import Role, Rules, User

PREVIEW_LENGTH = 120
_LETTER = "A-Za-z0-9_\u00a1-\U0010ffff-"
_SHAPELESS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"})
"""Blanks and what is not seen, as Unicode sorts them; what it sorts otherwise and is not seen either:"""
_FILLERS = frozenset(map(chr, (0x115F, 0x1160, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))

_ORDER = {
    DeliveryState.ACCEPTED: 0,
    DeliveryState.UNCERTAIN: 1,
    DeliveryState.SENT: 2,
    DeliveryState.FAILED: 3,  # networks take a message first and tell later that it could not be delivered
    DeliveryState.DELIVERED: 4,
    DeliveryState.READ: 5,
}


class Urgency(StrEnum):
    """Amber is soon, red is too late (look/README.md)."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


def next_delivery_state(current: DeliveryState, reported: DeliveryState) -> DeliveryState:
    """The later of the two: a receipt that overtakes another never moves a message back."""
    if current not in _ORDER or reported not in _ORDER:
        return current
    return reported if _ORDER[reported] > _ORDER[current] else current


def may_retry(state: DeliveryState) -> bool:
    """Whether an agent may decide to send it again (P5)."""
    return state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def pick_up_limit(rules: Rules, user: User) -> int:
    """How many interactions this user may handle at once (S0.20)."""
    return rules.pick_up_limit if user.pick_up_limit is None else user.pick_up_limit


def may_reset(by: Role, of: Role) -> bool:
    """Team leaders issue credentials to those below them (S0.9); administrators to everybody not above them."""
    if by.rank >= Role.ADMINISTRATOR.rank:
        return of.rank <= by.rank
    return by.rank >= Role.TEAM_LEADER.rank and of.rank < by.rank


def text_limit(rules: Rules, capabilities: Capabilities) -> int:
    """Characters that one message may have: the smaller of the tenant's and the channel's."""
    return min(rules.message_max, capabilities.text_max)


def window_closes_at(capabilities: Capabilities, last_inbound_at: datetime | None) -> datetime | None:
    """When free text stops being allowed; None where the channel has no window or nothing came in yet."""
    if capabilities.reply_window_seconds is None or last_inbound_at is None:
        return None
    return last_inbound_at + timedelta(seconds=capabilities.reply_window_seconds)


def reply_due_at(rules: Rules, unanswered_since: datetime | None) -> datetime | None:
    """When the oldest unanswered message should have its reply."""
    if unanswered_since is None:
        return None
    return unanswered_since + timedelta(seconds=rules.reply_due_seconds)


def due_urgency(due_at: datetime, now: datetime, soon_seconds: int = 60) -> Urgency:
    """Late when past, soon within the last minute."""
    left = (due_at - now).total_seconds()
    if left < 0:
        return Urgency.LATE
    return Urgency.SOON if left < soon_seconds else Urgency.CALM


def wait_urgency(rules: Rules, since: datetime, now: datetime) -> Urgency:
    """How bad a wait in the queue is by the tenant's numbers."""
    waited = (now - since).total_seconds()
    if waited >= rules.wait_late_seconds:
        return Urgency.LATE
    return Urgency.SOON if waited >= rules.wait_soon_seconds else Urgency.CALM


def returns_to_agent(rules: Rules, ended_at: datetime, now: datetime) -> bool:
    """Whether a message after the end goes back to the same agent (grace period, section 6 of features.md)."""
    return now - ended_at <= timedelta(seconds=rules.grace_seconds)


def preview(text: str, attachment_names: tuple[str, ...] = ()) -> str:
    """One line for a row of a list: the text, else the first file's name."""
    line = " ".join(text[: PREVIEW_LENGTH * 4].split())
    if not line and attachment_names:
        line = attachment_names[0]
    return line if len(line) <= PREVIEW_LENGTH else line[: PREVIEW_LENGTH - 1] + "…"


def reply_subject(subject: str) -> str:
    """What the answer to a mail is called: `Re: ` once, however often it was answered."""
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}".strip()


def is_mail_address(text: str) -> bool:
    """One address as RFC 5321 writes it without quotes: nothing in it can become a second header or recipient."""
    return text.isascii() and is_customers_address(text)


def is_customers_address(text: str) -> bool:
    """Likewise, of any letters that are seen (RFC 6531): whether such a mail can go out, its server says."""
    fits = len(text) <= 254 and _address().fullmatch(text) is not None
    return fits and all(map(_is_seen, text)) and _has_name(text.rpartition("@")[2])


@cache
def _address() -> re.Pattern[str]:
    """Made when it is first needed: so many letters take milliseconds, and no start needs them."""
    return re.compile(rf"[.!#$%&'*+/=?^`{{|}}~{_LETTER}]{{1,64}}@[{_LETTER}]+(\.[{_LETTER}]+)*")


def _is_seen(letter: str) -> bool:
    return letter.isascii() or (category(letter) not in _SHAPELESS and letter not in _FILLERS)


def _has_name(domain: str) -> bool:
    """Whether servers have a name for it (IDNA)."""
    try:
        return domain.isascii() or bool(domain.encode("idna"))
    except UnicodeError:
        return False
