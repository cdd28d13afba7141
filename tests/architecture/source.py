"""Our own source as syntax trees: what the architecture tests look at."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("omnix_protocol", "omnix_desktop", "backend", "omnix_load")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file, named as in the repository, with forward slashes."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def package(self) -> str:
        return self.path.partition("/")[0]

    def is_in(self, *rooms: str) -> bool:
        return any(self.path.startswith(f"{room}/") for room in rooms)


@cache
def committed() -> tuple[str, ...]:
    """Every file that is committed, or would be by `git add -A`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in listed.split("\0") if path and (ROOT / path).is_file())


@cache
def python() -> tuple[Source, ...]:
    return tuple(Source(path, (ROOT / path).read_text("utf-8")) for path in committed() if path.endswith(".py"))


def ours() -> tuple[Source, ...]:
    """The product: its four packages, without tests and tools."""
    return tuple(source for source in python() if source.package in PACKAGES)


def functions(source: Source) -> Iterator[Function]:
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef))


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
