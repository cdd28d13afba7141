"""What never stands in a log: tokens, passwords, what people wrote to each other."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.tokens import ACCESS, REFRESH, new_token
from backend.telemetry import HIDDEN, redact, start_logging


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Logging as the server has it, into a string; afterwards as the tests had it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    with redirect_stdout(written):
        start_logging("info", "json")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(logs: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in logs.getvalue().splitlines()]


def test_secrets_by_name_are_hidden(logs: io.StringIO) -> None:
    structlog.get_logger("t").info(
        "said", password="hush", access_token="x", text="kartu saya 4111", nested={"secret_id": 1, "ok": 2}, count=3
    )
    [line] = lines(logs)
    assert (line["password"], line["access_token"], line["text"]) == (HIDDEN, HIDDEN, HIDDEN)
    assert line["nested"] == {"secret_id": HIDDEN, "ok": 2}
    assert line["count"] == 3


@pytest.mark.parametrize(
    "secret",
    [
        new_token(ACCESS),
        new_token(REFRESH),
        "Bearer abcdefghijklmnop",
        "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "postgresql://omnix:hush@db/omnix",
        "https://x/y?token=abc123",
    ],
    ids=["access", "refresh", "bearer", "bot", "database", "address"],
)
def test_secrets_inside_sentences_are_hidden(logs: io.StringIO, secret: str) -> None:
    logging.getLogger("any").warning("could not use %s today", secret)
    out = logs.getvalue()
    assert secret not in out
    assert "hush" not in out
    assert "could not use" in out


def test_an_exception_says_what_and_where_and_not_in_its_own_words(logs: io.StringIO) -> None:
    try:
        raise ValueError("customer said: kartu saya 4111")
    except ValueError:
        logging.getLogger("any").exception("it failed")
    out = logs.getvalue()
    assert "builtins.ValueError" in out
    assert "test_telemetry.py" in out
    assert "4111" not in out


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20))
def test_a_token_is_found_wherever_it_stands(around: str) -> None:
    token = new_token(ACCESS)
    event = redact(None, "", {"event": f"{around} {token} {around}", "list": [token], token: 1})
    assert token not in str(event["event"])
    assert token not in str(event["list"])
