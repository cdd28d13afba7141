"""The checker of a campaign sees what it is there for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from omnix_protocol.messages import DeliveryState, Direction, Message
from tests.campaigns.channels import Plan, Talk
from tests.campaigns.verdict import Verdict
from tests.contract.provider import Provider
from tests.simulators.mishaps import Disturbance
from tests.support import samples

PLACE = samples.conversation()
SAID = ["satu", "dua", "tiga"]


class Recorder(Provider):
    kind = "telegram"

    def __init__(self, *sent: str) -> None:
        self._sent = list(sent)
        self.has_failed = 0

    def failed(self) -> int:
        return self.has_failed

    def sent(self) -> list[str]:
        return self._sent


def talk(*sent: str, **replied: str) -> Talk:
    by = Disturbance()
    return Talk("telegram", Recorder(*sent), "a", by, by.dice, heard=list(SAID), replied=replied)


def said(*texts: str) -> list[Message]:
    return [
        samples.message(PLACE.id, place, direction=Direction.IN, text=text, provider_id=text)
        for place, text in enumerate(texts, 1)
    ]


def reply(text: str, state: DeliveryState) -> Message:
    return samples.message(PLACE.id, 9, direction=Direction.OUT, text=text, id="r1", state=state)


def judged(messages: Sequence[Message], stored: Sequence[str] | None = SAID, of: Talk | None = None) -> list[str]:
    verdict = Verdict()
    verdict.compare(of or talk(), messages, len(stored or ()), stored)
    return verdict.broken


def test_all_there_once_and_in_order_is_well() -> None:
    assert judged(said(*SAID)) == []
    assert judged(said("dua", "satu", "tiga"), ["dua", "satu", "tiga"]) == []


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (["satu", "tiga"], "lost: dua"),
        (["satu", "dua", "dua", "tiga"], "2 times: dua"),
        (["satu", "dua", "tiga", "empat"], "nobody said: empat"),
        (["satu", "tiga", "dua"], "the order is not that of acceptance"),
    ],
)
def test_what_is_lost_doubled_invented_or_moved_is_named(there: list[str], words: str) -> None:
    assert f"telegram: {words}" in judged(said(*there))


def test_a_page_is_answered_in_the_order_in_which_it_spoke() -> None:
    assert judged(said(*SAID), None) == []
    assert judged(said("dua", "satu", "tiga"), None) == ["telegram: the order is not that of acceptance"]


def test_time_that_runs_backwards_is_named() -> None:
    first, *rest = said(*SAID)
    late = msgspec.structs.replace(first, at=first.at + timedelta(days=1))
    assert judged([late, *rest]) == ["telegram: time runs backwards in a conversation"]


@pytest.mark.parametrize(
    ("state", "times", "well"),
    [
        (DeliveryState.SENT, 1, True),
        (DeliveryState.SENT, 0, False),
        (DeliveryState.READ, 2, False),
        (DeliveryState.UNCERTAIN, 0, True),
        (DeliveryState.UNCERTAIN, 1, True),
        (DeliveryState.UNCERTAIN, 2, False),
        (DeliveryState.FAILED, 0, True),
        (DeliveryState.FAILED, 1, False),
        (DeliveryState.ACCEPTED, 0, False),
    ],
)
def test_a_reply_is_where_its_state_says(state: DeliveryState, times: int, *, well: bool) -> None:
    found = judged([*said(*SAID), reply("baik", state)], of=talk(*["baik"] * times, r1="baik"))
    assert (found == []) is well, found


def test_a_reply_that_is_gone_or_that_nobody_gave_is_named() -> None:
    assert judged(said(*SAID), of=talk(r1="baik")) == ["telegram: a reply is there 0 times: baik"]
    other = talk("baik", "buruk", r1="baik")
    assert judged([*said(*SAID), reply("baik", DeliveryState.SENT)], of=other) == ["telegram: nobody replied: buruk"]


PLAN = Plan(inbound=1000, outbound=0, kills=2, seed=1, kinds=("telegram",), reordered=0.0)


def happened(plan: Plan, *talks: Talk, killed: int = 2) -> list[str]:
    verdict = Verdict()
    verdict.happened(plan, talks, killed)
    return verdict.broken


def busy(said: int, repeats: int, overtaken: int = 0, name: str = "telegram") -> Talk:
    found = talk()
    found.name, found.heard = name, ["x"] * said
    found.disturbance.repeats, found.disturbance.overtaken = repeats, overtaken
    return found


def test_what_was_planned_and_did_not_happen_is_named() -> None:
    assert happened(PLAN, busy(1000, 25)) == []
    assert happened(PLAN, busy(999, 24), killed=1) == [
        "the server was killed 1 times, and not 2",
        "customers said 999 things, and not 1000",
        "came twice: 24 times, where the plan asks for about 50",
    ]
    mixed = replace(PLAN, repeated=0.0, reordered=0.05)
    assert happened(mixed, busy(1000, 0, 24)) == ["overtaken: 24 times, where the plan asks for about 50"]


def test_one_kind_that_never_comes_twice_is_named_however_often_the_others_do() -> None:
    found = happened(PLAN, busy(500, 40), busy(500, 6, name="line"))
    assert found == ["line: came twice: 6 times, where the plan asks for about 25"]


@pytest.mark.parametrize("count", [99, 101])
def test_replies_that_nobody_planned_or_that_were_never_given_are_named(count: int) -> None:
    plan = replace(PLAN, inbound=3, outbound=100, kills=0)
    one = talk(**{str(number): "baik" for number in range(count)})
    assert happened(plan, one, killed=0) == [f"the agent replied {count} times, and not 100"]


def test_a_provider_that_was_asked_to_fail_and_never_did_is_named() -> None:
    plan = replace(PLAN, inbound=3, outbound=100, kills=0, failing=0.3)
    one = talk(**{str(number): "baik" for number in range(100)})
    one.failures = 30
    assert "failed: 0 times, where the plan asks for about 30" in happened(plan, one, killed=0)
    assert "telegram: asked to fail 30 times, the provider failed 0 times" in replied(plan, one, DeliveryState.SENT)
    recorded(one).has_failed = 30
    assert happened(plan, one, killed=0) == []


def recorded(of: Talk) -> Recorder:
    assert isinstance(of.provider, Recorder)
    return of.provider


def replied(plan: Plan, one: Talk, *states: DeliveryState) -> list[str]:
    """What the checker says beside the comparison, where the replies are in these states."""
    verdict = Verdict()
    verdict.compare(one, said(*SAID), len(SAID), SAID)
    verdict.lines[one.name].replies.update(state.value for state in states)
    verdict.broken.clear()
    verdict.happened(plan, [one], plan.kills)
    return verdict.broken


@pytest.mark.parametrize(
    ("lost", "faults", "kills", "well"),
    [
        ((DeliveryState.FAILED,), 1, 0, True),
        ((DeliveryState.FAILED,), 0, 1, False),  # a kill leaves nothing that anybody refused
        ((DeliveryState.UNCERTAIN,), 0, 1, True),
        ((DeliveryState.UNCERTAIN,), 0, 0, False),
        ((DeliveryState.UNCERTAIN, DeliveryState.FAILED), 1, 1, True),
        ((DeliveryState.UNCERTAIN, DeliveryState.FAILED), 1, 0, False),
    ],
)
def test_a_reply_that_did_not_go_out_has_a_fault_or_a_kill_to_blame(
    lost: tuple[DeliveryState, ...], faults: int, kills: int, *, well: bool
) -> None:
    one = talk()
    recorded(one).has_failed = faults
    plan = replace(PLAN, inbound=3, kills=kills)
    found = replied(plan, one, *lost, *[DeliveryState.SENT] * 50)
    words = f"telegram: {len(lost)} replies are failed or uncertain; the provider failed {faults} times"
    assert found == ([] if well else [words])


def test_failed_and_uncertain_replies_are_few_whoever_is_to_blame() -> None:
    plan = replace(PLAN, inbound=3, kills=20)
    states = [DeliveryState.UNCERTAIN] * 8 + [DeliveryState.SENT] * 92
    assert replied(plan, talk(), *states) == ["8 of 100 replies are failed or uncertain, and not 7 at most"]
    assert replied(plan, talk(), *states[1:], DeliveryState.SENT) == []
