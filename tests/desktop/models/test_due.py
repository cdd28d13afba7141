"""What a pill says and how loudly."""

from datetime import UTC, datetime, timedelta

import pytest

from omnix_desktop.i18n import set_language
from omnix_desktop.models.due import reply_pill, wait_pill, window_pill
from omnix_protocol.channels import Capabilities
from omnix_protocol.people import Rules

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
RULES = Rules(reply_due_seconds=300, wait_soon_seconds=180, wait_late_seconds=300)


@pytest.fixture(autouse=True)
def _indonesian() -> None:
    set_language("id")


@pytest.mark.parametrize(
    ("waited", "words", "tone"),
    [(0, "Balas 05:00", "good"), (252, "Balas 00:48", "soon"), (430, "Lewat 02:10", "bad")],
)
def test_a_reply_is_due(waited: int, words: str, tone: str) -> None:
    assert reply_pill(RULES, NOW - timedelta(seconds=waited), NOW) == (words, tone)


def test_without_a_question_it_is_the_customers_turn() -> None:
    assert reply_pill(RULES, None, NOW).words == "Menunggu pelanggan"


def test_a_wait_gets_louder() -> None:
    tones = [wait_pill(RULES, NOW - timedelta(seconds=waited), NOW).tone for waited in (10, 200, 400)]
    assert tones == ["muted", "soon", "bad"]
    assert wait_pill(RULES, NOW - timedelta(days=3, hours=2), NOW).words == "3 h 2 j"


def test_a_window_closes() -> None:
    able = Capabilities(text_max=10, reply_window_seconds=86_400)
    assert window_pill(able, NOW - timedelta(hours=1), NOW).words == "jendela balas 23 j"
    assert window_pill(able, NOW - timedelta(hours=25), NOW).tone == "bad"
    assert window_pill(Capabilities(text_max=10), NOW, NOW).words == ""
