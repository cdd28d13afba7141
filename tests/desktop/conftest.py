"""What a window of the tests is asked for, whichever room its test is in."""

import pytest

from tests.support.workbench import Workbench


@pytest.fixture
def went(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were handed to the system."""
    addresses: list[str] = []

    def launch(address: str) -> bool:
        addresses.append(address)
        return True

    monkeypatch.setattr(bench.screens, "launch", launch)
    return addresses


@pytest.fixture
def asked(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked before something of consequence; the answer is yes."""
    questions: list[str] = []

    async def confirm(_title: str, sentence: str, _primary: str) -> bool:
        questions.append(sentence)
        return True

    monkeypatch.setattr(bench.screens, "confirm", confirm)
    return questions
