"""A tree of categories to choose from, and the search over all its levels at once."""

from collections.abc import Iterator, Sequence

import msgspec


class CascadeNode(msgspec.Struct, frozen=True):
    """One category; what has no children can be chosen."""

    key: str
    words: str
    children: tuple["CascadeNode", ...] = ()


Path = tuple[CascadeNode, ...]


def paths(nodes: Sequence[CascadeNode], above: Path = ()) -> Iterator[Path]:
    """Every leaf with all that is above it."""
    for node in nodes:
        here = (*above, node)
        if node.children:
            yield from paths(node.children, here)
        else:
            yield here


def path_to(nodes: Sequence[CascadeNode], key: str) -> Path:
    """The way to a leaf, or nothing."""
    return next((path for path in paths(nodes) if path[-1].key == key), ())


def shown_path(path: Path) -> str:
    """Gangguan / Internet / Lambat"""
    return " / ".join(node.words for node in path)


def find_paths(nodes: Sequence[CascadeNode], query: str, limit: int = 200) -> list[Path]:
    """Leaves on whose way every word asked for occurs; those that end in the words come first."""
    words = query.casefold().split()
    found: list[tuple[int, int, Path]] = []
    for path in paths(nodes):
        whole = shown_path(path).casefold()
        if all(word in whole for word in words):
            last = path[-1].words.casefold()
            found.append((sum(word not in last for word in words), len(found), path))
    return [path for _, _, path in sorted(found)[:limit]]
