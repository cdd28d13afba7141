"""Which events of an Asterisk are about calls of customers, and what each of them tells.

A call is what begins with a Newchannel whose Uniqueid is its own Linkedid: in one of the account's contexts it
comes in; dialled to an outside number from anywhere else it goes out; all others are calls inside the house.
What is stored of an event is the event, when it came, and how its call began: `parse` needs nothing else.

The states, decided by these rules (Asterisk's own documentation of the events):
- Newchannel, DialBegin, QueueCallerJoin: it rings.
- AgentConnect, DialEnd with ANSWER, BridgeEnter of the caller (not a holding bridge): it is answered.
- QueueCallerAbandon: the caller gave up waiting: dropped.
- Hangup of the caller's own channel: it has ended; with a cause that says that the line broke: dropped.
  Not answered until then, it was missed.
- Open before the connection broke, and unknown to the exchange afterwards: it has ended while nobody listened.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from backend.channels.base import AccountView, Event, line, unreadable
from backend.channels.numbers import is_outside
from backend.channels.reading import loaded
from backend.channels.voice import numbers
from backend.channels.voice.exchange import Block
from backend.channels.voice.telling import News, event_of, moment, recording, region_of
from omnix_protocol.content import Call, CallState

GONE: Final = "omnixcallgone"
"""Of our own making: the call is not there any more after a lost connection."""
CONTEXTS: Final = "from-trunk, from-pstn, from-external"
OPEN_MAX: Final = 5000
"""Calls at a time of which the beginning is remembered; of more, the oldest are let go."""
BROKEN: Final = frozenset({"27", "38", "41", "47", "111"})
"""Q.850: destination out of order, network out of order, temporary failure, no resource, protocol error."""
_TOLD: Final = frozenset({
    "newchannel", "dialbegin", "dialend", "bridgeenter", "queuecallerjoin", "agentconnect", "queuecallerabandon",
    "hangup", "coreshowchannel", GONE,
})  # fmt: skip
_KEPT: Final = frozenset({
    "event", "uniqueid", "linkedid", "channel", "calleridnum", "calleridname", "context", "exten", "dialstatus",
    "destchannel", "destcalleridnum", "destlinkedid", "bridgetechnology", "queue", "membername", "interface", "cause",
    "cause-txt", "timestamp", "bridgeid",
})  # fmt: skip


class Calls:
    """The open calls of one account, as far as they are known; `cursor` brings them over a restart."""

    def __init__(self, account: AccountView, cursor: str) -> None:
        contexts = account.settings.get("contexts") or CONTEXTS
        self._contexts = {context.strip() for context in contexts.split(",") if context.strip()}
        self._outgoing = account.settings.get("outgoing") == "yes"
        self._open: dict[str, dict[str, str]] = _opened(cursor)

    @property
    def cursor(self) -> str:
        return json.dumps(self._open, ensure_ascii=True, separators=(",", ":"))

    def stored(self, block: Block, at: datetime) -> bytes | None:
        """What is to be stored of an event; None where it is about no customer's call."""
        name = block.get("event", "").lower()
        if name not in _TOLD:
            return None
        call_id = block.get("linkedid") or block.get("destlinkedid") or block.get("uniqueid", "")
        own = block.get("uniqueid") == call_id
        if name in ("newchannel", "coreshowchannel") and own and call_id not in self._open:
            self._begin(call_id, block)
        begun = self._open.get(call_id)
        if begun is None or (name in ("hangup", "bridgeenter", "newchannel", "coreshowchannel") and not own):
            return None
        if name in ("hangup", GONE):
            del self._open[call_id]
        event = {key: value for key, value in block.items() if key in _KEPT}
        body = {"at": at.isoformat(), "call_id": call_id, "call": begun, "event": event}
        return json.dumps(body, ensure_ascii=True).encode()

    def gone(self, there: set[str]) -> list[Block]:
        """An event for each open call that the exchange does not have any more."""
        return [
            {"event": GONE, "linkedid": call_id, "uniqueid": call_id} for call_id in self._open if call_id not in there
        ]

    def _begin(self, call_id: str, block: Block) -> None:
        inside = block.get("context", "") not in self._contexts
        dialled = block.get("exten", "")
        if inside and not (self._outgoing and is_outside(dialled)):
            return
        ours, theirs = block.get("calleridnum", ""), dialled
        self._open[call_id] = {
            "number": theirs if inside else ours,
            "line": ours if inside else theirs,
            "name": "" if inside else block.get("calleridname", ""),
            "direction": "out" if inside else "in",
        }
        while len(self._open) > OPEN_MAX:
            del self._open[next(iter(self._open))]


