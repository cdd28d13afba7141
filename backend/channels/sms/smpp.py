"""SMS over SMPP: one receiver session for each account, and one transmitter for each account in a sending process."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from backend import clock
from backend.channels.base import (
    AccountView,
    NotReached,
    Outbound,
    Outcome,
    Post,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    line,
)
from backend.channels.numbers import answerable, digits_of
from backend.channels.sms.alphabet import Part, encoded, joining_header
from backend.channels.sms.arrivals import Arrival, part_of, stored
from backend.channels.sms.joining import Joined, Joining
from backend.channels.sms.pdu import (
    RESPONSE,
    Address,
    Command,
    Malformed,
    Pdu,
    ShortMessage,
    Tlv,
    read_id,
    read_message,
)
from backend.channels.sms.receipts import name_of
from backend.channels.sms.session import BindRefused, Centre, Lost, NoConnection, Patience, Session, opened
from omnix_protocol.ids import new_id
from omnix_protocol.sms import sms_encoding, sms_parts

IDLE_SECONDS: Final = 60.0
"""A transmitter that was not used for so long is unbound: some providers charge for sessions, all count them."""
LOOK_SECONDS: Final = 30.0
THROTTLED_SECONDS: Final = 5.0
DEFAULT_PORT: Final = 2775
_WITH_HEADER, _WITH_RECEIPT = 0x40, 0x01
_BUSY: Final = frozenset({0x14, 0x58})  # the queue is full; throttled
_NOT_YET: Final = frozenset({0x05, 0x08, 0x14, 0x58})  # of a bind: bound already, system error, and the busy ones
_REFUSED_BIND: Final = {
    0x0D: "The centre refuses the session.",
    0x0E: "The centre does not take this password.",
    0x0F: "The centre does not know this user name.",
}
_REFUSED: Final = {
    0x01: "The message is too long for the centre.",
    0x0A: "The centre does not take the sender's number.",
    0x0B: "The number is no number that the centre can reach.",
    0x45: "The centre could not take the message.",
    0x66: "The centre rejects messages to this number.",
    0x67: "The centre rejects this message for good.",
}


def centre_of(account: AccountView) -> Centre:
    """From the account's settings. Raises ValueError, in words fit for an administrator."""
    settings = account.settings
    try:
        where = urlsplit(settings.get("url", ""))
        port = where.port or DEFAULT_PORT
    except ValueError:
        where, port = urlsplit(""), 0
    if where.scheme not in ("smpp", "smpps") or not where.hostname:
        raise ValueError("The address of an SMPP centre looks like smpp://host:2775 (smpps:// with TLS).")
    user, password = settings.get("username", ""), account.secrets.get("password", "")
    return Centre(where.hostname, port, user, password, settings.get("system_type", ""), where.scheme == "smpps")


@dataclass(slots=True)
class _Line:
    centre: Centre
    session: Session
    used_at: float


