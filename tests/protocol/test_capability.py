"""What a channel takes is told to composer and server alike."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol import capability
from omnix_protocol.channels import Capabilities, MediaLimit, TextUnit
from omnix_protocol.content import ActKind, Content, Location, Template
from omnix_protocol.ids import FileId, new_id
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Message
from tests.support.samples import NOON, message

FAMILY = "👨‍👩‍👧‍👦"


def files(count: int) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(file_id=FileId(str(n)), name=f"{n}.png", media_type="image/png", size=1) for n in range(count)
    )


@given(
    count=st.integers(0, 7),
    most=st.integers(0, 3),
    captions=st.booleans(),
    text=st.sampled_from(("", "Ini berkasnya")),
)
def test_nothing_is_lost_when_a_reply_is_split_and_each_part_fits(
    count: int, most: int, captions: bool, text: str
) -> None:
    able = Capabilities(text_max=100, attachments=True, attachments_max=most, captions=captions)
    parts = capability.split(able, text, files(count))
    assert [file for _, group in parts for file in group] == list(files(count))
    assert parts[0][0] == text
    assert not any(words for words, _ in parts[1:])
    for words, group in parts:
        assert words or group or not (text or count)
        assert not most or len(group) <= most
        assert captions or not (words and group)


@pytest.mark.parametrize(("unit", "length"), [(TextUnit.CHARACTERS, 7), (TextUnit.UTF16, 11), (TextUnit.BYTES, 25)])
def test_a_text_is_counted_as_the_channel_counts(unit: TextUnit, length: int) -> None:
    assert capability.text_length(FAMILY, Capabilities(text_max=1, text_unit=unit)) == length


def test_the_first_limit_that_fits_a_type_counts() -> None:
    limits = (MediaLimit(types=("image/*",), max_bytes=5), MediaLimit(types=("video/mp4",), max_bytes=16))
    able = Capabilities(text_max=1, attachments=True, attachment_max_bytes=100, media_limits=limits)
    assert [capability.file_limit(able, it) for it in ("image/png", "video/mp4", "application/pdf")] == [5, 16, 100]


def test_a_template_may_be_all_that_is_said() -> None:
    assert capability.says_something(Content(template=Template(name="tagihan", language="id")))
    assert not capability.says_something(Content(chosen="1"))


def test_parts_that_a_channel_cannot_send_are_named() -> None:
    place = Content(location=Location(latitude=1, longitude=2))
    assert capability.unsupported_part(Capabilities(text_max=1), place) == "location"
    assert capability.unsupported_part(Capabilities(text_max=1, location=True), place) is None


ALL = Capabilities(text_max=1, acts=tuple(ActKind), edit_seconds=60)
COMMENTS = Capabilities(text_max=1, acts=tuple(ActKind), comments=True)


def shown(**fields: object) -> Message:
    known = {"direction": Direction.OUT, "state": DeliveryState.SENT}
    return message(new_id(), 1, **{**known, **fields})


def test_acts_depend_on_whose_the_message_is_and_how_old() -> None:
    soon = message(new_id(), 1).at + timedelta(seconds=10)
    ours, theirs = shown(), shown(direction=Direction.IN, state=DeliveryState.RECEIVED)
    assert capability.acts_on(ALL, ours, soon) == {ActKind.EDIT, ActKind.DELETE, ActKind.REACT}
    assert capability.acts_on(ALL, ours, soon + timedelta(minutes=5)) == {ActKind.REACT}
    assert capability.acts_on(ALL, theirs, soon) == {ActKind.REACT, ActKind.HIDE}
    assert capability.acts_on(COMMENTS, theirs, soon) == {ActKind.REACT, ActKind.HIDE, ActKind.DELETE}
    hidden = shown(direction=Direction.IN, state=DeliveryState.RECEIVED, hidden=True)
    assert ActKind.UNHIDE in capability.acts_on(COMMENTS, hidden, soon)


@pytest.mark.parametrize("fields", [{"deleted_at": NOON}, {"state": DeliveryState.ACCEPTED}])
def test_nothing_is_asked_about_what_is_gone_or_not_there_yet(fields: dict[str, object]) -> None:
    assert capability.acts_on(ALL, shown(**fields), NOON) == frozenset()
