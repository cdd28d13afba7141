"""For whom a call rings: their queue, their work, their telephone; and for how long."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from omnix_desktop.models.ringing import concerns
from omnix_protocol.calls import RINGS_AT_MOST, LiveCall
from omnix_protocol.content import CallState
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import UserId
from tests.support.cached_workspace import NOW
from tests.support.scene_calls import ringing

ME, OTHER = UserId("me"), UserId("other")


def rung(it: Interaction, extension: str = "", seconds: float = 0) -> bool:
    live = it.live_call
    assert live is not None
    return concerns(it, live, ME, extension, NOW + timedelta(seconds=seconds))


def told(**call: object) -> Interaction:
    it = ringing(1)
    live = it.live_call
    assert live is not None
    return replace(it, live_call=LiveCall(message_id=live.message_id, call=replace(live.call, **call)))


@pytest.mark.parametrize(
    ("changed", "rings"),
    [
        ({}, True),
        ({"reserved_for": ME}, True),
        ({"reserved_for": OTHER}, False),
        ({"status": Status.HANDLING, "owner_id": ME}, True),
        ({"status": Status.ON_HOLD, "owner_id": ME}, True),
        ({"status": Status.HANDLING, "owner_id": OTHER}, False),
    ],
)
def test_it_rings_for_the_queue_and_for_whoever_has_the_interaction(changed: dict[str, object], rings: bool) -> None:
    assert rung(replace(ringing(1), **changed)) is rings


def test_a_call_for_one_telephone_rings_for_that_agent() -> None:
    it = told(extension="101")
    assert rung(it), "without an extension told, every agent of the queue is rung up"
    assert rung(it, "101")
    assert not rung(it, "102")


def test_once_taken_it_stays_only_where_ones_own_telephone_took_it() -> None:
    it = told(state=CallState.ANSWERED, answered_at=NOW, extension="101")
    assert rung(it, "101")
    assert not rung(it, "102")
    assert not rung(it)


def test_a_call_whose_end_was_never_told_does_not_ring_for_ever() -> None:
    long = RINGS_AT_MOST.total_seconds()
    assert rung(ringing(1, seconds=0), seconds=long - 1)
    assert not rung(ringing(1, seconds=0), seconds=long + 1)
    assert not rung(told(ringing_at=None)), "a recording that is told before its call is no ring"
