"""What a handset is sent is what it shows, and no octets are lost or make anything fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.sms.alphabet import (
    GSM_CODING,
    UCS2_CODING,
    Part,
    decoded,
    encoded,
    joining_header,
    without_header,
)
from omnix_protocol.sms import GSM_BASIC, GSM_EXTENSION, SmsEncoding, sms_encoding, sms_length

texts = st.text(st.sampled_from(GSM_BASIC.replace("\x1b", "") + "".join(GSM_EXTENSION))) | st.text(
    st.characters(exclude_categories=["Cs"])
)
references = st.builds(Part, st.integers(0, 255), st.integers(2, 255), st.just(1))


@given(texts)
def test_what_is_encoded_is_decoded(text: str) -> None:
    coding, octets = encoded(text, sms_encoding(text))
    assert decoded(coding, octets) == text
    units = sms_length(text).units
    assert len(octets) == (units if coding == GSM_CODING else 2 * units)


@given(st.integers(0, 255), st.binary(max_size=200))
def test_whatever_a_centre_sends_is_text_or_is_said_to_be_none(coding: int, octets: bytes) -> None:
    text = decoded(coding, octets)
    assert text is None or len(text) <= len(octets)


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"Halo \x1b\x65 \x00", "Halo € @"),
        (1, b"Halo", "Halo"),
        (0xF1, b"flash", "flash"),
        (0x10, b"flash", "flash"),
        (0xF5, b"\x01", None),
        (6, b"\xb4\xd0", "Да"),
        (3, b"caf\xe9", "café"),
        (0, b"caf\xe9", "café"),
        (8, b"\xd8\x3d\xde\x00", "😀"),
        (0x18, b"\x00a", "a"),
        (8, b"\xd8\x3d", "\ufffd"),
        (8, b"\x00a\x00", "a\ufffd"),
        (4, b"\x01\x02", None),
        (0, b"a\x1b", "a"),
        (0, b"\x1b\x41", "A"),
    ],
)
def test_the_codings_that_are_met(coding: int, octets: bytes, text: str | None) -> None:
    assert decoded(coding, octets) == text


@given(references, st.binary(max_size=140))
def test_a_header_is_read_as_it_was_written(part: Part, rest: bytes) -> None:
    assert without_header(joining_header(part) + rest) == (part, rest)


@given(st.binary(max_size=150))
def test_no_header_makes_anything_fall_or_takes_more_than_itself(octets: bytes) -> None:
    part, rest = without_header(octets)
    assert octets.endswith(rest)
    assert part is None or 1 <= part.number <= part.parts


def test_a_header_among_others_and_one_with_a_long_reference() -> None:
    assert without_header(bytes.fromhex("0b0504158200000003070302") + b"x") == (Part(7, 3, 2), b"x")
    assert without_header(bytes.fromhex("06080401020303") + b"x") == (Part(0x0102, 3, 3), b"x")
    assert without_header(bytes.fromhex("050003070304") + b"x") == (None, b"x")  # the fourth of three
    assert without_header(b"\xff too short") == (None, b"\xff too short")


def test_the_coding_of_an_emoji_is_ucs2() -> None:
    assert encoded("😀", SmsEncoding.UCS2) == (UCS2_CODING, b"\xd8\x3d\xde\x00")
