"""A log may be sent to strangers: nothing in it says who wrote what, or opens a door."""

import json
import logging
import sys
from pathlib import Path

import pytest

from omnix_desktop.logs import HIDDEN, Lines, redacted, start_logging


@pytest.mark.parametrize(
    "private",
    [
        "oxa_0123456789abcdef",
        "Bearer abc.def-123456",
        "x'00112233445566778899aabbccddeeff'",
        "dewi.lestari@contoh.co.id",
        "+62 812-0000-0012",
        "132200000017",
        "password=sangat-rahasia",
        '"refresh_token": "abcdefgh"',
    ],
)
def test_what_is_private_is_hidden(private: str) -> None:
    line = redacted(f"before {private} after")
    secret = private.rsplit("=", maxsplit=1)[-1].rsplit(": ", maxsplit=1)[-1].strip("'\"")
    assert secret not in line
    assert HIDDEN in line
    assert line.startswith("before ")
    assert line.endswith("after")


@pytest.mark.parametrize(
    "plain",
    ["conversation:018f4e6a-0000-7000-8000-000000000001 resumed", "no connection: [Errno 111] refused", "12 of 20 s"],
)
def test_what_helps_to_find_a_fault_stays(plain: str) -> None:
    assert redacted(plain) == plain


def test_an_exceptions_own_words_stay_out() -> None:
    try:
        raise ValueError("Saya Dewi, tolong!")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "task %s failed", ("follow",), sys.exc_info())
    line = json.loads(Lines().format(record))
    assert "Dewi" not in json.dumps(line)
    assert (line["error"], line["event"]) == ("builtins.ValueError", "task follow failed")
    assert "test_logs.py" in line["where"][0]


def test_lines_arrive_in_the_file(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    handler = start_logging(tmp_path / "logs")
    try:
        logging.getLogger("omnix_desktop.test").warning("token=%s", "abcdef")
    finally:
        handler.close()
        root.handlers[:] = before
        root.setLevel(level)
    line = json.loads((tmp_path / "logs" / "desktop.log").read_text())
    assert line["logger"] == "omnix_desktop.test"
    assert "abcdef" not in line["event"]
