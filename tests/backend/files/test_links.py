"""A link opens one file for minutes, and nothing that anybody does to it opens another."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.files.links import FileLinks, Named, Purpose
from omnix_protocol.ids import FileId, TenantId, new_id

TENANT, FILE = TenantId(new_id()), FileId(new_id())
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def links(clock: Clock | None = None, key: bytes = bytes(32)) -> FileLinks:
    return FileLinks(key, "https://omnix.example", clock or Clock(), 15)


def test_it_holds_for_its_minutes_and_not_a_second_longer() -> None:
    clock = Clock()
    made = links(clock)
    token = made.token(TENANT, FILE, Purpose.READER)
    assert made.link(TENANT, FILE).startswith("https://omnix.example/f/")
    assert made.read(token) == Named(TENANT, FILE, Purpose.READER)
    clock.now = START + timedelta(minutes=15, seconds=-1)
    assert made.read(token) is not None
    clock.now = START + timedelta(minutes=15)
    assert made.read(token) is None


def test_every_process_with_the_key_knows_it_and_nobody_else_does() -> None:
    token = links().token(TENANT, FILE, Purpose.PROVIDER)
    assert links().read(token) is not None
    assert links(key=bytes(31) + b"\1").read(token) is None


@given(st.integers(min_value=0), st.integers(1, 255))
def test_no_changed_token_is_good(place: int, change: int) -> None:
    made = links()
    token = made.token(TENANT, FILE, Purpose.PROVIDER)
    whole = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    whole[place % len(whole)] ^= change
    assert made.read(base64.urlsafe_b64encode(bytes(whole)).rstrip(b"=").decode()) is None


@given(st.text(max_size=500))
def test_nonsense_opens_nothing(token: str) -> None:
    assert links().read(token) is None


@pytest.mark.parametrize("more", ["A", "=", ".", "\n", " ", "%00"])
def test_nothing_may_be_added(more: str) -> None:
    token = links().token(TENANT, FILE, Purpose.PROVIDER)
    assert links().read(token + more) is None
    assert links().read(token[:-1]) is None
