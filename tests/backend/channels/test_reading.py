"""What providers write is read for what it is, and one odd piece of a webhook loses none of the others."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.base import AccountView, Channel, Event, Unreadable, unreadable
from backend.channels.facebook_comments import FacebookComments
from backend.channels.instagram import Instagram
from backend.channels.instagram_comments import InstagramComments
from backend.channels.line import Line
from backend.channels.messenger import Messenger
from backend.channels.reading import (
    NUMBER_MAX,
    answer_of,
    degrees,
    ident,
    loaded,
    moment,
    object_of,
    part,
    parts,
    readable,
    seconds,
    string,
    text,
    whole,
    word,
    words,
)
from backend.channels.voice.telling import moment as voice_moment
from backend.channels.whatsapp import WhatsApp
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage
from tests.backend.channels import whatsapp_samples
from tests.backend.channels.meta import IGSID, PSID, meta_account, webhook

LINE = AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "line")


def line_batch(odd: dict[str, Any]) -> bytes:
    source = {"type": "user", "userId": "U1"}
    good = {"type": "message", "source": source, "message": {"id": "1", "type": "text", "text": "halo"}}
    return json.dumps({"events": [odd | {"source": source}, good]}).encode()


def whatsapp_batch() -> bytes:
    good = whatsapp_samples.message("text", {"body": "halo"})
    nobody = {"type": "text", "id": "wamid.ODD", "text": {"body": "?"}}
    change = whatsapp_samples.change(messages=[nobody, good], statuses=[{"status": "read"}])
    return whatsapp_samples.raw(whatsapp_samples.webhook(change))


def feed_batch() -> bytes:
    values = [{"message": "?"}, {"comment_id": "5_7", "message": "halo"}]
    common = {"item": "comment", "verb": "add", "from": {"id": PSID}, "post_id": "9_5"}
    return webhook("page", *({"field": "feed", "value": common | value} for value in values), under="changes")


def comments_batch() -> bytes:
    values = [{"text": "?"}, {"id": "7", "from": {"id": IGSID, "username": "s"}, "media": {"id": "5"}, "text": "halo"}]
    return webhook("instagram", *({"field": "comments", "value": it} for it in values), under="changes")


def test_text_that_no_database_holds_is_replaced_where_it_comes_in() -> None:
    """Decision 0007: visibly, in keys too; two halves that belong become one letter."""
    told = loaded(b'{"a\\ud800": ["\\u0000b", "\\ud83d\\ude00", "\xed\xa0\xbd\xed\xb8\x80"]}')
    assert told == {"a\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}b", "😀", "😀"]}


@pytest.mark.parametrize(
    ("channel", "account", "raw"),
    [
        (Line(), LINE, line_batch({"type": "message", "message": {}})),
        (Line(), LINE, line_batch({"type": "unsend", "unsend": 5})),
        (WhatsApp(), whatsapp_samples.ACCOUNT, whatsapp_batch()),
        (FacebookComments(), meta_account("fb_comment"), feed_batch()),
        (InstagramComments(), meta_account("ig_comment"), comments_batch()),
        (Messenger(), meta_account("messenger"),
         webhook("page", {"message": {"text": "?"}}, {"message": {"mid": "m", "text": "halo"}})),
        (Instagram(), meta_account("instagram"),
         webhook("instagram", {"reaction": {}}, {"message": {"mid": "m", "text": "halo"}})),
    ],
)  # fmt: skip
def test_one_odd_event_loses_none_of_the_others(
    channel: Channel, account: AccountView, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    ((_, command),) = channel.parse(account, raw)
    assert isinstance(command, ReceiveMessage)
    assert command.text == "halo"
    assert "left out" in caplog.text


def test_where_nothing_can_be_read_the_first_reason_is_told() -> None:
    def read(piece: str) -> list[Event]:
        unreadable(f"{piece} is odd.")

    with pytest.raises(Unreadable, match=r"^one is odd\.$"):
        readable(["one", "two"], read)
    assert readable([], read) == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 100_000, b"5"])
def test_what_is_no_object_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="This"):
        object_of(raw)
    assert answer_of(raw) is None


def test_times_are_read_however_they_are_written() -> None:
    at = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
    for written in (
        1749416383,
        "1749416383",
        1749416383000,
        "1749416383000",
        "2025-06-08T20:59:43",
        "2025-06-09T03:59:43+07:00",
    ):
        assert moment(written) == at
    odd: tuple[Any, ...] = (True, None, "soon", -1, 1e300, float("nan"), "9" * 99, [], "0001-01-01T00:00:00+14:00")
    odd += ("1795-11-11", "1969-12-31T23:59:59Z")  # nobody told anything then
    assert [moment(it) for it in odd] == [None] * len(odd)


def test_values_are_believed_for_what_they_are() -> None:
    odd: dict[str, Any] = {
        "a": "x\0 \n y",
        "n": 2754859441498128,
        "l": ["a", 5, {}],
        "t": True,
        "f": float("inf"),
        "i": "x" * 300,
    }
    assert (word(odd, "a"), word(odd, "n"), word(odd, "t"), word(odd, "l")) == ("x\ufffd y", "2754859441498128", "", "")
    assert (text(odd, "a"), text(odd, "n"), string(odd, "i", 5)) == ("x\ufffd \n y", "", "xxxx…")
    assert (words(odd, "l"), parts(odd, "l"), words(odd, "a")) == (["a"], [{}], [])
    assert (whole(odd, "n"), whole(odd, "t"), whole(odd, "none")) == (2754859441498128, 0, 0)
    assert (degrees(odd, "f", 90), degrees(odd, "n", 90), degrees({"d": 90}, "d", 90)) == (None, None, 90.0)
    assert len(ident(odd, "i")) == 64


HUGE = st.sampled_from([10**400, -(10**400), 1 << 64, 10**30, 1e308, -1e308, "9" * 400, "1e999", "-" + "9" * 40, "²"])
ODD = st.recursive(
    st.one_of(
        HUGE, st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.text("\0\ud800\udfff 1²", max_size=4)
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
READERS: dict[str, tuple[Callable[[dict[str, Any], str], Any], Callable[[Any], bool]]] = {
    "part": (part, lambda it: isinstance(it, dict)),
    "parts": (parts, lambda it: all(isinstance(one, dict) for one in it)),
    "words": (words, lambda it: all(isinstance(one, str) for one in it)),
    "word": (word, lambda it: len(it) <= 200),
    "string": (string, lambda it: len(it) <= 255),
    "text": (text, lambda it: isinstance(it, str)),
    "ident": (ident, lambda it: len(it) <= 255),
    "whole": (whole, lambda it: 0 <= it <= NUMBER_MAX),
    "degrees": (lambda odd, key: degrees(odd, key, 90), lambda it: it is None or -90 <= it <= 90),
    "seconds": (lambda odd, key: seconds(odd[key], 5.0, 9.0), lambda it: math.isfinite(it) and 0 <= it <= 9),
    "moment": (lambda odd, key: moment(odd[key]), lambda it: it is None or it.year >= 1970),
    "voice": (lambda odd, key: voice_moment(odd[key]), lambda it: it is None or it.tzinfo is not None),
}


@pytest.mark.parametrize("name", sorted(READERS))
@given(ODD)
def test_no_value_is_too_odd_to_be_read_as_none(name: str, odd: Any) -> None:
    read, is_right = READERS[name]
    assert is_right(read({"k": odd}, "k"))


@given(st.integers(0, 9000), st.sampled_from(["", "-"]), st.sampled_from(["", ".5", "e5", "e99999"]))
def test_a_number_of_any_length_leaves_the_rest_of_a_webhook(digits: int, sign: str, end: str) -> None:
    raw = f'{{"n": {sign}1{"0" * digits}{end}, "text": "halo"}}'.encode()
    told = object_of(raw)
    assert (text(told, "text"), degrees(told, "n", 0)) == ("halo", None)
    assert told == answer_of(raw)


def test_waits_are_read_however_they_are_written() -> None:
    odd: tuple[Any, ...] = (None, True, "", "soon", "nan", float("nan"), 10**400, [])
    assert {seconds(it, 5.0, 60.0) for it in odd} == {5.0}
    assert [seconds(it, 5.0, 60.0) for it in (3, "3", 2.5, -1, 1e300, "inf")] == [3.0, 3.0, 2.5, 0.0, 60.0, 60.0]
