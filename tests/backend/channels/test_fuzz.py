"""Whatever webhooks turn into on the way: no parser does more than say that it cannot be read (issue 3)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels import BY_KIND
from backend.channels.base import WebhookRequest
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels.test_social_fuzz import ODD, places, replaced
from tests.fuzz.ways import as_json, taken, ways

NAMES = (
    "bot", "email", "fb_comment", "ig_comment", "instagram", "line", "messenger", "sms-kannel", "sms-smpp", "telegram",
    "voice-ami", "voice-webhook", "webchat", "whatsapp", "x",
)  # fmt: skip
GONE = object()
BENT = st.lists(st.tuples(st.integers(0, 10_000), ODD | st.just(GONE)), max_size=3)
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 0.5, 1e308, float("inf"), 10**40, "", "\0", "\ud800", "\udfff\ud800 ", "a" * 5_000, "0" * 30,
    "2026-13-45", "https://[::1", [], [None], [[]], ["\ud800"], {}, {"": None}, {"id": {}},
)  # fmt: skip
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(
        ("x-hub-signature-256", "x-line-signature", "x-twitter-webhooks-signature", "x-omnix-timestamp",
         "x-omnix-signature", "x-telegram-bot-api-secret-token")
    ),
    st.text(max_size=80) | st.sampled_from(("sha256=", "sha256=00", "v1=", "1" * 13)),
)  # fmt: skip
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


def test_every_kind_is_here() -> None:
    assert tuple(sorted(ways())) == NAMES
    assert {way.kind for way in ways().values()} == set(BY_KIND)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"webchat"}))
def test_what_is_documented_says_something(name: str) -> None:
    way = ways()[name]
    assert sum(bool(taken(way, seed)) for seed in way.seeds) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_each_odd_value_at_each_documented_place(name: str) -> None:
    way = ways()[name]
    for body in filter(None, map(as_json, way.seeds)):
        for spot in places(body):
            taken(way, json.dumps(without(body, spot)).encode())
            for value in ODD_VALUES:
                taken(way, json.dumps(replaced(body, spot, value)).encode())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(which=st.integers(0, 10_000), bent=BENT, times=st.integers(1, 3))
def test_odd_values_anywhere_in_the_documented_envelope(
    name: str, which: int, bent: list[tuple[int, Any]], times: int
) -> None:
    way = ways()[name]
    seed = way.seeds[which % len(way.seeds)]
    body = as_json(seed)
    if body is None:
        return  # no JSON: the next test breaks it
    for where, value in bent:
        spots = list(places(body))
        spot = spots[where % len(spots)]
        body = without(body, spot) if value is GONE else replaced(body, spot, value)
    taken(way, json.dumps(repeated(body, times)).encode())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(which=st.integers(0, 10_000), cuts=CUTS)
def test_bytes_that_are_missing_or_others(name: str, which: int, cuts: list[tuple[float, int, bytes]]) -> None:
    way = ways()[name]
    body = way.seeds[which % len(way.seeds)]
    for share, length, other in cuts:
        at = int(share * len(body))
        body = body[:at] + other + body[at + length :]
    taken(way, body)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes(name: str, body: bytes) -> None:
    taken(ways()[name], body)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(
    headers=HEADERS, body=st.binary(max_size=60), query=st.text(max_size=60), method=st.sampled_from(("GET", "POST"))
)
def test_what_nobody_signed_is_not_taken(
    name: str, headers: dict[str, str], body: bytes, query: str, method: str
) -> None:
    way = ways()[name]
    request = WebhookRequest(headers, body, query, method)
    assert BY_KIND[way.kind].challenge(way.account, request) is None
    assert not BY_KIND[way.kind].verify(way.account, request)


def without(value: Any, path: tuple[Any, ...]) -> Any:
    """The same, and what stands there is missing."""
    if not path:
        return {}
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(value[path[0]], path[1:])
    return copy


def repeated(value: Any, times: int) -> Any:
    """Every list so often in itself: providers bring many things at once."""
    return dict(_repeated(value, times)) if isinstance(value, dict) else value


def _repeated(value: dict[str, Any], times: int) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        yield key, inner * times if isinstance(inner, list) else inner


def test_a_charset_that_is_none_does_not_hide_a_line_that_is_no_header() -> None:
    """Found by atheris: the standard library looks such a charset up, and a NUL in it is a fault."""
    mail = b"From: budi@pelanggan.example\nContent-Type: text/plain; charset=u\0tf\n\xe9 halo\n\nisi\n"
    ((_, command),) = taken(ways()["email"], mail)
    assert isinstance(command, ReceiveMessage)
    assert "halo" in command.text
    assert "isi" in command.text