def parse(account: AccountView, raw: bytes) -> list[Event]:
    """The command in what was stored of an event. Raises Unreadable."""
    try:
        body = loaded(raw)
    except (ValueError, RecursionError) as error:
        unreadable(f"This is no JSON: {line(str(error), 200)}.")
    if not isinstance(body, dict) or not all(isinstance(body.get(key), dict) for key in ("call", "event")):
        unreadable("An event of the exchange has a call and an event.")
    at, call_id, event = moment(body.get("at")), body.get("call_id"), _words(body["event"])
    at = moment(event.get("timestamp")) or at
    if at is None or not isinstance(call_id, str):
        unreadable("An event of the exchange has a time and the id of its call.")
    told = _told(event, at)
    if told is None:
        return []
    begun = _words(body["call"])
    number, ours = (numbers.number(begun.get(key, ""), region_of(account)) for key in ("number", "line"))
    name = begun.get("name", "")
    call = Call(
        number=line(number, 200),
        line=line(ours, 200),
        extension=line(_extension(event), 200) if told["state"] is CallState.ANSWERED else "",
        recording_url=recording(account, call_id) if told["state"] is CallState.ANSWERED else "",
        **told,
    )
    shown = "" if name.lower() in ("<unknown>", "unknown", "anonymous") else name
    return [event_of(account, News(call_id, call, at, begun.get("direction") == "out", shown), raw)]


_FIELDS: Final = {
    CallState.RINGING: "ringing_at", CallState.ANSWERED: "answered_at", CallState.DROPPED: "ended_at",
    CallState.MISSED: "ended_at",
}  # fmt: skip


def _told(event: Mapping[str, str], at: datetime) -> dict[str, Any] | None:
    state = _state(event)
    return None if state is None else {"state": state, _FIELDS[state]: at}


def _state(event: Mapping[str, str]) -> CallState | None:
    """What this event alone says; whether a call that ended was missed, all of them together tell."""
    state: CallState | None = None
    match event.get("event", "").lower():
        case "newchannel" | "dialbegin" | "queuecallerjoin":
            state = CallState.RINGING
        case "agentconnect":
            state = CallState.ANSWERED
        case "dialend" if event.get("dialstatus", "").upper() == "ANSWER":
            state = CallState.ANSWERED
        case "bridgeenter" if event.get("bridgetechnology") != "holding_bridge":
            state = CallState.ANSWERED
        case "coreshowchannel":
            state = CallState.ANSWERED if event.get("bridgeid") else CallState.RINGING
        case "queuecallerabandon":
            state = CallState.DROPPED
        case "hangup":
            state = CallState.DROPPED if event.get("cause", "") in BROKEN else CallState.MISSED
        case "omnixcallgone":
            state = CallState.MISSED
    return state


def _extension(event: Mapping[str, str]) -> str:
    """Of the telephone that answered: its number, else what follows the technology in its channel's name."""
    told = event.get("destcalleridnum", "")
    if told and told != "<unknown>":
        return told
    return event.get("destchannel", "").rpartition("/")[2].rpartition("-")[0]


def _words(values: Mapping[Any, Any]) -> dict[str, str]:
    return {key: value for key, value in values.items() if isinstance(key, str) and isinstance(value, str)}


def _opened(cursor: str) -> dict[str, dict[str, str]]:
    try:
        known = loaded(cursor) if cursor else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {call_id: _words(begun) for call_id, begun in known.items() if isinstance(begun, dict)}
