"""The codec gives back what it was given, and says what is wrong with anything else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol import base, codec, frames
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import CommandId, new_id
from omnix_protocol.people import Role, User
from tests.support.structs import structs


@given(structs(tuple(base.ENTITIES.values())))
def test_every_entity_survives_the_wire(entity: base.Entity) -> None:
    assert codec.entity(type(entity).__name__, codec.encode(entity)) == entity


@given(structs(tuple(base.COMMANDS.values())))
def test_every_command_survives_the_wire(command: base.Command) -> None:
    assert codec.command(type(command).__name__, codec.encode(command)) == command


@given(structs(tuple(base.QUERIES.values())))
def test_every_query_survives_the_wire(query: base.Query) -> None:
    assert codec.query(type(query).__name__, codec.encode(query)) == query


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_malformed(data: bytes) -> None:
    for read in (codec.client_frame, codec.server_frame):
        try:
            read(data)
        except (codec.Malformed, codec.UnknownType):
            continue


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"null", b"[]", b'{"frame":"run"}', b'{"frame":"hello","versions":["a",1]}', b"[" * 100_000],
)
def test_what_is_no_frame_is_malformed(data: bytes) -> None:
    with pytest.raises(codec.Malformed):
        codec.client_frame(data)


def test_a_newer_frame_is_told_apart_from_a_broken_one() -> None:
    with pytest.raises(codec.UnknownType):
        codec.server_frame(b'{"frame":"hologram","depth":3}')


def test_a_frame_above_the_limit_is_not_read() -> None:
    big = frames.Run(id=CommandId(new_id()), type="AddMemo", body=msgspec.Raw(b'"' + b"x" * frames.MAX_FRAME + b'"'))
    with pytest.raises(codec.Malformed, match="at most"):
        codec.client_frame(codec.encode(big))


def test_a_newer_value_makes_the_body_unreadable_and_nothing_else() -> None:
    """An older client keeps such a body as it is; the envelope around it stays readable."""
    user = User(id=new_id(), version=1, name="Sinta", email="s@example.test", role=Role.AGENT)
    newer = codec.encode(user).replace(b'"agent"', b'"wizard"')
    put = {"change": "put", "type": "User", "id": user.id, "version": 1, "scopes": ["tenant"]}
    envelope = msgspec.json.encode({**put, "body": msgspec.Raw(newer)})
    with pytest.raises(codec.Malformed):
        codec.entity("User", newer)
    assert b"wizard" in envelope


def test_a_newer_field_is_passed_over() -> None:
    user = User(id=new_id(), version=1, name="Sinta", email="s@example.test", role=Role.AGENT)
    newer = codec.encode(user)[:-1] + b',"aura":"blue"}'
    assert codec.entity("User", newer) == user


def test_a_newer_reason_is_kept_as_text() -> None:
    answer = codec.decode(b'{"code":"too_sunny","args":{"uv":11}}', Refused)
    assert answer.reason is None
    assert answer.code == "too_sunny"
    assert refused(Reason.LIMIT_REACHED, limit=8).reason is Reason.LIMIT_REACHED
