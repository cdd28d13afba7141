"""What is known of a telephone call, put together from whatever was told of it, in whatever order it came."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from omnix_protocol.base import Value
from omnix_protocol.content import Call, CallState
from omnix_protocol.ids import MessageId

RANKS = {
    CallState.RINGING: 0,
    CallState.ANSWERED: 1,
    CallState.MISSED: 2,
    CallState.ENDED: 3,
    CallState.DROPPED: 4,
}
"""A call only moves forward in this order, so that news of earlier that comes late changes nothing."""

RINGS_AT_MOST: Final = timedelta(minutes=5)
"""An exchange that never told the end of a call does not make it ring for ever."""


class LastTalk(Value, frozen=True, kw_only=True):
    """When, where and with whom a customer spoke last, before this call."""

    at: datetime
    channel_kind: str
    agent_name: str = ""


class LiveCall(Value, frozen=True, kw_only=True):
    """A call that rings or is talked right now, beside the interaction that it belongs to."""

    message_id: MessageId
    call: Call
    last: LastTalk | None = None


def live(known: LiveCall | None, message_id: MessageId, call: Call) -> LiveCall | None:
    """What stands beside the interaction after news of a call: a newer call is not hidden by news of an older one."""
    if known is None or known.message_id != message_id:
        return known
    over = call.state not in (CallState.RINGING, CallState.ANSWERED)
    return None if over else msgspec.structs.replace(known, call=call)


def rings(call: Call, now: datetime) -> bool:
    """Whether somebody should still answer it."""
    since = call.ringing_at
    return call.state is CallState.RINGING and since is not None and now - since < RINGS_AT_MOST


def settled(call: Call) -> Call:
    """The call in the state that its times tell: who was spoken with was not missed, what has ended does not ring."""
    state = call.state
    if call.answered_at is not None:
        state = _further(state, CallState.ANSWERED)
    if call.ended_at is not None:
        state = _further(state, CallState.MISSED)
    return call if state is call.state else msgspec.structs.replace(call, state=state)


def joined(known: Call, told: Call) -> Call:
    """Both together; the same whichever came first, and however often (F36)."""
    return settled(
        Call(
            state=_further(known.state, told.state),
            number=max(known.number, told.number),
            line=max(known.line, told.line),
            extension=max(known.extension, told.extension),
            ringing_at=_first(known.ringing_at, told.ringing_at),
            answered_at=_first(known.answered_at, told.answered_at),
            ended_at=_last(known.ended_at, told.ended_at),
            recording_url=max(known.recording_url, told.recording_url),
        )
    )


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _last(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _further(one: CallState, other: CallState) -> CallState:
    # missed says only that it is over: where it was answered too, it was not missed
    if {one, other} == {CallState.ANSWERED, CallState.MISSED}:
        return CallState.ENDED
    return max(one, other, key=RANKS.__getitem__)
