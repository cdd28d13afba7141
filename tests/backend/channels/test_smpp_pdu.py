"""The codec: what it writes it reads, what it reads is bounded, and no octets make it do anything but say Malformed."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.sms.pdu import (
    HEAD,
    LARGEST,
    Address,
    Command,
    Malformed,
    Pdu,
    ShortMessage,
    announced_length,
    bind_body,
    decode,
    read_id,
    read_message,
    submit_body,
)

octet = st.integers(0, 255)
words = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20)
addresses = st.builds(Address, words, octet, octet)
messages = st.builds(
    ShortMessage,
    source=addresses,
    destination=addresses,
    esm_class=octet,
    registered_delivery=octet,
    data_coding=octet,
    content=st.binary(max_size=254),
    service_type=st.text("CMT", max_size=5),
    tlvs=st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=300), max_size=4),
)


@given(messages, st.integers(1, 0x7FFFFFFF))
def test_what_is_written_is_read(message: ShortMessage, sequence: int) -> None:
    unit = Pdu(Command.SUBMIT_SM, 0, sequence, submit_body(message)).encode()
    assert announced_length(unit) == len(unit)
    read = decode(unit)
    assert (read.command, read.status, read.sequence, read.is_response) == (Command.SUBMIT_SM, 0, sequence, False)
    assert read_message(read.body) == message


@given(st.binary(max_size=400))
def test_no_octets_do_more_than_be_malformed(octets: bytes) -> None:
    for read in (decode, read_message, read_id):
        with contextlib.suppress(Malformed):
            read(octets)


@given(messages, st.data())
def test_a_message_that_is_cut_off_is_never_taken_for_another(message: ShortMessage, data: st.DataObject) -> None:
    body = submit_body(message)
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with contextlib.suppress(Malformed):  # between two optional parameters a shorter one ends well
        shorter = read_message(cut)
        assert shorter.content == message.content
        assert shorter.tlvs.items() <= message.tlvs.items()


@pytest.mark.parametrize("length", [0, HEAD - 1, LARGEST + 1, 0xFFFFFFFF])
def test_a_length_that_no_unit_has_is_refused_before_anything_is_read(length: int) -> None:
    with pytest.raises(Malformed, match=str(length)):
        announced_length(struct.pack(">I", length))


@pytest.mark.parametrize(
    "message",
    [ShortMessage(content=bytes(255)), ShortMessage(source=Address("x" * 21)), ShortMessage(source=Address("\0"))],
)
def test_what_does_not_fit_is_refused(message: ShortMessage) -> None:
    with pytest.raises(Malformed):
        submit_body(message)


def test_a_password_longer_than_the_protocol_has_is_refused_and_not_told() -> None:
    with pytest.raises(Malformed) as refused:
        bind_body("omnix", "123456789", "")
    assert "123456789" not in str(refused.value)
