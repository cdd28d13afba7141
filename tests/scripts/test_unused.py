"""Dead code is found; what a serializer, Qt or a caller of a Protocol uses is not called dead."""

from pathlib import Path

import pytest

from scripts.unused import unused


@pytest.mark.parametrize(
    "text",
    [
        "class A(Struct):\n    name: str\n\nprint(A)",
        "class Colour(Enum):\n    RED = 1\n\nprint(Colour)",
        "class A:\n    def scrollContentsBy(self): ...\n\nprint(A)",
        "def f(state):\n    state.focusable = True\n\nf(1)",
        "class A:\n    def __init__(self):\n        self._timer = Timer()\n\nprint(A)",
        "class Ask(Protocol):\n    def ask(self, question: str, *, patience: float) -> None: ...\n\nAsk.ask()",
        "class P(Protocol):\n    async def ask(self,\n        words: str,\n    ) -> None:\n        'Says'\n\nP.ask()",
        "def nobody_listens(words: str) -> None:\n    pass\n\nnobody_listens('')",
        "people = tenant_table('people')",
    ],
)
def test_what_somebody_unseen_uses_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "planted.py").write_text(text)
    assert unused([str(tmp_path)]) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def forgotten(): ...", "forgotten"),
        ("class Forgotten: ...", "Forgotten"),
        ("class A:\n    def forgotten(self): ...\n\nprint(A)", "forgotten"),
        ("class A:\n    def __init__(self):\n        self.forgotten = 1\n\nprint(A)", "forgotten"),
        ("class A:\n    FORGOTTEN = 1\n\nprint(A)", "FORGOTTEN"),
        ("FORGOTTEN = 1", "FORGOTTEN"),
        ("import forgotten", "forgotten"),
    ],
)
def test_what_nobody_uses_is_found(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "planted.py").write_text(text)
    assert [f"'{name}'" in finding for finding in unused([str(tmp_path)])] == [True]
