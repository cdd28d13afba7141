"""Call events by webhook, in words of our own, for any exchange that can make an HTTP request.

    POST /hooks/voice/{route}        signed as backend/channels/signing.py says
    {"call_id": "20260302-17", "event": "ringing", "from": "0812 3456 7890", "to": "1500123",
     "at": "2026-03-02T09:00:00+07:00"}

`event` is one of ringing, answered, ended, missed, dropped, recording. Besides these there may be `direction`
("in", or "out" for calls that we make), `name`, `extension` (of the telephone that answered), `ringing_at`,
`answered_at`, `ended_at` (each with its offset, or seconds since 1970) and `recording_url`. What an event does not
tell stays as an earlier one told it, and events may come in any order. An answered call that ends is `ended`,
even where the exchange says `missed`; one that ends and was not answered is `missed`.
"""

from datetime import datetime
from typing import Any

from backend.channels.base import AccountView, Event, line, unreadable
from backend.channels.reading import loaded
from backend.channels.voice import numbers
from backend.channels.voice.telling import News, event_of, moment, recording, region_of
from omnix_protocol.content import Call, CallState

_TIMES = {"ringing": "ringing_at", "answered": "answered_at", "ended": "ended_at", "missed": "ended_at",
          "dropped": "ended_at"}  # fmt: skip


def parse(account: AccountView, raw: bytes) -> list[Event]:
    """The command in a webhook's body. Raises Unreadable."""
    try:
        body = loaded(raw)
    except (ValueError, RecursionError) as error:
        unreadable(f"This is no JSON: {line(str(error), 200)}.")
    if not isinstance(body, dict):
        unreadable("A call event is an object.")
    return [event_of(account, _news(account, body), raw)]


def _news(account: AccountView, body: dict[str, Any]) -> News:
    call_id, event = _word(body, "call_id", 201), _word(body, "event")
    if event not in (*_TIMES, "recording"):
        unreadable(f"The event is one of {', '.join(_TIMES)}, recording; this says “{event[:40]}”.")
    at = moment(body.get("at"))
    if at is None:
        unreadable("A call event has its time, with its offset, in `at`.")
    direction = _word(body, "direction") or "in"
    if direction not in ("in", "out"):
        unreadable("The direction is in or out.")
    region, outgoing = region_of(account), direction == "out"
    ends = numbers.number(_word(body, "from"), region), numbers.number(_word(body, "to"), region)
    customer, ours = reversed(ends) if outgoing else ends
    times = {name: moment(body.get(name)) for name in ("ringing_at", "answered_at", "ended_at")}
    if event in _TIMES:
        times[_TIMES[event]] = times[_TIMES[event]] or at
    state = CallState(event) if event in _TIMES else CallState.RINGING
    return News(call_id, _call(account, body, state, times, customer, ours), at, outgoing, _word(body, "name"))


def _call(
    account: AccountView, body: dict[str, Any], state: CallState, times: dict[str, datetime | None], customer: str,
    ours: str,
) -> Call:  # fmt: skip
    answered = state is CallState.ANSWERED or times["answered_at"] is not None
    if state is CallState.ENDED and not answered:
        # whether anybody answered, an earlier event tells; if none did, nobody did
        state = CallState.MISSED
    told = _word(body, "recording_url", 2000)
    return Call(
        state=state,
        number=customer,
        line=ours,
        extension=_word(body, "extension"),
        recording_url=recording(account, _word(body, "call_id"), told) if answered or told else "",
        **times,
    )


def _word(body: dict[str, Any], key: str, limit: int = 200) -> str:
    value = body.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        value = str(value)
    return line(value, limit) if isinstance(value, str) else ""
