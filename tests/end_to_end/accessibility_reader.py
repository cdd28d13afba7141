"""Runs under Debian's own Python, which has pyatspi: reads and drives one program's accessibility tree.

One JSON object a line on standard input asks, one on standard output answers; nothing of ours is imported.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # of another Python

LIMIT = 4000


def walk(root: Any, hidden: bool) -> Iterator[Any]:
    """Every accessible below the root, breadth first, at most LIMIT; what does not show is left out with all in it."""
    todo, seen = [root], 0
    while todo and seen < LIMIT:
        current = todo.pop(0)
        seen += 1
        try:
            if current is not root and not hidden and not current.getState().contains(pyatspi.STATE_SHOWING):
                continue
        except Exception:  # gone since it was listed
            continue
        yield current
        try:
            todo.extend(child for child in current if child is not None)
        except Exception:  # the tree changes while it is read
            continue


def program(pid: int) -> Any:
    desktop = pyatspi.Registry.getDesktop(0)
    for place in range(desktop.childCount):
        try:
            application = desktop[place]
            if application is not None and application.get_process_id() == pid:
                return application
        except Exception:  # another program that is ending
            continue
    return None


def describe(node: Any) -> dict[str, Any]:
    states = node.getState()
    text = ""
    try:
        reader = node.queryText()
        text = reader.getText(0, min(reader.characterCount, 2000))
    except NotImplementedError:
        pass
    return {
        "name": node.name,
        "role": node.getRoleName(),
        "description": node.description,
        "text": text,
        "showing": states.contains(pyatspi.STATE_SHOWING),
        "enabled": states.contains(pyatspi.STATE_ENABLED),
        "focused": states.contains(pyatspi.STATE_FOCUSED),
        "checked": states.contains(pyatspi.STATE_CHECKED),
    }


def described(nodes: list[Any]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        try:
            yield describe(node)
        except Exception:  # gone since it was found
            continue


def matches(node: Any, ask: dict[str, Any]) -> bool:
    if "name" in ask and (node.name or "") != ask["name"]:
        return False
    if "contains" in ask and ask["contains"] not in (node.name or ""):
        return False
    return not ask.get("role") or bool(node.getRoleName() == ask["role"])


def find(ask: dict[str, Any]) -> list[Any]:
    application = program(ask["pid"])
    if application is None:
        return []
    found: list[Any] = []
    for node in walk(application, bool(ask.get("hidden"))):
        try:
            if matches(node, ask):
                found.append(node)
                if len(found) >= ask.get("most", LIMIT):
                    break
        except Exception:  # gone since it was listed
            continue
    return found


def act(ask: dict[str, Any]) -> Any:
    nodes = find(ask)
    if ask["do"] == "list":
        return list(described(nodes))
    if len(nodes) <= ask.get("index", 0):
        return None
    node = nodes[ask.get("index", 0)]
    if ask["do"] == "press":
        return node.queryAction().doAction(0)
    if ask["do"] == "type":
        return node.queryEditableText().setTextContents(ask["text"])
    if ask["do"] == "focus":
        return node.queryComponent().grabFocus()
    box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return [box.x, box.y, box.width, box.height]


def main() -> None:
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            answer = {"ok": act(ask)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
