"""The import contracts hold, and each of them bites."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import PACKAGES, ROOT

UI, PANELS = "omnix_desktop/ui", "omnix_desktop/ui/panels"
INSIDE_UI = "desktop: inside ui"
FLOORS = "desktop floors"
BACKEND_FLOORS = "backend floors"

# contract, and the files that break it
PLANTED: list[tuple[str, dict[str, str]]] = [
    (
        "protocol stands alone; desktop and backend never meet",
        {"omnix_desktop/sync/follow.py": "import backend.clock"},
    ),
    (
        "protocol stands alone; desktop and backend never meet",
        {"omnix_protocol/planted.py": "import omnix_desktop.clock"},
    ),
    ("protocol knows msgspec and nothing else", {"omnix_protocol/planted.py": "import sqlalchemy"}),
    ("load generator is headless", {"omnix_load/planted.py": "from PySide6 import QtCore"}),
    ("load generator is headless", {"omnix_load/planted.py": "import omnix_desktop.models"}),
    (FLOORS, {"omnix_desktop/cache/planted.py": "import omnix_desktop.sync.follow"}),
    (FLOORS, {"omnix_desktop/models/planted.py": "import omnix_desktop.ui"}),
    (FLOORS, {"omnix_desktop/attic.py": "X = 1"}),
    (
        "desktop: screens, models and actions reach the network through ports only",
        {"omnix_desktop/models/planted.py": "import omnix_desktop.sync"},
    ),
    (
        "desktop: screens, models and actions reach the network through ports only",
        {f"{UI}/widgets/planted.py": "import httpx"},
    ),
    ("desktop: sync and cache are headless", {"omnix_desktop/cache/planted.py": "from PySide6.QtCore import QObject"}),
    ("desktop: sync and cache are headless", {"omnix_desktop/ports.py": "import omnix_desktop.platform"}),
    ("desktop: panels read models, never the cache", {f"{PANELS}/planted.py": "import omnix_desktop.cache"}),
    ("desktop: panels read models, never the cache", {f"{PANELS}/planted.py": "import sqlalchemy"}),
    (
        "desktop: only the applier writes the replica",
        {"omnix_desktop/sync/planted.py": "import omnix_desktop.cache.replica"},
    ),
    (INSIDE_UI, {f"{UI}/widgets/planted.py": "import omnix_desktop.ui.panels"}),
    (INSIDE_UI, {f"{UI}/attic.py": "X = 1"}),
    (
        "panels do not know each other",
        {f"{PANELS}/planted.py": "import omnix_desktop.ui.panels.other", f"{PANELS}/other.py": "X = 1"},
    ),
    (BACKEND_FLOORS, {"backend/store/planted.py": "import backend.domain"}),
    (BACKEND_FLOORS, {"backend/gateway/planted.py": "import backend.jobs"}),
    (BACKEND_FLOORS, {"backend/attic.py": "X = 1"}),
    (
        "backend: domain and store know no provider, no socket, no bus",
        {"backend/domain/planted.py": "import backend.bus"},
    ),
    ("backend: one door to the handlers", {"backend/gateway/planted.py": "import backend.domain"}),
    ("backend: SQL lives in store", {"backend/gateway/planted.py": "import sqlalchemy"}),
    (
        "channels are leaves, independent of each other",
        {"backend/channels/planted.py": "import backend.channels.other", "backend/channels/other.py": "X = 1"},
    ),
    ("channels know the wire and nothing of the server", {"backend/channels/planted.py": "import backend.store"}),
    (
        "no knots anywhere",
        {
            "omnix_protocol/planted.py": "import omnix_protocol.other",
            "omnix_protocol/other.py": "import omnix_protocol.planted",
        },
    ),
    (
        "no knots anywhere",
        {
            "omnix_protocol/planted.py": "from typing import TYPE_CHECKING\nimport omnix_protocol.other",
            "omnix_protocol/other.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import omnix_protocol.planted",
        },
    ),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    planting = Path(__file__).with_name("planting.py")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, '.'); exec(open({str(planting)!r}).read())"]
    request = json.dumps([{"contract": contract, "files": files} for contract, files in PLANTED])
    done = subprocess.run(command, cwd=copy, input=request, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_every_contract_holds(report: dict[str, Any]) -> None:
    assert report["unplanted"] == []


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=[contract for contract, _ in PLANTED])
def test_a_planted_wrong_import_breaks_its_contract(report: dict[str, Any], number: int) -> None:
    assert report["planted"][number] == [PLANTED[number][0]]


def test_something_is_planted_for_every_contract(report: dict[str, Any]) -> None:
    assert set(report["contracts"]) == {contract for contract, _ in PLANTED}
