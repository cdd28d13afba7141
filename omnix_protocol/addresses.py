"""Which internet addresses are somebody else's: never this machine, its network, or what only a data centre sees."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

# IANA's special-purpose registries (RFC 6890 and after), and one public address that clouds use inside: Azure's agent.
_INSIDE_4: Final = tuple(
    IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
_INSIDE_6: Final = tuple(
    IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16")
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ISATAP: Final = frozenset({b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"})
_NUMBER: Final = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)$")


class OddHost(ValueError):
    """A number that some programs read as an address and others do not."""


def is_outside(address: Address) -> bool:
    """Whether the address is a public one. An address that wraps another is judged by the one inside."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _INSIDE_4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_outside(address.ipv4_mapped)
    if address in _NAT64:  # how a machine without IPv4 reaches those who have nothing else (RFC 6052)
        return is_outside(IPv4Address(address.packed[12:]))
    if address not in _GLOBAL_6 or any(address in block for block in _INSIDE_6):
        return False
    if address.packed[8:12] in _ISATAP:
        return is_outside(IPv4Address(address.packed[12:]))
    return address.is_global


def is_outside_text(address: str) -> bool:
    """The same of an address as a resolver gives it; what is none is not outside."""
    try:
        return is_outside(ip_address(address))
    except ValueError:
        return False


def literal(host: str) -> Address | None:
    """The address that the host is, None where it is a name. Raises OddHost for 0x7f.1, 017700000001, 2130706433."""
    host = host.removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        return ip_address(host)
    except (ValueError, AddressValueError):
        pass
    if ":" in host or "%" in host or _NUMBER.match(host.rpartition(".")[2]):
        raise OddHost
    return None
