"""A themed application, light again after each test."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from omnix_desktop.i18n import set_language
from omnix_desktop.ui.theme import Theme, theme


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[Theme]:
    """The theme in force."""
    if not qapp.property("themed"):
        theme().install(qapp, "light")
        qapp.setProperty("themed", True)
    set_language("id")
    theme().set_mode("light")
    yield theme()
    theme().set_mode("light")
    set_language("id")
