"""Time that is left or has passed, as the words and the tone of a pill."""

from datetime import datetime
from typing import NamedTuple

from omnix_desktop.i18n import format_clock, format_short_day, format_span, format_time, tr
from omnix_protocol.channels import Capabilities
from omnix_protocol.people import Rules
from omnix_protocol.rules import Urgency, due_urgency, reply_due_at, wait_urgency, window_closes_at

DAY = 86400
_TONES = {Urgency.CALM: "good", Urgency.SOON: "soon", Urgency.LATE: "bad"}


class Pill(NamedTuple):
    """A short fact and how urgent it is; empty words are no pill."""

    words: str = ""
    tone: str = "neutral"


NO_PILL = Pill()


def reply_pill(rules: Rules, unanswered_since: datetime | None, now: datetime) -> Pill:
    """Balas 04:12, Lewat 02:10, or that it is the customer's turn."""
    due_at = reply_due_at(rules, unanswered_since)
    if due_at is None:
        return Pill(tr("inbox.waiting_for_customer"))
    left = (due_at - now).total_seconds()
    urgency = due_urgency(due_at, now)
    if urgency is Urgency.LATE:
        return Pill(tr("inbox.overdue", clock=short_clock(-left)), "bad")
    return Pill(tr("inbox.reply_within", clock=short_clock(left)), _TONES[urgency])


def wait_pill(rules: Rules, since: datetime | None, now: datetime) -> Pill:
    """How long the oldest one waits."""
    if since is None:
        return Pill(tone="muted")
    urgency = wait_urgency(rules, since, now)
    tone = {Urgency.CALM: "muted", Urgency.SOON: "soon", Urgency.LATE: "bad"}[urgency]
    return Pill(short_clock((now - since).total_seconds()), tone)


def window_pill(capabilities: Capabilities | None, last_inbound_at: datetime | None, now: datetime) -> Pill:
    """How long free text may still be sent, where the channel closes its window."""
    closes_at = window_closes_at(capabilities, last_inbound_at) if capabilities else None
    if closes_at is None:
        return Pill()
    left = (closes_at - now).total_seconds()
    if left <= 0:
        return Pill(tr("conversation.window_closed"), "bad")
    return Pill(tr("conversation.window_left", span=format_span(left)), "soon" if left < 3600 else "muted")


def short_clock(seconds: float) -> str:
    """Running below one day, in words above: a clock of four days says nothing."""
    seconds = max(0.0, seconds)
    return format_clock(seconds) if seconds < DAY else format_span(seconds)


def when(moment: datetime, now: datetime) -> str:
    """15:16 today, 18 Jul before."""
    here = moment.astimezone().date()
    return format_time(moment) if here == now.astimezone().date() else format_short_day(moment)
