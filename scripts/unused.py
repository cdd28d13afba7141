"""Unused code, by vulture, less what somebody else uses whom it cannot see.

A serializer reads fields; Qt calls what it names in camelCase, reads what is set on its objects, and
lives as long as an attribute holds it; a Protocol's parameters are names for its callers; a table that is made
is in the schema.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from vulture import Vulture
from vulture.config import make_config
from vulture.core import Item

CAMEL_CASE = re.compile(r"[a-z]+[A-Z]\w*$")
TABLE = re.compile(r"(entity|tenant|control)_table$")


@cache
def excused(path: Path) -> frozenset[tuple[int, str]]:
    """Line and name of what another reads."""
    found: set[tuple[int, str]] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef):
            found.update(fields(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(stub_parameters(node))
            if CAMEL_CASE.match(node.name):
                found.add((node.lineno, node.name))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found.update(of_other_objects(node))
    return frozenset(found)


def fields(cls: ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Structs cross the wire whole, read or not; an enum's members come from outside."""
    enum = any("Enum" in ast.unparse(base) for base in cls.bases)
    for node in cls.body:
        if isinstance(node, ast.AnnAssign):
            yield node.lineno, ast.unparse(node.target)
        elif enum and isinstance(node, ast.Assign):
            yield node.lineno, ast.unparse(node.targets[0])


def stub_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    body = [node for node in function.body if not isinstance(node, ast.Expr | ast.Raise | ast.Pass)]
    if not body:
        arguments = function.args
        for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            yield function.lineno, each.arg
            yield each.lineno, each.arg


def of_other_objects(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[int, str]]:
    """`state.focusable = True` tells Qt; `self._refresh = Refresh()` keeps alive; a made table is in the schema."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Attribute):
            ours = isinstance(target.value, ast.Name) and target.value.id == "self"
            if not ours or (target.attr.startswith("_") and isinstance(node.value, ast.Call)):
                yield node.lineno, target.attr
        elif isinstance(target, ast.Name) and isinstance(node.value, ast.Call) and is_table(node.value):
            yield node.lineno, target.id


def is_table(call: ast.Call) -> bool:
    return TABLE.match(ast.unparse(call.func)) is not None


def is_excused(item: Item) -> bool:
    return (item.first_lineno, item.name) in excused(Path(item.filename))


def unused(paths: Sequence[str]) -> list[str]:
    config = make_config([])
    vulture = Vulture(ignore_names=config["ignore_names"], ignore_decorators=config["ignore_decorators"])
    vulture.scavenge(paths or [path for path in config["paths"] if Path(path).exists()], exclude=config["exclude"])
    found = vulture.get_unused_code(min_confidence=config["min_confidence"])
    return [item.get_report() for item in found if not is_excused(item)]


def main() -> int:
    found = unused(sys.argv[1:])
    print(*found, f"Unused code: {len(found) or 'none'}.", sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
