"""No god class by name, no way round the ports, no hidden import, no task without an owner."""

from collections.abc import Callable

import pytest

from tests.architecture.source import Source, ours
from tests.architecture.walls import banned_names, hidden_imports, reaching_through, stray_tasks

Check = Callable[[Source], list[str]]
CHECKS: list[Check] = [banned_names, reaching_through, hidden_imports, stray_tasks]

IN_A_GROUP = "async def f():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(g())"

GOOD: list[tuple[Check, str, str]] = [
    (banned_names, "backend/a.py", "class Conversations: ..."),
    (reaching_through, "omnix_desktop/ui/a.py", "ports.ask(x)"),
    (reaching_through, "omnix_desktop/cache/a.py", "self.engine.execute(x)"),
    (hidden_imports, "backend/a.py", "from omnix_protocol import ids"),
    (hidden_imports, "backend/a.py", "def f():\n    import shutil"),
    (hidden_imports, "omnix_desktop/app.py", "async def start():\n    from omnix_desktop import session"),
    (hidden_imports, "omnix_desktop/sync/a.py", "def f():\n    import httpx"),
    (hidden_imports, "omnix_desktop/ui/panels/a.py", "def f():\n    import pyqtgraph"),
    (hidden_imports, "backend/a.py", "if TYPE_CHECKING:\n    import sqlalchemy"),
    (
        stray_tasks,
        "backend/a.py",
        IN_A_GROUP,
    ),
    (stray_tasks, "backend/tasks.py", "asyncio.create_task(g())"),
]
BAD: list[tuple[Check, str, str]] = [
    (banned_names, "backend/a.py", "class ConversationService: ..."),
    (banned_names, "omnix_desktop/ui/a.py", "class WindowManager: ..."),
    (banned_names, "backend/a.py", "def f():\n    class InboxController: ..."),
    (banned_names, "backend/a.py", "class TestHelpers: ..."),
    (reaching_through, "omnix_desktop/ui/a.py", "self.model.cache.engine"),
    (reaching_through, "omnix_desktop/models/a.py", "rows = x.execute(sql)"),
    (reaching_through, "omnix_desktop/actions/a.py", "x.connection.close()"),
    (reaching_through, "omnix_desktop/models/a.py", "x.session"),
    (reaching_through, "omnix_desktop/ui/a.py", "x.commit()"),
    (hidden_imports, "backend/a.py", "def f():\n    from omnix_protocol import ids"),
    (hidden_imports, "backend/a.py", "if TYPE_CHECKING:\n    from backend.store import engine"),
    (hidden_imports, "omnix_desktop/app.py", "def stop():\n    from omnix_desktop import session"),
    (hidden_imports, "omnix_desktop/cache/a.py", "def f():\n    from . import engine"),
    (hidden_imports, "omnix_desktop/sync/a.py", "class A:\n    def f(self):\n        import omnix_desktop.cache"),
    (hidden_imports, "backend/a.py", "def f():\n    import sqlalchemy"),
    (hidden_imports, "omnix_desktop/ui/panels/a.py", "def f():\n    import httpx"),
    (stray_tasks, "backend/a.py", "loop.create_task(g())"),
    (stray_tasks, "omnix_desktop/a.py", "asyncio.get_running_loop().create_task(g())"),
]


@pytest.mark.parametrize("check", CHECKS)
def test_our_source_is_clean(check: Check) -> None:
    assert not [finding for source in ours() for finding in check(source)]


@pytest.mark.parametrize(("check", "path", "text"), GOOD)
def test_what_is_allowed_passes(check: Check, path: str, text: str) -> None:
    assert not check(Source(path, text))


@pytest.mark.parametrize(("check", "path", "text"), BAD)
def test_what_is_wrong_is_found(check: Check, path: str, text: str) -> None:
    assert check(Source(path, text))
