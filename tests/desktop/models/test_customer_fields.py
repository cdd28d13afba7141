"""Phone numbers become one form, what is none is said so, and a NIK is not read over a shoulder."""

import pytest

from omnix_desktop.models.customer_fields import (
    is_email,
    is_named,
    is_nik,
    is_phone,
    masked,
    phone,
    shown_phone,
    shown_service_number,
)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("0812 1111 0001", "+6281211110001"),
        ("0812-1111-0001", "+6281211110001"),
        ("62812.1111.0001", "+6281211110001"),
        ("81211110001", "+6281211110001"),
        ("+44 20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("belum ada", "belum ada"),
    ],
)
def test_a_phone_number_is_written_with_its_country(typed: str, written: str) -> None:
    assert phone(typed) == written


@pytest.mark.parametrize(
    ("name", "number", "named"),
    [
        ("Rina", "+6281211110001", True),
        ("Rina", "", True),
        ("", "+6281211110001", False),
        ("", "", False),
        ("+6281211110001", "+6281211110001", False),
        ("0812-1111-0001", "+6281211110001", False),
    ],
)
def test_a_name_is_not_the_number_in_another_form(name: str, number: str, named: bool) -> None:
    assert is_named(name, number) is named


def test_what_is_no_number_or_address_is_known() -> None:
    assert is_phone("0812 1111 0001")
    assert not is_phone("12")
    assert not is_phone("belum ada")
    assert is_email(" dewi@contoh.invalid ")
    assert not is_email("dewi@contoh")
    assert is_nik("3273 0101 0190 0001")
    assert not is_nik("3273")


def test_numbers_are_shown_in_groups() -> None:
    assert shown_phone("+6281111110001") == "+62 811-1111-0001"
    assert shown_phone("+62811111100") == "+62 811-1111-00"
    assert shown_phone("+442079460000") == "+442079460000"
    assert shown_service_number("152443210478") == "1524 4321 0478"
    assert shown_service_number("AB-12") == "AB-12"


def test_only_the_end_of_a_nik_is_shown() -> None:
    assert masked("3273010101900001") == "••••••••••••0001"
    assert masked("") == ""
