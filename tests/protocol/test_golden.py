"""What a released version put on the wire is understood for as long as that version is spoken."""

import json

import pytest

from omnix_protocol import codec, frames
from tests.protocol.golden.kept import NEWEST, SECTIONS, Body, examples, kind_of, read, versions

KEPT = [(version, section, name) for version in versions() for section in SECTIONS for name in read(version, section)]


@pytest.mark.parametrize(("version", "section", "name"), KEPT, ids=lambda part: str(part))
def test_a_golden_body_is_read_and_written_as_it_was(version: str, section: str, name: str) -> None:
    body = read(version, section)[name]
    data = json.dumps(body).encode()
    value = codec.decode(data, kind_of(section, name))
    if section == "client_frames":
        value = codec.client_frame(data)
    elif section == "server_frames":
        value = codec.server_frame(data)
    written: Body = json.loads(codec.encode(value))
    assert {key: written[key] for key in body} == body  # a later release may say more, never less
    if version == NEWEST:
        assert written == body


@pytest.mark.parametrize("section", SECTIONS)
def test_everything_on_the_wire_is_kept(section: str) -> None:
    missing = examples(section).keys() - read(NEWEST, section).keys()
    assert not missing, "run `python -m tests.protocol.golden` and commit what it wrote"


def test_every_version_that_is_spoken_has_its_files() -> None:
    minimum, maximum = frames.VERSIONS
    assert {f"v{version}" for version in range(minimum, maximum + 1)} <= set(versions())
