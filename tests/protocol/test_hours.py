"""Office hours: what may be written, and what it means at a moment, in the tenant's own time."""

from datetime import UTC, datetime

import pytest

from omnix_protocol.hours import hours_of, is_open, next_change, zone_of

JAKARTA = zone_of("Asia/Jakarta")  # UTC+7
WEEK = hours_of("mon-fri 08:00-17:00, Sat 09:00-12:00; 2026-03-03")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-03-02 07:59:59", False),  # a Monday
        ("2026-03-02 08:00", True),
        ("2026-03-02 16:59:59", True),
        ("2026-03-02 17:00", False),
        ("2026-03-03 10:00", False),  # a day closed
        ("2026-03-07 11:59", True),
        ("2026-03-08 11:59", False),
    ],
)
def test_it_is_open_by_the_tenants_clock(moment: str, there: bool) -> None:
    assert is_open(WEEK, at(moment), JAKARTA) is there
    assert is_open(WEEK, at(moment).astimezone(UTC), JAKARTA) is there


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ("2026-03-02 07:00", "2026-03-02 08:00"),
        ("2026-03-02 08:00", "2026-03-02 17:00"),
        ("2026-03-02 17:00", "2026-03-04 08:00"),  # over the closed day
        ("2026-03-06 18:00", "2026-03-07 09:00"),
        ("2026-03-07 12:00", "2026-03-09 08:00"),
    ],
)
def test_a_page_is_told_when_that_changes(moment: str, change: str) -> None:
    assert next_change(WEEK, at(moment), JAKARTA) == at(change)


def test_a_night_shift_goes_on_into_the_next_day() -> None:
    night = hours_of("sun 22:00-06:00")
    assert is_open(night, at("2026-03-01 23:00"), JAKARTA)
    assert is_open(night, at("2026-03-02 05:59"), JAKARTA)
    assert not is_open(night, at("2026-03-02 06:00"), JAKARTA)
    assert next_change(night, at("2026-03-01 23:00"), JAKARTA) == at("2026-03-02 06:00")


def test_days_go_round_the_end_of_the_week() -> None:
    assert is_open(hours_of("sat-mon 00:00-24:00"), at("2026-03-01 12:00"), JAKARTA)
    assert not is_open(hours_of("sat-mon 00:00-24:00"), at("2026-03-03 00:00"), JAKARTA)


def test_without_hours_it_is_always_open() -> None:
    assert is_open(hours_of(""), at("2026-03-01 03:00"), JAKARTA)
    assert next_change(hours_of(""), at("2026-03-01 03:00"), JAKARTA) is None
    only_closed = hours_of("2026-12-25")
    assert next_change(only_closed, at("2026-12-24 12:00"), JAKARTA) == at("2026-12-25 00:00")


def test_where_clocks_are_turned_the_wall_says_when_it_opens() -> None:
    zone = zone_of("Europe/Berlin")
    week = hours_of("sun 08:00-12:00")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)  # summer time begins in the night
    assert next_change(week, before, zone) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", ["mon", "mon 8:00-17:00", "mon 08:00-25:00", "funday 08:00-17:00", "2026-02-30", "x"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|day|month"):
        hours_of(text)


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert str(zone_of("Mars/Olympus")) == "UTC"
