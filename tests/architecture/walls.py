"""Walls that no import graph shows, found in the syntax tree."""

import ast
import re
import sys
from collections.abc import Iterator

from tests.architecture.source import PACKAGES, Source, classes

GOD = re.compile(r"(Service|Manager|Controller|Helper)s?$")
REACHING = frozenset({"session", "engine", "connection", "execute", "commit"})
# where a third-party import may wait until it is needed, when a measurement says so
MAY_DEFER = tuple(f"omnix_desktop/{room}" for room in ("sync", "cache", "platform"))
CHARTS = frozenset({"pyqtgraph", "numpy"})
STAGED = {"omnix_desktop/app.py": "start", "backend/app.py": "start"}


def banned_names(source: Source) -> list[str]:
    return [f"{source.path}:{cls.lineno} class {cls.name}" for cls in classes(source) if GOD.search(cls.name)]


def reaching_through(source: Source) -> list[str]:
    """Screens, models and actions that get hold of the data layer through an object."""
    if not source.is_in("omnix_desktop/ui", "omnix_desktop/models", "omnix_desktop/actions"):
        return []
    return [
        f"{source.path}:{node.lineno} .{node.attr}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in REACHING
    ]


def hidden_imports(source: Source) -> list[str]:
    """First-party imports in a function or for the type checker only, and others that need not wait."""
    return [
        f"{source.path}:{node.lineno} imports {root} in {where}"
        for node, where in deferred(source.tree)
        for root in roots(node)
        if where != STAGED.get(source.path) and (root in PACKAGES or not may_wait(source, root, where))
    ]


def may_wait(source: Source, root: str, where: str) -> bool:
    if where == "TYPE_CHECKING" or root in sys.stdlib_module_names:
        return True
    return source.is_in(*MAY_DEFER) or (source.is_in("omnix_desktop/ui") and root in CHARTS)


def deferred(node: ast.AST, where: str = "") -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every import below a function or a TYPE_CHECKING block, with the outermost such place."""
    for child in ast.iter_child_nodes(node):
        inside = where
        if not where and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = child.name
        elif not where and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inside = "TYPE_CHECKING"
        if inside and isinstance(child, ast.Import | ast.ImportFrom):
            yield child, inside
        yield from deferred(child, inside)


def roots(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name.partition(".")[0] for name in node.names)
    else:
        yield "omnix_desktop" if node.level else (node.module or "").partition(".")[0]


def stray_tasks(source: Source) -> list[str]:
    """Tasks started past tasks.py: on a loop object, which ruff's list of names does not see."""
    if source.path in {"backend/tasks.py", "omnix_desktop/tasks.py"}:
        return []
    groups = set(task_groups(source.tree))
    return [
        f"{source.path}:{node.lineno} .{node.attr}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"create_task", "ensure_future"}
        and ast.unparse(node.value) not in groups
    ]


def task_groups(tree: ast.Module) -> Iterator[str]:
    """A TaskGroup owns its tasks and raises their exceptions: it is as good as tasks.py."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                if item.optional_vars and "TaskGroup(" in ast.unparse(item.context_expr):
                    yield ast.unparse(item.optional_vars)
