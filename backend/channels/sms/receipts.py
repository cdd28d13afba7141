"""Delivery receipts of SMPP: the parameters where a centre sends them, else the customary text (3.4, appendix B)."""

import re
from dataclasses import dataclass
from typing import Final

from backend.channels.sms.pdu import ShortMessage, Tlv
from omnix_protocol.messages import DeliveryState

SAME, DECIMAL = "same", "decimal"
"""How a receipt names a message: as the answer to it did, or the same number in decimal where that was hexadecimal."""
_KIND: Final = 0x3C  # the message type's bits of esm_class
_RECEIPT, _INTERMEDIATE = 0x04, 0x20
_FIELD: Final = re.compile(rb"(?i)\b(id|stat|err):\s?([^\s:]{1,64})")
_BY_NUMBER: Final = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_STATES: Final = {
    "DELIVRD": DeliveryState.DELIVERED,
    "EXPIRED": DeliveryState.FAILED,
    "DELETED": DeliveryState.FAILED,
    "UNDELIV": DeliveryState.FAILED,
    "REJECTD": DeliveryState.FAILED,
}
"""Anything else (on its way, accepted, unknown) says no more than that the centre has it."""
_REASONS: Final = {
    "EXPIRED": "The network gave up: the telephone was not reached in time (EXPIRED).",
    "DELETED": "The message was deleted at the network (DELETED).",
    "UNDELIV": "The network could not deliver it (UNDELIV).",
    "REJECTD": "The network rejected it (REJECTD).",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message that the centre gave this id."""

    message_id: str
    state: DeliveryState
    failure: str = ""


def receipt_in(message: ShortMessage) -> Receipt | None:
    """The network's word about a message, "" where it names none; None where a deliver_sm is a customer's message."""
    if message.esm_class & _KIND not in (_RECEIPT, _INTERMEDIATE):
        return None
    content = message.content or message.tlvs.get(Tlv.MESSAGE_PAYLOAD, b"")
    fields = {name.lower(): value.decode("latin-1") for name, value in _FIELD.findall(content)}
    message_id = message.tlvs.get(Tlv.RECEIPTED_MESSAGE_ID, b"").split(b"\0")[0].decode("latin-1") or fields.get(
        b"id", ""
    )
    number = int.from_bytes(message.tlvs.get(Tlv.MESSAGE_STATE, b"")[:1], "big")
    word = _BY_NUMBER.get(number) or fields.get(b"stat", "").upper()[:7]
    state = _STATES.get(word, DeliveryState.SENT)
    error = fields.get(b"err", "").strip("0")
    failure = _REASONS.get(word, "") + (f" Error {fields[b'err']}." if error and word in _REASONS else "")
    return Receipt(message_id[:255], state, failure)


def name_of(message_id: str, ids: str, *, reported: bool) -> str:
    """One name for a message, whether the answer to it gave it or a receipt (`reported`)."""
    if ids != DECIMAL:
        return message_id
    try:
        return str(int(message_id, 10 if reported else 16))
    except ValueError:
        return message_id
