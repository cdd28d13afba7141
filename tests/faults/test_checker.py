"""The checker of the campaigns bites: each invariant that is broken is named."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from omnix_load.checker import Report, check_customers, check_positions
from omnix_load.customers import Customer, Said
from omnix_load.decisions import Decision, DecisionLog, allowed_drafts, read_log, sent
from omnix_load.sequences import holes
from omnix_protocol.ids import ConversationId, InteractionId
from omnix_protocol.messages import DeliveryState, Direction, Message, PublicMessage

NOW = datetime(2026, 3, 16, tzinfo=UTC)


def message(position: int, text: str, **more: Any) -> Message:
    known: dict[str, Any] = {
        "id": f"m{position}", "version": 1, "conversation_id": ConversationId("c"), "direction": Direction.IN,
        "interaction_id": InteractionId("i"), "position": position, "text": text, "author_name": "tono",
        "at": NOW, "state": DeliveryState.RECEIVED, "state_at": NOW,
    }  # fmt: skip
    return Message(**(known | more))


def customer(*texts: str) -> Customer:
    made = Customer("http://127.0.0.1:1/chat/x", "tono", Random(1), 1)
    made.said = [Said(f"s{number}", text, "taken") for number, text in enumerate(texts)]
    for position, text in enumerate(texts, 1):
        made.shown[f"m{position}"] = PublicMessage(
            id=f"m{position}", version=1, position=position, direction=Direction.IN, text=text, at=NOW,
            state=DeliveryState.RECEIVED,
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("entries", "sound"),
    [
        ([message(1, "a"), message(2, "b")], True),
        ([message(1, "a"), message(3, "b")], False),
        ([message(1, "a"), message(2, "b", id="m1")], False),
        ([message(2, "b"), message(1, "a")], False),
    ],
)
def test_holes_repeats_and_disorder_are_named(entries: list[Message], sound: bool) -> None:
    report = Report()
    check_positions({"c": list(entries)}, report)
    assert (report.wrong == []) is sound


@pytest.mark.parametrize(
    ("has", "sound"), [(["a", "b"], True), (["a"], False), (["b", "a"], False), (["a", "a", "b"], False)]
)
def test_what_a_customer_said_must_be_there_once_and_in_order(has: list[str], sound: bool) -> None:
    report = Report()
    check_customers({"c": [message(n, text) for n, text in enumerate(has, 1)]}, [customer("a", "b")], report)
    assert (report.wrong == []) is sound


def test_a_customer_must_be_shown_what_is_public() -> None:
    report = Report()
    blind = customer("a", "b")
    del blind.shown["m2"]
    check_customers({"c": [message(1, "a"), message(2, "b")]}, [blind], report)
    assert len(report.wrong) == 1


def test_a_draft_must_be_the_last_one_that_was_safe_or_one_that_was_on_its_way() -> None:
    log = [
        Decision("drafting", "c", text="ba"),
        Decision("drafted", "c", text="ba"),
        Decision("drafting", "c", text="baik"),
    ]
    assert allowed_drafts(log) == {("c", "reply"): {"ba", "baik"}}
    log += [Decision("drafted", "c", text="baik"), Decision("deciding", "c", "m", text="baik")]
    assert allowed_drafts(log) == {("c", "reply"): {"baik", ""}}
    assert [(one.id, certain) for one, certain in sent(log)] == [("m", False)]
    log.append(Decision("stored", "c", "m"))
    assert allowed_drafts(log) == {("c", "reply"): {""}}
    assert [(one.id, certain) for one, certain in sent(log)] == [("m", True)]


def test_a_line_cut_off_by_the_kill_is_passed_over(tmp_path: Any) -> None:
    log = DecisionLog(tmp_path / "log")
    log.note(Decision("drafting", "c", text="a"))
    log.close()
    with (tmp_path / "log").open("ab") as file:
        file.write(b'{"kind":"draf')
    assert read_log(tmp_path / "log") == [Decision("drafting", "c", text="a")]


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [([1, 2, 3], []), ([1, 3], [2]), ([1, 2, 2, 3], [2]), ([1, 2], [3]), ([1, 2, 3, 4], []), ([1, 2, 3, 5], [4])],
)
def test_holes_of_a_sequence_are_named(seen: list[int], wrong: list[int]) -> None:
    assert holes(seen, 3) == wrong
