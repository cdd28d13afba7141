"""What is dialled, by which address, and what a machine remembers of its telephone."""

import pytest

from omnix_desktop.models.telephone import Dials, Telephone, TelephoneSettings, dialled, link_of

SIP = TelephoneSettings(dials=Dials.SIP, domain="pbx.contoh.invalid")


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("0812 3456-7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("(021) 500.123", "+6221500123"),
        ("0065 6123 4567", "+6561234567"),
        ("101", "101"),
        ("147", "147"),
        ("*62#", ""),
        ("tidak ada", ""),
        ("", ""),
    ],
)
def test_a_number_is_dialled_in_one_form_and_a_short_one_as_it_is(number: str, plain: str) -> None:
    assert dialled(number) == plain


@pytest.mark.parametrize(
    ("settings", "number", "link"),
    [
        (TelephoneSettings(), "0812 3456 7890", "tel:+6281234567890"),
        (SIP, "0812 3456 7890", "sip:+6281234567890@pbx.contoh.invalid"),
        (SIP, "101", "sip:101@pbx.contoh.invalid"),
        (TelephoneSettings(dials=Dials.SIP, domain="pbx:5061"), "101", "sip:101@pbx:5061"),
        (TelephoneSettings(dials=Dials.SIP), "101", ""),
        (TelephoneSettings(dials=Dials.OFF), "101", ""),
        (TelephoneSettings(), "tanpa nomor", ""),
    ],
)
def test_the_setting_decides_by_which_address(settings: TelephoneSettings, number: str, link: str) -> None:
    assert link_of(settings, number) == link


@pytest.mark.parametrize("domain", ["", "a b", "pbx/x", "@pbx", "pbx?x", "-pbx", "x" * 300])
def test_what_is_no_exchange_is_said(domain: str) -> None:
    assert TelephoneSettings(dials=Dials.SIP, domain=domain).fault() == "domain"
    assert TelephoneSettings(domain=domain).fault() == "", "where nothing goes through it, it does not matter"


def test_an_extension_has_digits() -> None:
    assert TelephoneSettings(extension="1 01").fault() == "extension"
    assert TelephoneSettings(extension="101").fault() == ""


class Shelf:
    """What a machine keeps."""

    def __init__(self, kept: bytes | None = None) -> None:
        self.kept = kept

    def remembered(self, _name: str) -> bytes | None:
        return self.kept

    def remember(self, _name: str, value: bytes) -> None:
        self.kept = value


def test_it_is_there_again_after_the_next_start() -> None:
    shelf = Shelf()
    Telephone(shelf).choose(SIP)  # type: ignore[arg-type]  # what it asks of Kept
    assert Telephone(shelf).settings == SIP  # type: ignore[arg-type]


def test_what_cannot_be_read_is_as_if_nothing_was_chosen() -> None:
    assert Telephone(Shelf(b"{")).settings == TelephoneSettings()  # type: ignore[arg-type]
