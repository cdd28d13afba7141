"""Ids are canonical, made ones sort by age, derived ones say the same thing twice."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol.ids import MessageId, derived_id, file_id_of, is_id, new_id


def test_made_ids_are_uuid7_and_differ() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(is_id(one) and uuid.UUID(one).version == 7 and str(uuid.UUID(one)) == one for one in made)


@given(st.lists(st.text(), min_size=1))
def test_derived_ids_are_uuid8_and_repeatable(parts: list[str]) -> None:
    one = derived_id(*parts)
    assert one == derived_id(*parts)
    assert is_id(one)
    assert uuid.UUID(one).version == 8


@given(st.text(), st.text(min_size=1))
def test_derived_ids_tell_their_parts_apart(left: str, right: str) -> None:
    assert derived_id(left, right) != derived_id(left + right)


def test_a_file_of_a_message_is_called_the_same_by_every_release() -> None:
    assert file_id_of(MessageId("m"), "part1.2") == "cc561957-0a99-8db0-af74-5ce697a53530"


def test_only_canonical_text_is_an_id() -> None:
    one = new_id()
    for wrong in (one.upper(), one + "\n", "{" + one + "}", one.replace("-", ""), "", "1"):
        assert not is_id(wrong)
