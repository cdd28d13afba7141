"""An engine on an empty folder, closed at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnix_desktop.cache.engine import Engine
from tests.support.cached_workspace import KEY, NOW


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = Engine(tmp_path / "profile", KEY, lambda: NOW)
    yield opened
    opened.close()
