"""Every key that the code says exists in the catalogues, and every key in the catalogues is said."""

import ast
import re
from pathlib import Path

from omnix_desktop.i18n import load_catalogue

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "omnix_desktop").rglob("*.py"))


def used_keys() -> tuple[set[str], set[str], set[str]]:
    """Keys given to tr, all texts that look like keys, and the constant heads of keys made at run time."""
    asked: set[str] = set()
    texts: set[str] = set()
    heads: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                texts.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                heads.add(str(node.values[0].value))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    asked.add(str(first.value))
    return asked, texts, {head for head in heads if re.fullmatch(r"[a-z_]+\.[a-z_0-9]*", head)}


def test_every_key_asked_for_is_there() -> None:
    asked, _, _ = used_keys()
    assert sorted(asked - load_catalogue("id").keys()) == []


def test_every_key_is_used() -> None:
    asked, texts, heads = used_keys()
    known = asked | texts
    unused = [key for key in load_catalogue("id") if key not in known and not any(key.startswith(h) for h in heads)]
    assert unused == []
