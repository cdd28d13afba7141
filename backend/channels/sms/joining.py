"""Parts of longer messages on their way to be one: what is missing waits, here and across a restart (the cursor)."""

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec

from backend.channels.sms.alphabet import Part
from backend.channels.sms.pdu import ShortMessage
from omnix_protocol.ids import derived_id, new_id

WAIT_SECONDS: Final = 600.0
"""How long the rest of a message is waited for; then what there is becomes the message, with a mark where it lacks."""
GRACE_SECONDS: Final = 60.0
"""So long it is waited for at least after a restart: the rest may be on its way."""
REPEATED_SECONDS: Final = 300.0
"""What comes again so soon is a repeat (of what got no answer); later it was written anew."""
PARTS_KEPT: Final = 300
"""Over all messages that wait, beyond which the oldest is waited for no longer; and of what was made lately."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What became one message: bodies of deliver_sm in the order of their numbers, of `parts` in all."""

    id: str
    bodies: tuple[bytes, ...]
    parts: int


class _Waiting(msgspec.Struct, omit_defaults=True):
    parts: int
    bodies: dict[int, bytes]
    since: float = 0.0
    news: bool = False  # whether one of them was not known when it came


class _Made(msgspec.Struct, array_like=True):
    times: int  # in this epoch
    at: float


class _Cursor(msgspec.Struct, omit_defaults=True):
    """As it is stored: what waits, oldest first, and digests of the messages and parts that were made lately."""

    waiting: dict[str, _Waiting] = {}
    made: dict[str, _Made] = {}
    epoch: str = ""
    epoch_since: float = 0.0


class Joining:
    """Times are seconds of the wall clock.

    What has no name of its own is named by its octets, the epoch, and how often it was made in it. Of a turn whose
    cursor was not stored all comes again to what was known before: it gets the same name. Who writes the same later
    has written twice, and gets another.
    """

    def __init__(self, cursor: str, now: float) -> None:
        try:
            read = msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()
        except (msgspec.DecodeError, UnicodeEncodeError):
            read = _Cursor(epoch=new_id())
        self._known = read
        for waiting in read.waiting.values():
            waiting.since = max(waiting.since, now - WAIT_SECONDS + GRACE_SECONDS)

    def cursor(self) -> str:
        return msgspec.json.encode(self._known).decode()

    def single(self, body: bytes, now: float) -> str | None:
        """The name of a message in one piece; None where the network repeats it."""
        return self._name("", (body,), 1, now)

    def take(self, message: ShortMessage, body: bytes, part: Part, now: float) -> list[Joined]:
        """What is a whole message now that this part is there, or is waited for no longer; repeats are none."""
        key = f"{message.source.value}>{message.destination.value}#{part.reference}/{part.parts}"
        waiting = self._known.waiting.setdefault(key, _Waiting(part.parts, {}, now))
        waiting.bodies[part.number] = body
        waiting.news = waiting.news or not self._is_made(_digest(body), now)
        return self._ended([key], now) if len(waiting.bodies) == part.parts else self._crowded(now)

    def overdue(self, now: float) -> list[Joined]:
        """What is waited for no longer. An epoch may end here: the cursor is to be stored before anything is taken."""
        late = [key for key, it in self._known.waiting.items() if abs(now - it.since) >= WAIT_SECONDS]
        ended = self._ended(late, now)
        known = self._known
        over = abs(now - known.epoch_since) >= REPEATED_SECONDS or len(known.made) > PARTS_KEPT
        if known.made and over:
            lately = [(digest, made) for digest, made in known.made.items() if self._is_made(digest, now)]
            known.made = dict(lately[-PARTS_KEPT:])
            known.epoch, known.epoch_since = new_id(), now
        return ended

    def _crowded(self, now: float) -> list[Joined]:
        let_go = []
        while sum(len(waiting.bodies) for waiting in self._known.waiting.values()) > PARTS_KEPT:
            let_go += self._ended([next(iter(self._known.waiting))], now)
        return let_go

    def _ended(self, keys: list[str], now: float) -> list[Joined]:
        ended = []
        for key in keys:
            waiting = self._known.waiting.pop(key)
            bodies = tuple(body for _, body in sorted(waiting.bodies.items()))
            if len(bodies) < waiting.parts and not waiting.news:
                continue  # parts of what was whole, repeated alone
            if (name := self._name(key, bodies, waiting.parts, now)) is not None:
                ended.append(Joined(name, bodies, waiting.parts))
        return ended

    def _name(self, key: str, bodies: tuple[bytes, ...], parts: int, now: float) -> str | None:
        """Of what becomes a message now; None where it became one lately."""
        digests = [_digest(body) for body in bodies]
        whole = _digest("/".join([*digests, str(parts)]).encode())
        if self._is_made(whole, now):
            return None
        times = 1 + (self._known.made[whole].times if whole in self._known.made else 0)
        for digest in (*digests, whole):
            self._known.made.pop(digest, None)  # the newest stand last
            self._known.made[digest] = _Made(times, now)
        return derived_id("smpp", self._known.epoch, key, str(times), *(body.hex() for body in bodies))

    def _is_made(self, digest: str, now: float) -> bool:
        made = self._known.made.get(digest)
        return made is not None and abs(now - made.at) < REPEATED_SECONDS


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
