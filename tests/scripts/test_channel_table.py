"""The document that IT reads says what the channels can."""

from backend.channels import CHANNELS
from scripts import channel_table


def test_the_table_is_as_the_code() -> None:
    text = channel_table.PLACE.read_text("utf-8")
    assert channel_table.fresh(text) == text, "python -m scripts.channel_table writes it anew"


def test_every_channel_has_its_section() -> None:
    text = channel_table.PLACE.read_text("utf-8")
    assert [kind.kind for kind in CHANNELS if f"(`{kind.kind}`)" not in text] == []
