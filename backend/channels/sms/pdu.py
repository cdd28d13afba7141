"""SMPP 3.4 on the wire: the protocol data units that a client needs, both ways, bounded, and nothing else.

Source: SMPP Protocol Specification v3.4, issue 1.2: section 3.2 (layout), 4 (units), 5 (parameters).
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NoReturn

HEAD: Final = 16
LARGEST: Final = 70_000
"""Octets: a message_payload of 65,535 and what stands around it. Who announces more speaks no SMPP."""
RESPONSE: Final = 0x8000_0000
SEQUENCE_MAX: Final = 0x7FFF_FFFF
SHORT_MESSAGE_MAX: Final = 254


class Command(IntEnum):
    """Requests; the answer to one is `Command | RESPONSE`."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15


GENERIC_NACK: Final = RESPONSE


class Tlv(IntEnum):
    """Optional parameters that mean something to us."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(ValueError):
    """What came is no SMPP; the text says where it stops being it."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit: its head, and its body as it came."""

    command: int
    status: int = 0
    sequence: int = 1
    body: bytes = b""

    @property
    def is_response(self) -> bool:
        return bool(self.command & RESPONSE)

    def encode(self) -> bytes:
        return struct.pack(">IIII", HEAD + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, status: int = 0, body: bytes = b"") -> "Pdu":
        return Pdu(self.command | RESPONSE, status, self.sequence, body)


@dataclass(frozen=True, slots=True)
class Address:
    """A number or a name with its type (`ton`: 1 international, 5 alphanumeric) and numbering plan."""

    value: str = ""
    ton: int = 0
    npi: int = 0


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The body of submit_sm and of deliver_sm, less what only priests of the protocol use (those are zero)."""

    source: Address = Address()
    destination: Address = Address()
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    content: bytes = b""
    service_type: str = ""
    tlvs: dict[int, bytes] = field(default_factory=dict)


def announced_length(head: bytes | bytearray) -> int:
    """Octets of the unit whose first four these are. Raises Malformed."""
    length: int = struct.unpack(">I", head[:4])[0]
    if not HEAD <= length <= LARGEST:
        raise Malformed(f"A unit of {length} octets is announced; {HEAD} to {LARGEST} are possible.")
    return length


def decode(unit: bytes) -> Pdu:
    """Head and body of one whole unit. Raises Malformed."""
    if len(unit) < HEAD:
        raise Malformed(f"A unit has {HEAD} octets at least; this has {len(unit)}.")
    if announced_length(unit) != len(unit):
        raise Malformed(f"{announced_length(unit)} octets were announced and {len(unit)} came.")
    command, status, sequence = struct.unpack(">III", unit[4:HEAD])
    return Pdu(command, status, sequence, unit[HEAD:])


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """Of both binds; interface version 3.4, any address."""
    texts = _c_octets(system_id, 16) + _c_octets(password, 9) + _c_octets(system_type, 13)
    return texts + bytes((0x34, 0, 0)) + _c_octets("", 41)


def submit_body(message: ShortMessage) -> bytes:
    """Also of deliver_sm. Raises Malformed where a field cannot hold what it is given."""
    if len(message.content) > SHORT_MESSAGE_MAX:
        raise Malformed(f"A short message has {SHORT_MESSAGE_MAX} octets at most; this has {len(message.content)}.")
    addresses = _address_octets(message.source) + _address_octets(message.destination)
    flags = bytes((message.esm_class, 0, 0)) + b"\0\0"  # protocol, priority; no schedule, no validity
    coding = bytes((message.registered_delivery, 0, message.data_coding, 0, len(message.content)))
    optional = b"".join(struct.pack(">HH", tag, len(value)) + value for tag, value in message.tlvs.items())
    return _c_octets(message.service_type, 6) + addresses + flags + coding + message.content + optional


def read_message(body: bytes) -> ShortMessage:
    """The body of a deliver_sm or submit_sm. A repeated optional parameter counts once, the last. Raises Malformed."""
    reader = _Reader(body)
    service_type = reader.c_octets(6)
    source, destination = reader.address(), reader.address()
    esm_class, _, _ = reader.octets(3)
    reader.c_octets(17)
    reader.c_octets(17)
    registered, _, coding, _, length = reader.octets(5)
    content = reader.octets(length)
    tlvs = {}
    while not reader.at_end:
        tag, size = struct.unpack(">HH", reader.octets(4))
        tlvs[tag] = reader.octets(size)
    return ShortMessage(source, destination, esm_class, registered, coding, content, service_type, tlvs)


def read_id(body: bytes) -> str:
    """The message_id of a submit_sm_resp. Raises Malformed."""
    return _Reader(body).c_octets(65)


class _Reader:
    """Walks over a body and never past its end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._place = 0

    @property
    def at_end(self) -> bool:
        return self._place == len(self._body)

    def octets(self, count: int) -> bytes:
        end = self._place + count
        if end > len(self._body):
            _cut_off(end - len(self._body))
        piece = self._body[self._place : end]
        self._place = end
        return piece

    def c_octets(self, limit: int) -> str:
        """Text up to a NUL, with which it has `limit` octets at most."""
        end = self._body.find(b"\0", self._place, self._place + limit)
        if end < 0:
            raise Malformed(f"A text of at most {limit} octets does not end at octet {self._place}.")
        piece = self._body[self._place : end]
        self._place = end + 1
        return piece.decode("latin-1")

    def address(self) -> Address:
        ton, npi = self.octets(2)
        return Address(self.c_octets(65), ton, npi)  # 21 by the book; alphanumeric ones are longer in the wild


def _cut_off(missing: int) -> NoReturn:
    raise Malformed(f"The unit is cut off: {missing} octets are missing.")


def _address_octets(address: Address) -> bytes:
    return bytes((address.ton, address.npi)) + _c_octets(address.value, 21)


def _c_octets(text: str, limit: int) -> bytes:
    octets = text.encode("latin-1", "replace")
    if b"\0" in octets or len(octets) >= limit:
        raise Malformed(f"A text of {len(octets)} octets was to go into a field of {limit - 1}.")
    return octets + b"\0"
