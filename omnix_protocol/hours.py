"""Office hours as data: days and times of a week in the tenant's time zone, and whether a moment lies in them."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
AHEAD_DAYS: Final = 370
"""How far ahead a change is looked for: a year of closed days is as good as for ever."""

_DAY: Final = "|".join(DAYS)
_TIME: Final = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"
_SPAN: Final = rf"(?:{_DAY})(?:-(?:{_DAY}))? (?:{_TIME})-(?:{_TIME})"
_CLOSED: Final = r"\d{4}-\d\d-\d\d"
PATTERN: Final = rf"(?i)\s*(?:(?:{_SPAN}|{_CLOSED})\s*(?:[,;]\s*|$))*"
"""What may be written: `mon-fri 08:00-17:00, sat 09:00-12:00, 2026-12-25`; a date alone is a day closed."""


class Span(NamedTuple):
    """Open on this day of the week (0: Monday) from a minute of the day until before another, at most 1440."""

    day: int
    start: int
    end: int


class Hours(NamedTuple):
    """A week, and the days on which it does not hold. Without a span it is always open."""

    spans: tuple[Span, ...] = ()
    closed: frozenset[date] = frozenset()


def hours_of(text: str) -> Hours:
    """Reads `PATTERN`. A span whose end is not after its start goes on into the next day.

    Raises ValueError where it is none, or names a date that is none.
    """
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text[:80]!r} are no office hours: write mon-fri 08:00-17:00, sat 09:00-12:00")
    spans: list[Span] = []
    closed: set[date] = set()
    for part in filter(None, (one.strip().lower() for one in re.split("[,;]", text))):
        if part[0].isdigit():
            closed.add(date.fromisoformat(part))
            continue
        days, times = part.split(" ")
        start, end = (_minute(one) for one in times.split("-"))
        for day in _days(days):
            if end > start:
                spans.append(Span(day, start, end))
            else:
                spans += [Span(day, start, DAY_MINUTES), Span((day + 1) % 7, 0, end)]
    return Hours(tuple(sorted(span for span in spans if span.end > span.start)), frozenset(closed))


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    start = DAYS.index(first)
    count = (DAYS.index(last or first) - start) % 7 + 1
    return [(start + step) % 7 for step in range(count)]


def is_open(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Whether this moment (aware) lies in the hours, by the clock on the wall of that zone."""
    here = at.astimezone(zone)
    if here.date() in hours.closed:
        return False
    minute = here.hour * 60 + here.minute
    return not hours.spans or any(s.day == here.weekday() and s.start <= minute < s.end for s in hours.spans)


def next_change(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """The first moment after `at` (aware, in UTC) when it opens or closes; None where it never does."""
    now = is_open(hours, at, zone)
    today = at.astimezone(zone).date()
    for ahead in range(AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        minutes = {0} | {m for s in hours.spans if s.day == day.weekday() for m in (s.start, s.end)}
        for minute in sorted(minutes):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # the zone comes after the arithmetic
            moment = (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)
            if moment > at and is_open(hours, moment, zone) is not now:
                return moment
    return None


def zone_of(name: str) -> tzinfo:
    """The tenant's zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
