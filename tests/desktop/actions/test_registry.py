"""The registry: every action has its words in both languages, and its keys alone."""

import pytest
from PySide6.QtGui import QKeySequence

from omnix_desktop import actions, i18n
from omnix_desktop.actions.base import ACTIONS, action


def test_every_action_is_named_in_both_languages() -> None:
    assert actions.AREAS
    for language in i18n.LANGUAGES:
        catalogue = i18n.load_catalogue(language)
        assert not [known.label for known in ACTIONS.values() if known.label not in catalogue]


def test_every_shortcut_is_one_and_belongs_to_one_action() -> None:
    keys = [known.shortcut for known in ACTIONS.values() if known.shortcut]
    assert len(keys) == len(set(keys))
    assert all(QKeySequence(key).count() == 1 for key in keys)


def test_no_shortcut_fires_inside_what_is_typed() -> None:
    """Section 6 of the features: letters, `/` and `?` belong to the text."""
    for known in ACTIONS.values():
        plain = not any(part in known.shortcut for part in ("Ctrl", "Alt", "F1", "F2"))
        assert not known.shortcut or not plain, known.id


def test_two_actions_cannot_share_an_id_or_keys() -> None:
    with pytest.raises(ValueError, match="two actions"):
        action("interaction.end")(lambda place: None)
    with pytest.raises(ValueError, match="same shortcut"):
        action("test.other", shortcut="F2")(lambda place: None)
    assert "test.other" not in ACTIONS
