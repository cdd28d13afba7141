"""What is stored of an SMPP delivery, and what it says: a customer's message, a receipt, or a part that waits."""

from typing import Final

import msgspec

from backend.channels.base import AccountView, Event, clean_text, event_id, line, unreadable
from backend.channels.numbers import DEFAULT_REGION, normal
from backend.channels.sms.alphabet import Part, decoded, without_header
from backend.channels.sms.pdu import Malformed, ShortMessage, Tlv, read_message
from backend.channels.sms.receipts import Receipt, name_of, receipt_in
from omnix_protocol.ids import derived_id, is_id
from omnix_protocol.messages import ReceiveMessage, RecordDelivery, Sender

_WITH_HEADER: Final = 0x40  # of esm_class: a user data header begins the content
_INTERNATIONAL, _ALPHANUMERIC = 1, 5  # types of number
MISSING: Final = "[…]"


class Arrival(msgspec.Struct, omit_defaults=True):
    """Bodies of deliver_sm as they came, base64 in JSON. `id` names the message where the network gave it no name."""

    id: str
    bodies: tuple[bytes, ...]
    parts: int = 1
    waits: bool = False  # a part, kept as it came; the whole message has an arrival of its own


def stored(arrival: Arrival) -> bytes:
    return msgspec.json.encode(arrival)


def part_of(message: ShortMessage) -> Part | None:
    """The place of a deliver_sm in a longer message: by its parameters (sar_*), or by the header of its content."""
    numbers = [
        message.tlvs.get(tag, b"") for tag in (Tlv.SAR_MSG_REF_NUM, Tlv.SAR_TOTAL_SEGMENTS, Tlv.SAR_SEGMENT_SEQNUM)
    ]
    if all(numbers):
        reference, parts, number = (int.from_bytes(it[:2], "big") for it in numbers)
        return Part(reference, parts, number) if 1 <= number <= parts <= 255 and parts > 1 else None
    return without_header(_content(message))[0] if message.esm_class & _WITH_HEADER else None


def events_of(account: AccountView, raw: bytes) -> list[Event]:
    """Raises Unreadable."""
    try:
        arrival = msgspec.json.decode(raw, type=Arrival)
        messages = [read_message(body) for body in arrival.bodies]
    except (msgspec.DecodeError, UnicodeDecodeError, Malformed) as error:
        unreadable(f"This is no delivery of SMPP: {error}")
    if not is_id(arrival.id) or not messages:
        unreadable("A delivery of SMPP has an id and a body.")
    if arrival.waits:
        return []
    receipt = receipt_in(messages[0])
    if receipt is None:
        return [_received(account, arrival, messages)]
    return [_reported(account, receipt)] if receipt.message_id else []


def _reported(account: AccountView, receipt: Receipt) -> Event:
    command = RecordDelivery(
        channel_account_id=account.id,
        provider_id=name_of(line(receipt.message_id, 255), account.settings.get("receipt_ids", ""), reported=True),
        state=receipt.state,
        failure=line(receipt.failure, 500),
    )
    return event_id(account.id, "receipt", receipt.message_id, receipt.state), command


def _received(account: AccountView, arrival: Arrival, messages: list[ShortMessage]) -> Event:
    first = messages[0]
    text = _text(messages, arrival.parts)
    provider_id = _name(first, arrival)
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=Sender(address=_sender(account, first)),
        text=clean_text(text or ""),
        shown_as="unsupported" if text is None else "",
    )
    return event_id(account.id, "message", provider_id), command


def _sender(account: AccountView, message: ShortMessage) -> str:
    source = message.source
    if source.ton == _ALPHANUMERIC:
        return line(source.value, 64) or "?"
    region = account.settings.get("region") or DEFAULT_REGION
    return normal(source.value, region, international=source.ton == _INTERNATIONAL) or "?"


def _name(message: ShortMessage, arrival: Arrival) -> str:
    """The network's own where it gives one, so that what it delivers again is the same message.

    Plain SMPP 3.4 gives none: then it is that of the arrival, which knows what the network repeats soon. A reference is
    none: telephones begin anew with them, and some write the same one always.
    """
    network_id = message.tlvs.get(Tlv.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0")
    if network_id and arrival.parts == 1:
        return derived_id("smpp", message.source.value, network_id.hex())
    return arrival.id


def _text(messages: list[ShortMessage], parts: int) -> str | None:
    """The text of all parts, None where it is none. Octets are joined first: networks cut emoji in two."""
    runs: list[tuple[int, bytes]] = []
    expected = 1
    pieces: list[str | None] = []
    for message in messages:
        content = _content(message)
        if message.esm_class & _WITH_HEADER:
            _, content = without_header(content)
        place = part_of(message)
        number = place.number if place else expected
        if number > expected:
            pieces += [*_decoded(runs), MISSING]
            runs = []
        if runs and runs[-1][0] == message.data_coding:
            runs[-1] = message.data_coding, runs[-1][1] + content
        else:
            runs.append((message.data_coding, content))
        expected = number + 1
    pieces += _decoded(runs)
    if expected <= parts:
        pieces.append(MISSING)
    return None if None in pieces else "".join(filter(None, pieces))


def _decoded(runs: list[tuple[int, bytes]]) -> list[str | None]:
    return [decoded(coding, octets) for coding, octets in runs]


def _content(message: ShortMessage) -> bytes:
    return message.content or message.tlvs.get(Tlv.MESSAGE_PAYLOAD, b"")
