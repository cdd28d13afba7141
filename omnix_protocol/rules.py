"""Pure arithmetic that one side shows and the other enforces (promise 7).

Time is an argument, the numbers are the tenant's data.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from omnix_protocol.channels import Capabilities
from omnix_protocol.messages import DeliveryState
from omnix_protocol.people import Role, Rules, User

PREVIEW_LENGTH = 120

_ORDER = {
    DeliveryState.ACCEPTED: 0,
    DeliveryState.UNCERTAIN: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.SENT: 3,
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


def preview(text: str, shown_as: str, attachment_names: tuple[str, ...]) -> str:
    """One line for a row of a list: the text, or what stands for it."""
    line = " ".join(text[: PREVIEW_LENGTH * 4].split())
    if not line:
        line = attachment_names[0] if attachment_names else shown_as
    return line if len(line) <= PREVIEW_LENGTH else line[: PREVIEW_LENGTH - 1] + "…"
