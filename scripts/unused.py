"""Unused code, by vulture, less what a serializer reads: annotated fields of classes and members of enums."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vulture import Vulture
from vulture.config import make_config
from vulture.core import Item


@cache
def fields(path: Path) -> frozenset[int]:
    """The lines on which a class declares a field; Structs cross the wire whole, read or not."""
    return frozenset(field_lines(ast.parse(path.read_text("utf-8"))))


def field_lines(tree: ast.Module) -> Iterator[int]:
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef):
            enum = any("Enum" in ast.unparse(base) for base in cls.bases)
            for node in cls.body:
                if isinstance(node, ast.AnnAssign) or (enum and isinstance(node, ast.Assign)):
                    yield node.lineno


def is_field(item: Item) -> bool:
    return item.typ == "variable" and item.first_lineno in fields(Path(item.filename))


def main() -> int:
    config = make_config([])
    vulture = Vulture(ignore_names=config["ignore_names"], ignore_decorators=config["ignore_decorators"])
    paths = [path for path in config["paths"] if Path(path).exists()]
    vulture.scavenge(paths, exclude=config["exclude"])
    unused = [item for item in vulture.get_unused_code(min_confidence=config["min_confidence"]) if not is_field(item)]
    for item in unused:
        print(item.get_report())
    print(f"Unused code: {len(unused) or 'none'}.")
    return int(bool(unused))


if __name__ == "__main__":
    sys.exit(main())
