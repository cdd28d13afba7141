"""How large a file, a function, a class may be: the house's arithmetic against god classes."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.architecture.source import Function, Source, classes, functions, length

FILE, FUNCTION, CLASS, METHODS = 500, 60, 300, 20


def too_large(source: Source) -> list[str]:
    """What exceeds a limit that nothing may exceed."""
    return [
        f"{source.path}{where}: {size} {unit}, at most {limit}"
        for where, size, unit, limit in measured(source)
        if size > limit
    ]


def measured(source: Source) -> Iterator[tuple[str, int, str, int]]:
    yield "", source.lines, "lines", FILE
    for function in functions(source):
        yield f":{function.lineno} {function.name}", length(function), "lines", FUNCTION
    for cls in classes(source):
        where = f":{cls.lineno} {cls.name}"
        yield where, length(cls), "lines", CLASS
        yield where, sum(isinstance(node, Function) for node in cls.body), "methods", METHODS


def crooked(sources: Sequence[Source]) -> list[str]:
    """What exceeds a limit for the whole: the median, and nine of ten."""
    files = [source.lines for source in sources]
    each = [length(function) for source in sources for function in functions(source)]
    return list(
        filter(
            None,
            [
                exceeds("median file", statistics.median, files, 150),
                exceeds("nine files of ten", nine_of_ten, files, 350),
                exceeds("median function", statistics.median, each, 10),
                exceeds("nine functions of ten", nine_of_ten, each, 30),
            ],
        )
    )


def exceeds(what: str, figure: Callable[[Iterable[int]], float], sizes: list[int], limit: int) -> str | None:
    if not sizes or (measured := figure(sizes)) <= limit:
        return None
    return f"{what}: {measured:g} lines, at most {limit}"


def nine_of_ten(sizes: Iterable[int]) -> int:
    ordered = sorted(sizes)
    return ordered[(len(ordered) * 9 - 1) // 10]
