"""A simulator judges a connector: it shares no code with it, not by way of its tools either."""

import ast
from collections.abc import Iterable, Iterator

from tests.architecture.source import Source, python

JUDGED = "backend.channels"


def imported(source: Source) -> Iterator[str]:
    """Modules, and names in them that may be modules."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def sharing(sources: Iterable[Source]) -> list[str]:
    """What simulators are made of, as far as `tests` goes, and imports the judged; the tests of them may."""
    known = {source.path: source for source in sources}
    waiting = [path for path in known if path.startswith("tests/simulators/") and "/test_" not in path]
    reached, found = set(waiting), list[str]()
    while waiting:
        path = waiting.pop()
        modules = set(imported(known[path]))
        if any(f"{module}.".startswith(f"{JUDGED}.") for module in modules):
            found.append(path)
        for module in modules:
            stem = module.replace(".", "/")
            inside = {f"{stem}.py", f"{stem}/__init__.py"} & known.keys() - reached
            fresh = {it for it in inside if it.startswith("tests/")}
            reached |= fresh
            waiting += fresh
    return sorted(found)


def test_simulators_share_no_code_with_what_they_judge() -> None:
    assert sharing(python()) == []


def test_a_simulator_that_does_is_found_however_it_comes_by_it() -> None:
    direct = Source("tests/simulators/a.py", "from backend.channels.line import signing")
    by_name = Source("tests/simulators/b.py", "from backend import channels")
    by_tools = Source("tests/simulators/c.py", "def f():\n    from tests.support import tools")
    tools = Source("tests/support/tools.py", "import backend.channels.base")
    judge = Source("tests/simulators/test_a.py", "from backend.channels import line")
    innocent = Source("tests/simulators/d.py", "from backend.demo.talks import talks\nimport backend.channelsmith")
    found = sharing([direct, by_name, by_tools, tools, judge, innocent])
    assert found == [direct.path, by_name.path, tools.path]
