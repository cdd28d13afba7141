"""Names that have one home are banned elsewhere, and the ban bites."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

BANNED = {
    "asyncio.create_task": "import asyncio\n\nX = asyncio.create_task\n",
    "asyncio.ensure_future": "from asyncio import ensure_future\n\nX = ensure_future\n",
    "datetime.datetime.now": "from datetime import datetime\n\nX = datetime.now\n",
    "datetime.datetime.utcnow": "from datetime import datetime\n\nX = datetime.utcnow\n",
    "time.time": "import time\n\nX = time.time\n",
    "uuid.uuid4": "from uuid import uuid4\n\nX = uuid4\n",
    "PySide6.QtWidgets": "from PySide6.QtWidgets import QLabel\n\nX = QLabel\n",
}


def listed(file: Path) -> dict[str, Any]:
    settings = tomllib.loads(file.read_text())
    settings = settings.get("tool", {}).get("ruff", settings)
    found: dict[str, Any] = settings["lint"]["flake8-tidy-imports"]["banned-api"]
    return found


def complaints(name: str, text: str) -> str:
    options = ["--no-cache", "--output-format=concise", "--select=TID251", "--stdin-filename", name]
    command = [sys.executable, "-m", "ruff", "check", *options, "-"]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", BANNED)
@pytest.mark.parametrize("room", ["omnix_protocol", "omnix_desktop/models", "omnix_desktop/ui", "backend/domain"])
def test_a_banned_name_is_found(room: str, name: str) -> None:
    found = complaints(f"{room}/planted.py", BANNED[name])
    assert ("TID251" in found) == ((room, name) != ("omnix_desktop/ui", "PySide6.QtWidgets"))


def test_the_list_of_ui_is_the_whole_list_less_widgets() -> None:
    assert set(listed(ROOT / "pyproject.toml")) == set(BANNED)
    assert set(listed(ROOT / "omnix_desktop/ui/ruff.toml")) == set(BANNED) - {"PySide6.QtWidgets"}
