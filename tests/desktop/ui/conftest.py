"""A themed application, light again after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from omnix_desktop.i18n import set_language
from omnix_desktop.ui.theme import Theme, theme
from tests.support import cached_workspace
from tests.support.workbench import Workbench, workbench


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


@pytest.fixture
def bench(tmp_path: Path, themed: Theme) -> Iterator[Workbench]:
    """A shown window: five conversations are handled, two ended, the rest waits."""
    assert not themed.tokens.dark
    with workbench(cached_workspace.build(tmp_path, messages=120, handled=5, ended=2, unsent=False)) as made:
        made.window.show()
        made.settle()
        yield made