class Transmitters:
    """Sessions that send, each opened when it is first needed and kept for the next message."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience
        self._lines: dict[str, _Line] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def session(self, account: AccountView) -> Session:
        """Raises what `opened` raises, and ValueError."""
        centre = centre_of(account)
        async with self._turns.setdefault(account.id, asyncio.Lock()):
            now = asyncio.get_running_loop().time()
            known = self._lines.get(account.id)
            if known is not None and known.centre == centre and known.session.usable:
                known.used_at = now
                return known.session
            if known is not None:
                self._lines.pop(account.id).session.close()
            session = await opened(centre, Command.BIND_TRANSMITTER, self._patience)
            fresh = self._lines[account.id] = _Line(centre, session, now)
            self._look_later(account.id, fresh)
            return session

    def _look_later(self, account_id: str, kept: _Line) -> None:
        """Unbind what idles; what is lost or replaced is not looked at again."""

        def look() -> None:
            if self._lines.get(account_id) is not kept:
                return
            if asyncio.get_running_loop().time() - kept.used_at >= IDLE_SECONDS or not kept.session.usable:
                self._lines.pop(account_id).session.close()
            else:
                self._look_later(account_id, kept)

        asyncio.get_running_loop().call_later(IDLE_SECONDS, look)

    def close(self) -> None:
        for kept in self._lines.values():
            kept.session.close()
        self._lines.clear()


async def send(account: AccountView, message: Outbound, transmitters: Transmitters) -> Outcome:
    """Part by part, in order; the last one asks for the delivery receipt and gives the message its name."""
    try:
        session = await transmitters.session(account)
    except NoConnection as error:
        return NotReached(str(error))
    except BindRefused as refused:
        if refused.status in _NOT_YET:
            return NotReached(f"The centre does not let us in now (status {refused.status:#x}).")
        return Rejected(_refused_bind(refused), account_fault=True)
    except (ValueError, Malformed) as error:
        return Rejected(str(error), account_fault=True)
    units = _units(account, message)
    provider_id = ""
    for number, unit in enumerate(units, 1):
        taken = await _submitted(session, unit)
        if not isinstance(taken, Sent):
            return taken if number == 1 else _halfway(taken, number - 1, len(units))
        provider_id = taken.provider_id
    return Sent(name_of(provider_id, account.settings.get("receipt_ids", ""), reported=False))


def _units(account: AccountView, message: Outbound) -> list[ShortMessage]:
    source, destination = _address(account.settings.get("sender", "")), _address(message.address)
    encoding, texts = sms_encoding(message.text), sms_parts(message.text)
    reference = int(message.message_id[-2:], 16) + message.attempt
    units = []
    for number, text in enumerate(texts, 1):
        coding, octets = encoded(text, encoding)
        several = len(texts) > 1
        header = joining_header(Part(reference, len(texts), number)) if several else b""
        units.append(
            ShortMessage(
                source,
                destination,
                esm_class=_WITH_HEADER if several else 0,
                registered_delivery=_WITH_RECEIPT if number == len(texts) else 0,
                data_coding=coding,
                content=header + octets,
            )
        )
    return units


async def _submitted(session: Session, unit: ShortMessage) -> Outcome:
    try:
        answer = await session.submit(unit)
    except NoConnection as error:
        return NotReached(str(error))
    except Lost as error:
        return Unknown(str(error))
    except Malformed as error:
        return Rejected(str(error))
    if answer.status in _BUSY:
        return Throttled(THROTTLED_SECONDS)
    if answer.status:
        return Rejected(_REFUSED.get(answer.status, f"The centre refuses the message (status {answer.status:#x})."))
    if answer.command != Command.SUBMIT_SM | RESPONSE:
        return Unknown("The centre's answer is none to a message.")
    with contextlib.suppress(Malformed):
        return Sent(line(read_id(answer.body), 255))
    return Sent("")  # taken, though nobody will be able to tell its receipt


def _halfway(outcome: Outcome, taken: int, parts: int) -> Outcome:
    """Parts are with the centre already: to begin anew by itself would send them twice."""
    so_far = f"{taken} of {parts} parts were taken"
    match outcome:
        case Throttled():
            return Rejected(f"{so_far}; then the centre asked to wait.")
        case Rejected():
            return Rejected(f"{so_far}; then: {outcome.failure}")
        case NotReached() | Unknown():
            return Unknown(f"{so_far}; then: {outcome.detail}")
        case Sent():
            return outcome


def _refused_bind(refused: BindRefused) -> str:
    return _REFUSED_BIND.get(refused.status, f"The centre refuses the session (status {refused.status:#x}).")


def _address(text: str) -> Address:
    digits = digits_of(text)
    if answerable(text):
        return Address(digits.removeprefix("+"), 1 if digits.startswith("+") else 0, 1)
    return Address(text, 5, 0) if text else Address()


async def probe(account: AccountView) -> str:
    """Binds and unbinds. Raises ProviderFault."""
    (await _bound(account, Command.BIND_TRANSMITTER)).close()
    return account.settings.get("sender", "")


async def listen(post: Post) -> None:
    """Until cancelled. What came is on disk before the centre hears that we have it. Raises ProviderFault."""
    joining = Joining(post.cursor, _now())
    session = await _bound(post.account, Command.BIND_RECEIVER)
    try:
        post.well()
        while True:
            units: list[Pdu] = []
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    units = await session.deliveries()
            except TimeoutError:
                pass  # nothing came: time to look for what is overdue
            before = joining.cursor()
            kept = [stored(it) for unit in units for it in _arrivals(unit.body, joining, _now())]
            kept += [stored(_whole(it)) for it in joining.overdue(_now())]
            after = joining.cursor()
            if kept or after != before:
                await post.keep(kept, None if after == before else after)
            for unit in units:
                session.answer(unit)
    except Lost as lost:
        raise ProviderFault(str(lost)) from None
    finally:
        session.close()


def _arrivals(body: bytes, joining: Joining, now: float) -> list[Arrival]:
    try:
        message = read_message(body)
        part = part_of(message)
    except Malformed:
        return [Arrival(new_id(), (body,))]  # kept and shown among what could not be read
    if part is None:
        name = joining.single(body, now) if Tlv.USER_MESSAGE_REFERENCE in message.tlvs else new_id()
        return [Arrival(name, (body,))] if name is not None else []
    joined = joining.take(message, body, part, now)
    return [Arrival(new_id(), (body,), waits=True), *map(_whole, joined)]


def _now() -> float:
    return clock.now().timestamp()


def _whole(joined: Joined) -> Arrival:
    return Arrival(joined.id, joined.bodies, joined.parts)


async def _bound(account: AccountView, kind: Command) -> Session:
    try:
        return await opened(centre_of(account), kind)
    except NoConnection as error:
        raise ProviderFault(str(error)) from None
    except BindRefused as refused:
        raise ProviderFault(_refused_bind(refused), lasting=refused.status not in _NOT_YET) from None
    except (ValueError, Malformed) as error:
        raise ProviderFault(str(error), lasting=True) from None
