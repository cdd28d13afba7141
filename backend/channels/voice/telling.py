"""One piece of news about a call as a command: all news of a call change one message, whose id is the call's."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.channels.base import AccountView, Event, event_id, line, unreadable
from backend.channels.numbers import DEFAULT_REGION
from omnix_protocol.calls import RANKS, settled
from omnix_protocol.content import Call, Content
from omnix_protocol.messages import ReceiveMessage, Sender

_RANK_BITS = 44
"""Milliseconds since 1970 fit below it until the year 2500."""


@dataclass(frozen=True, slots=True)
class News:
    """What one event tells; `at` is when it happened at the exchange."""

    call_id: str
    call: Call
    at: datetime
    outgoing: bool = False
    name: str = ""


def event_of(account: AccountView, news: News, raw: bytes) -> Event:
    """The command. Its id is that of the bytes, so that the same news told twice is told once."""
    if not 0 < len(news.call_id) <= 200:
        unreadable("A call has an id of 1 to 200 characters.")
    number = news.call.number
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=news.call_id,
        # who hides their number is somebody else with each call
        sender=Sender(address=number or f"anonymous:{news.call_id}", name=line(news.name, 200)),
        shown_as="call",
        provider_at=news.at,
        revision=revision(news),
        content=Content(call=settled(news.call)),
        elsewhere=news.outgoing,
    )
    return event_id(account.id, "call", news.call_id, hashlib.sha256(raw).hexdigest()[:32]), command


def revision(news: News) -> int:
    """Grows with the call's state, and with time inside one, whatever the order of arrival."""
    milliseconds = max(0, int(news.at.timestamp() * 1000)) & ((1 << _RANK_BITS) - 1)
    return RANKS[settled(news.call).state] << _RANK_BITS | milliseconds


def moment(value: object) -> datetime | None:
    """ISO 8601 with an offset, or seconds since 1970; None where it is neither."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo is not None else None
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            at = datetime.fromtimestamp(float(value), UTC)
            return at if at.year < 2500 else None  # see _RANK_BITS
    except (ValueError, OverflowError, OSError):
        return None
    return None


def region_of(account: AccountView) -> str:
    return account.settings.get("country") or DEFAULT_REGION


def recording(account: AccountView, call_id: str, told: str = "") -> str:
    """Where the call can be heard: what was told, else what the account's pattern makes of the call's id."""
    pattern = account.settings.get("recording_url", "")
    url = told or (pattern.replace("{call_id}", call_id) if "{call_id}" in pattern else "")
    return url if url.startswith(("https://", "http://")) and len(url) <= 2000 else ""
