"""Addresses with gaps: which will do, and what becomes of whatever a customer is called."""

import pytest

from omnix_protocol.integrations import PLACEHOLDERS, AddressFault, address_fault, filled, gaps, missing


@pytest.mark.parametrize(
    "address",
    [
        "https://crm.example/find?tel={customer.phone}&c={conversation.id}",
        "https://crm.example:8443/{customer.id}/#{customer.name}",
        "http://localhost:3000/?q={customer.email}",
        "http://127.0.0.1/{interaction.number}",
        "http://[::1]:8080/",
        "https://crm.example",
        *(f"https://crm.example/?q={{{name}}}" for name in PLACEHOLDERS),
    ],
)
def test_these_will_do(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("crm.example/{customer.id}", AddressFault.NO_ADDRESS),
        ("https://", AddressFault.NO_ADDRESS),
        ("https:///x", AddressFault.NO_ADDRESS),
        ("https://crm.example:port/", AddressFault.NO_ADDRESS),
        ("https://[crm/", AddressFault.NO_ADDRESS),
        ("https://crm.example/a b", AddressFault.NO_ADDRESS),
        ("https://crm.example/\n", AddressFault.NO_ADDRESS),
        ("http://crm.example/", AddressFault.NOT_SECURE),
        ("http://localhost.example/", AddressFault.NOT_SECURE),
        ("javascript://crm.example/%0aalert(1)", AddressFault.NOT_SECURE),
        ("file://crm.example/etc/passwd", AddressFault.NOT_SECURE),
        ("https://ayu:rahasia@crm.example/", AddressFault.SIGNS_IN),
        ("https://{customer.name}/", AddressFault.GAP_IN_HOST),
        ("https://crm.example{customer.id}/", AddressFault.GAP_IN_HOST),
        ("https://crm.example\\@{customer.id}/", None),
        ("https://crm.example/{customer.id", AddressFault.LOOSE_BRACE),
        ("https://crm.example/}", AddressFault.LOOSE_BRACE),
        ("https://crm.example/{customer.nik}", AddressFault.UNKNOWN_GAP),
        ("https://crm.example/{}", AddressFault.UNKNOWN_GAP),
    ],
)
def test_these_will_not_and_why(address: str, fault: AddressFault | None) -> None:
    assert address_fault(address) is fault


def test_a_value_stays_one_value_whatever_it_holds() -> None:
    address = "https://crm.example/{customer.name}?tel={customer.phone}"
    values = {"customer.name": "../a&b=c?#é {customer.id}", "customer.phone": "+6281"}
    assert filled(address, values) == ("https://crm.example/..%2Fa%26b%3Dc%3F%23%C3%A9%20%7Bcustomer.id%7D?tel=%2B6281")
    assert filled("https://crm.example/a/{customer.name}", {"customer.name": ".."}) == "https://crm.example/a/"


def test_what_is_not_known_is_named_once() -> None:
    address = "https://crm.example/{customer.id}/{customer.phone}/{customer.phone}"
    assert gaps(address) == ("customer.id", "customer.phone")
    assert missing(address, {"customer.id": "1", "customer.phone": ""}) == ("customer.phone",)
