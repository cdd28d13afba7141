"""docs/protocol.md is played against a real server, line by line."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from scripts import protocol_reference
from tests.support.backend import Backend, customer_writes, founded, running, settings_for
from tests.support.stores import migrated_sqlite

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"
BLOCK = re.compile(r"^```(http|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Player:
    """Plays the examples in order; remembers what `$names` stand for, and what came in and was not shown yet."""

    def __init__(self, backend: Backend, wire: ClientConnection) -> None:
        self._backend = backend
        self._wire = wire
        self._known: dict[str, Any] = {}
        self._came: list[Any] = []

    def tell(self, **known: Any) -> None:
        self._known |= known

    async def http(self, example: str) -> None:
        asked, _, answered = example.partition("← ")
        head, _, body = asked.removeprefix("→ ").partition("\n")
        method, path = self._filled(head).split()
        headers = {}
        while match := re.match(r"([A-Z][A-Za-z-]+): (.*)\n", body):
            headers[match[1]] = self._filled(match[2])
            body = body[match.end() :]
        answer = await self._backend.http.request(
            method, path, headers=headers, content=self._filled(body.strip()).encode()
        )
        status, _, expected = answered.partition("\n")
        assert answer.status_code == int(status), f"{head}: {answer.text}"
        if expected.strip().startswith("{"):
            problem = self._differs(json.loads(expected), answer.json(), "$")
            assert not problem, f"{head}: {problem}"
        else:
            assert answer.text == expected.strip()

    async def socket(self, example: str) -> None:
        for line in example.splitlines():
            if line.startswith("→ "):
                await self._wire.send(self._filled(line[2:]))
            else:
                await self._expect(json.loads(line[2:]))

    async def _expect(self, expected: dict[str, Any]) -> None:
        """The frame that the page shows comes; frames of other kinds may come before it."""
        why: list[str] = []
        try:
            async with asyncio.timeout(10):
                while not self._found(expected, why):
                    self._came.append(json.loads(await self._wire.recv()))
        except TimeoutError:
            raise AssertionError(f"{expected}: {why}") from None

    def _found(self, expected: dict[str, Any], why: list[str]) -> bool:
        for frame in self._came:
            before = dict(self._known)
            problem = self._differs(expected, frame, "$")
            if not problem:
                self._came.remove(frame)
                return True
            self._known = before
            if frame["frame"] == expected["frame"]:
                why.append(problem)
        return False

    def _filled(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda match: str(self._known[match[1]]), text)

    def _differs(self, expected: Any, actual: Any, where: str) -> str:
        match expected:
            case "…":
                return ""
            case dict() if isinstance(actual, dict):
                for key, value in expected.items():
                    name = self._filled(key)
                    if name not in actual:
                        return f"{where}.{name} is missing"
                    if problem := self._differs(value, actual[name], f"{where}.{name}"):
                        return problem
                return ""
            case list() if isinstance(actual, list) and len(expected) == len(actual):
                parts = (self._differs(e, a, f"{where}[{i}]") for i, (e, a) in enumerate(zip(expected, actual)))  # noqa: B905
                return next((problem for problem in parts if problem), "")
            case str() if "$" in expected:
                return self._learn(expected, actual, where)
        return "" if expected == actual else f"{where} is {actual!r}, the page shows {expected!r}"

    def _learn(self, expected: str, actual: Any, where: str) -> str:
        pattern = re.sub(r"\\\$(\w+)", r"(?P<\1>.+)", re.escape(expected))
        match = re.fullmatch(pattern, str(actual))
        if match is None:
            return f"{where} is {actual!r}, the page shows {expected!r}"
        for name, value in match.groupdict().items():
            if self._known.setdefault(name, value) != value:
                return f"{where}: ${name} is {self._known[name]!r}, not {value!r}"
        return ""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return migrated_sqlite(tmp_path_factory.mktemp("examples"))


@pytest.fixture
async def backend(database: Any, tmp_path: Path) -> AsyncIterator[Backend]:
    async with running(settings_for(database, tmp_path)) as backend:
        yield backend


async def test_every_example_of_the_page_is_true(backend: Backend) -> None:
    people = await founded(backend.parts)
    received = await customer_writes(backend.parts, people, "Halo, pesanan saya belum sampai.")
    blocks = BLOCK.findall(DOCUMENT.read_text("utf-8"))
    assert len(blocks) > 15
    async with connect(backend.socket_url, proxy=None, compression=None) as wire:
        player = Player(backend, wire)
        player.tell(interaction_id=received.interaction_id)
        for kind, example in blocks:
            await (player.http if kind == "http" else player.socket)(example)


def test_the_reference_is_what_the_code_says() -> None:
    assert protocol_reference.main(["--check"]) == 0, "run `python -m scripts.protocol_reference` and commit"
