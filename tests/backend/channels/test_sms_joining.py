"""Parts of a longer SMS become one message: the same one when the network repeats them, another when it is written."""

import pytest

from backend.channels.sms.alphabet import Part
from backend.channels.sms.joining import (
    GRACE_SECONDS,
    PARTS_KEPT,
    REPEATED_SECONDS,
    WAIT_SECONDS,
    Joined,
    Joining,
)
from backend.channels.sms.pdu import Address, ShortMessage


def told(
    joining: Joining, texts: list[str], order: list[int], sender: str = "628111", reference: int = 9, now: float = 0.0
) -> list[Joined]:
    message = ShortMessage(Address(sender), Address("12345"))
    parts = [(texts[number - 1].encode(), Part(reference, len(texts), number)) for number in order]
    return [it for body, part in parts for it in joining.take(message, body, part, now)]


def joined(texts: list[str], order: list[int], sender: str = "628111", reference: int = 9, cursor: str = "") -> str:
    """The id of what becomes of these parts, after a start with this cursor; told in this order."""
    joining = Joining(cursor, 0.0)
    made = told(joining, texts, order, sender, reference)
    made += joining.overdue(WAIT_SECONDS)
    (only,) = made
    assert only.bodies == tuple(texts[number - 1].encode() for number in sorted(set(order)))
    return only.id


@pytest.mark.parametrize("order", [[1, 2, 3], [3, 1, 2], [2, 1, 1, 3]])
def test_the_same_parts_are_the_same_message_in_any_order_and_after_everything_was_forgotten(order: list[int]) -> None:
    assert joined(["a", "b", "c"], order) == joined(["a", "b", "c"], [1, 2, 3])


def test_other_parts_are_another_message() -> None:
    ids = {
        joined(["a", "b"], [1, 2]),
        joined(["a", "c"], [1, 2]),
        joined(["a", "b"], [1]),
        joined(["a", "b"], [1, 2], sender="628112"),
        joined(["a", "b"], [1, 2], reference=10),
    }
    assert len(ids) == 5


LOOK = 30.0
"""As often as the listener looks."""


def looked(joining: Joining, begin: float, end: float) -> list[Joined]:
    """What is overdue at any look between these moments."""
    return [it for step in range(int((end - begin) // LOOK)) for it in joining.overdue(begin + LOOK * (step + 1))]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("apart", [REPEATED_SECONDS, REPEATED_SECONDS + 10, 3600.0])
def test_the_same_message_written_again_later_is_another_one_and_repeats_of_either_are_none(
    apart: float, *, restarted: bool
) -> None:
    joining, ids = Joining("", 0.0), []
    for sent in range(4):
        now = 1000.0 + sent * apart
        for late in (0, 1, LOOK):  # the first is it, the others are the network's
            ids += [it.id for it in told(joining, ["a", "b"], [1, 2], now=now + late)]
            assert not joining.overdue(now + late)
            joining = Joining(joining.cursor(), now + late) if restarted else joining
        if not restarted:
            assert not looked(joining, now + LOOK, now + apart)
    assert len(ids) == len(set(ids)) == 4


def test_after_a_crash_before_the_cursor_was_stored_it_is_the_same_message_in_any_epoch() -> None:
    joining = Joining("", 0.0)
    for epoch in range(1, 4):
        now = epoch * REPEATED_SECONDS
        joining.overdue(now)
        stored, texts = joining.cursor(), [str(epoch), "b"]
        (before,) = told(joining, texts, [1, 2], now=now)
        (again,) = told(Joining(stored, now + 9), texts, [2, 1], now=now + 9)
        assert again.id == before.id
        assert not told(Joining(joining.cursor(), now + 9), texts, [2, 1], now=now + 9)


def test_what_is_overdue_is_the_same_after_a_crash_before_its_cursor_was_stored() -> None:
    joining = Joining("", 0.0)
    joining.overdue(1000.0)
    assert not told(joining, ["a", "b"], [1], now=1000.0)
    stored = joining.cursor()
    (before,) = joining.overdue(1000.0 + WAIT_SECONDS)
    (again,) = Joining(stored, 1000.0 + WAIT_SECONDS).overdue(1000.0 + WAIT_SECONDS + GRACE_SECONDS)
    assert again.id == before.id


@pytest.mark.parametrize("lasts", [40.0, 240.0])
def test_waiting_ends_and_what_is_written_later_is_new_however_short_the_sessions_are(lasts: float) -> None:
    joining, made, now = Joining("", 0.0), [], 0.0
    told(joining, ["c", "d"], [1], reference=3, now=now)
    for _ in range(int(3600 // lasts)):
        made += looked(joining, now, now + lasts)
        made += told(joining, ["a", "b"], [1, 2], now=now + lasts) if now % 1200.0 == 0 else []
        now += lasts
        joining = Joining(joining.cursor(), now)
    assert sorted(it.bodies for it in made) == [(b"a", b"b")] * 3 + ([(b"c",)] if lasts > GRACE_SECONDS else [])
    assert len({it.id for it in made}) == len(made)


def test_what_has_one_piece_is_none_when_it_is_repeated_soon_and_otherwise_another() -> None:
    joining = Joining("", 0.0)
    name = joining.single(b"ok", 1000.0)
    joining.overdue(1000.0 + REPEATED_SECONDS - 1)  # an epoch ends between the two
    joining = Joining(joining.cursor(), 1000.0 + REPEATED_SECONDS - 1)
    assert joining.single(b"ok", 1000.0 + REPEATED_SECONDS - 1) is None
    assert joining.single(b"no", 1000.0 + REPEATED_SECONDS - 1) not in (None, name)
    assert joining.single(b"ok", 1000.0 + REPEATED_SECONDS) not in (None, name)


def test_a_cursor_that_cannot_be_read_begins_an_epoch_of_its_own() -> None:
    assert len({Joining(cursor, 0.0).single(b"ok", 0.0) for cursor in ("", "{", "[]", '{"made":3}')}) == 4


def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    joining = Joining("", 1e9)
    told(joining, ["a", "b"], [1], now=1e9)
    name = joining.single(b"ok", 1e9)
    (late,) = joining.overdue(1e9 - 3600)
    assert late.bodies == (b"a",)
    assert joining.single(b"ok", 1e9 - 3600) not in (None, name)


def test_of_much_that_was_made_the_newest_is_known() -> None:
    joining = Joining("", 0.0)
    names = {joining.single(f"{number}".encode(), 1.0) for number in range(3 * PARTS_KEPT)}
    joining.overdue(2.0)
    assert len(joining.cursor()) < 60 * PARTS_KEPT
    assert joining.single(f"{3 * PARTS_KEPT - 1}".encode(), 2.0) is None
    assert joining.single(b"0", 2.0) not in names | {None}


def test_other_messages_that_begin_or_end_alike_are_whole_and_a_part_that_is_repeated_alone_is_none() -> None:
    joining = Joining("", 1000.0)
    made = [told(joining, texts, [1, 2], now=1000.0) for texts in (["a", "b"], ["a", "c"], ["d", "c"])]
    assert [it.bodies for (it,) in made] == [(b"a", b"b"), (b"a", b"c"), (b"d", b"c")]
    assert not told(joining, ["a", "b"], [2], now=1030.0)
    assert not looked(joining, 1030.0, 1030.0 + 2 * WAIT_SECONDS)
