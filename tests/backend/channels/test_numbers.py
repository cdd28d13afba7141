"""One customer is one address, however the network writes the number; what is no number stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.numbers import answerable, is_outside, normal
from backend.channels.voice.numbers import number


@pytest.mark.parametrize(
    "written", ["08111234567", "628111234567", "+62 811-1234-567", "00628111234567", "+628111234567"]
)
def test_one_number_in_all_its_forms(written: str) -> None:
    assert normal(written, "ID") == "+628111234567"
    assert answerable(normal(written, "ID"))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12345", "12345"),
        ("BANK MANDIRI", "BANK MANDIRI"),
        ("0000000", "0000000"),
        ("1234567890123456789", "1234567890123456789"),
    ],
)
def test_what_is_no_telephone_number_is_kept(written: str, kept: str) -> None:
    assert normal(written, "ID") == kept


def test_a_number_abroad_and_one_that_the_network_calls_international() -> None:
    assert normal("4915112345678", "ID") == "+4915112345678"
    assert normal("23450001111", "ID", international=True) == "+23450001111"
    assert normal("08111234567", "ID", international=True) == "+628111234567"  # the network is wrong


@pytest.mark.parametrize(("dialled", "outside"), [("08111234567", True), ("+62 811-1234", True), ("1001", False)])
def test_an_extension_is_inside_the_house(dialled: str, outside: bool) -> None:
    assert is_outside(dialled) is outside


@pytest.mark.parametrize("written", ["08111234567", "0062 811 1234567", "00123456", "62811123456789012", "BANK", "108"])
def test_who_writes_and_who_calls_is_one_customer(written: str) -> None:
    assert number(written) == number(f"sip:{written}@exchange.example") == normal(written)


@pytest.mark.parametrize(
    ("address", "can"), [("BANK", False), ("", False), ("12345", True), ("+62 811", True), ("٣٣٣٣", False)]
)
def test_to_a_name_nobody_can_reply(address: str, can: bool) -> None:
    assert answerable(address) is can


@given(
    st.text(max_size=80) | st.text("+0123456789 -", max_size=20), st.booleans(), st.sampled_from(["ID", "de", "??", ""])
)
def test_any_address_has_one_form(address: str, international: bool, region: str) -> None:
    once = normal(address, region, international=international)
    assert len(once) <= 64
    assert normal(once, region) == once
