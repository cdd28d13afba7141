"""A slash offers quick replies at the start of a word, and nowhere else."""

import pytest

from omnix_desktop.models.quick_replies import Trigger, filled, matching, trigger_at
from omnix_protocol.catalogue import QuickReply


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/", Trigger(0, "")),
        ("/sal", Trigger(0, "sal")),
        ("Halo /Sa", Trigger(5, "sa")),
        ("Halo\n/sa", Trigger(5, "sa")),
        ("24/7", None),
        ("Bapak/Ibu", None),
        ("Halo / ", None),
        ("https://a", None),
        ("//", None),
        ("", None),
    ],
)
def test_where_a_slash_offers(text: str, expected: Trigger | None) -> None:
    assert trigger_at(text, len(text)) == expected


def test_what_stands_behind_the_cursor_does_not_count() -> None:
    assert trigger_at("/salam", 3) == Trigger(0, "sa")


def test_a_long_text_before_it_changes_nothing() -> None:
    text = "x" * 5000 + " /sal"
    assert trigger_at(text, len(text)) == Trigger(5001, "sal")
    glued = "x" * 5000 + "/sal"
    assert trigger_at(glued, len(glued)) is None


def reply(shortcut: str, title: str, text: str = "") -> QuickReply:
    return QuickReply(id=shortcut, version=1, shortcut=shortcut, title=title, text=text)


def test_shortcuts_come_before_titles() -> None:
    known = [reply("maaf", "Permohonan"), reply("tutup", "Maaf dan salam"), reply("salam", "Pembuka")]
    assert [found.shortcut for found in matching(known, "ma")] == ["maaf", "tutup"]
    assert len(matching(known, "")) == 3


def test_an_unknown_name_leaves_no_hole() -> None:
    text = "Halo {name}, dengan {agent}. {tetap}"
    assert filled(reply("a", "a", text), "Budi", "Sinta") == "Halo Budi, dengan Sinta. {tetap}"
    assert filled(reply("a", "a", text), "", "Sinta") == "Halo, dengan Sinta. {tetap}"
