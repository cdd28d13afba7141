"""No file, function or class outgrows the house."""

import pytest

from tests.architecture.sizes import crooked, nine_of_ten, too_large
from tests.architecture.source import Source, ours, python


def body(lines: int, indent: str = "    ") -> str:
    return "".join(f"{indent}x = {number}\n" for number in range(lines))


def test_nothing_is_too_large() -> None:
    assert not [finding for source in python() for finding in too_large(source)]


def test_ordinary_files_and_functions_are_small() -> None:
    assert not crooked(ours())


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("x = 1\n" * 500, None),
        ("x = 1\n" * 501, "501 lines, at most 500"),
        ("def f():\n" + body(59), None),
        ("async def f():\n" + body(60), "61 lines, at most 60"),
        ("class A:\n" + body(299), None),
        ("class A:\n" + body(300), "301 lines, at most 300"),
        ("class A:\n" + "    def m(self): ...\n" * 20, None),
        ("class A:\n" + "    def m(self): ...\n" * 21, "21 methods, at most 20"),
    ],
)
def test_a_limit_bites_where_it_is_passed_and_not_before(text: str, finding: str | None) -> None:
    found = too_large(Source("backend/planted.py", text))
    assert len(found) == (finding is not None)
    assert finding is None or finding in found[0]


def test_the_limits_for_the_whole_bite() -> None:
    small = [Source("a.py", "def f():\n" + body(5))]
    large = [Source("a.py", "def f():\n" + body(400))]
    assert not crooked(small)
    assert len(crooked(large)) == 4
    assert not crooked(small * 9 + large)
    assert len(crooked(small * 8 + large * 2)) == 2
    assert nine_of_ten(range(1, 11)) == 9
