"""Whatever an internal address is wrapped in, it is seen for what it is."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol.addresses import OddHost, is_outside, is_outside_text, literal

INSIDE_4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
]
INSIDE_6 = ["::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2002::/16", "2001::/32", "100::/64"]


def inside(network: str) -> st.SearchStrategy[int]:
    block = IPv4Network(network) if "." in network else IPv6Network(network)
    return st.integers(int(block[0]), int(block[-1]))


inside_4 = st.one_of(*map(inside, INSIDE_4)).map(IPv4Address)
inside_6 = st.one_of(*map(inside, INSIDE_6)).map(IPv6Address)


@given(inside_4)
def test_no_internal_address_is_outside_in_any_wrapping(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [
        IPv6Address((0xFFFF << 32) + number),  # ::ffff:a.b.c.d
        IPv6Address(number),  # ::a.b.c.d
        IPv6Address((0x64FF9B << 96) + number),  # NAT64
        IPv6Address((0x2002 << 112) + (number << 80)),  # 6to4
        IPv6Address((0x20010470 << 96) + (0x5EFE << 32) + number),  # ISATAP
    ]
    assert not is_outside(address)
    assert not [form for form in wrapped if is_outside(form)]


@given(inside_6)
def test_no_internal_address_of_the_sixth_version_is_outside(address: IPv6Address) -> None:
    assert not is_outside(address)


@given(st.ip_addresses(v=4).map(lambda a: IPv4Address(str(a))))
def test_what_the_standard_library_calls_local_is_never_outside(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_outside(address)


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fe80::a9fe:a9fe"),
        *("fe80::1%eth0", "2606:4700::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    ],
)
def test_what_only_a_data_centre_sees_is_inside(address: str) -> None:
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_what_everybody_sees_is_outside(address: str) -> None:
    assert is_outside(ip_address(address))


@given(st.ip_addresses())
def test_addresses_are_read_as_themselves(address: IPv4Address | IPv6Address) -> None:
    assert literal(str(address)) == address


@pytest.mark.parametrize(
    "host",
    [
        *(
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "0177.0.0.1",
            "127.1",
            "127.0.1",
            "0",
            "0x",
            "1.2.3.4.5",
        ),
        *("a.0x7f", "256.1.1.1", "127.0.0.1%eth0", "::ffff:127.1", "127.0.0.01", "0x7f.1."),
    ],
)
def test_a_number_that_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(OddHost):
        literal(host)


@pytest.mark.parametrize("host", ["example.com", "1.example.com", "127.0.0.1.nip.io", "a", "xn--r8jz45g.jp"])
def test_what_is_no_address_is_not_outside_and_a_name_is_a_name(host: str) -> None:
    assert literal(host) is None
    assert not is_outside_text(host)
