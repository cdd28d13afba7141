"""The length counter against the numbers of TS 23.038 and TS 23.040, and what cutting promises for any text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol.sms import (
    ALONE,
    GSM_BASIC,
    GSM_EXTENSION,
    OF_SEVERAL,
    SmsEncoding,
    SmsLength,
    sms_cost,
    sms_encoding,
    sms_length,
    sms_parts,
)

GSM, UCS2 = SmsEncoding.GSM, SmsEncoding.UCS2
gsm_texts = st.text(st.sampled_from(GSM_BASIC.replace("\x1b", "") + "".join(GSM_EXTENSION)), max_size=700)
texts = gsm_texts | st.text(
    st.sampled_from("a€漢😀{é\u0301👩\u200d") | st.characters(exclude_categories=["Cs"]), max_size=400
)


def counted(encoding: SmsEncoding, units: int, parts: int, left: int) -> SmsLength:
    return SmsLength(encoding=encoding, units=units, parts=parts, left=left)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", counted(GSM, 0, 1, 160)),
        ("Halo, ada yang bisa dibantu?", counted(GSM, 28, 1, 132)),
        ("a" * 160, counted(GSM, 160, 1, 0)),
        ("a" * 161, counted(GSM, 161, 2, 145)),
        ("a" * 306, counted(GSM, 306, 2, 0)),
        ("a" * 307, counted(GSM, 307, 3, 152)),
        ("€" * 80, counted(GSM, 160, 1, 0)),
        ("€" * 81, counted(GSM, 162, 2, 143)),  # 76 of them fill a part but for one septet
        ("a" * 152 + "€" + "a" * 10, counted(GSM, 164, 2, 141)),  # its two septets stay together
        ("[x]", counted(GSM, 5, 1, 155)),
        ("ç", counted(UCS2, 1, 1, 69)),  # GSM has the capital only
        ("漢" * 70, counted(UCS2, 70, 1, 0)),
        ("漢" * 71, counted(UCS2, 71, 2, 63)),
        ("😀" * 35, counted(UCS2, 70, 1, 0)),
        ("😀" * 36, counted(UCS2, 72, 2, 61)),  # 33 of them and one unit empty: its two halves stay together
        ("a" * 159 + "’", counted(UCS2, 160, 3, 41)),  # one curly quotation mark makes it UCS-2
    ],
)
def test_the_counter_at_its_edges(text: str, expected: SmsLength) -> None:
    assert sms_length(text) == expected


@given(texts)
def test_the_parts_are_the_text_and_each_fits(text: str) -> None:
    parts, length = sms_parts(text), sms_length(text)
    limit = (ALONE if len(parts) == 1 else OF_SEVERAL)[length.encoding]
    units = [_units(part, length.encoding) for part in parts]
    assert "".join(parts) == text
    assert max(units) <= limit
    assert length == counted(sms_encoding(text), sum(units), len(parts), limit - units[-1])
    for part, following in itertools.pairwise(parts):  # no part begins before the one before it is full
        assert _units(part + following[0], length.encoding) > limit


@given(texts, st.integers(1, 12))
def test_a_limit_of_so_many_parts_is_one_of_so_many_septets(text: str, parts: int) -> None:
    limit = 160 if parts == 1 else 153 * parts
    assert (sms_cost(text) <= limit) == (sms_length(text).parts <= parts)


@given(gsm_texts)
def test_what_gsm_can_say_is_never_ucs2(text: str) -> None:
    assert sms_encoding(text) is GSM
    assert sms_encoding(text + "漢") is UCS2


def test_the_alphabet_has_a_place_for_each_septet() -> None:
    assert len(GSM_BASIC) == len(set(GSM_BASIC)) == 128
    assert [GSM_BASIC.index(letter) for letter in "@\n A¡aà"] == [0x00, 0x0A, 0x20, 0x41, 0x40, 0x61, 0x7F]


def _units(text: str, encoding: SmsEncoding) -> int:
    if encoding is UCS2:
        return len(text.encode("utf-16-be")) // 2
    return sum(2 if letter in GSM_EXTENSION else 1 for letter in text)
