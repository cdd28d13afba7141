"""A short message centre that nobody here wrote: npm's smpp, told what to do and telling what it got."""

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.mishaps import Trouble, Unable
from tests.support.waiting import DIES_WITH_US, until

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "simulators" / "npm" / "smpp.js"
PACKAGES = ROOT / "build" / "npm"
SYSTEM_ID = "omnix"
PASSWORD = "s3cret"
NUMBER = "12345"
THROTTLED = 0x58
QUEUE_FULL = 0x14
SYSTEM_ERROR = 0x08
INVALID_DESTINATION = 0x0B
SILENCE = "silence"
DROP = "drop"
ANSWERS = {
    Trouble.THROTTLED: THROTTLED,
    Trouble.BROKEN: SYSTEM_ERROR,
    Trouble.AWAY: QUEUE_FULL,
    Trouble.SILENT: SILENCE,
}


@dataclass(frozen=True)
class Submitted:
    """One submit_sm as npm's smpp read it; `udh` are the elements of its header in hexadecimal."""

    id: str
    answer: str | int
    sender: str
    sender_ton: int
    receiver: str
    receiver_ton: int
    text: str
    udh: tuple[str, ...]
    coding: int
    esm_class: int
    registered: int
    payload: bool


class Smsc:
    """What a test may ask of the centre; lists grow as things happen."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._refs = itertools.count(1)
        self._heard: set[int] = set()
        self._delivered: dict[int, int] = {}
        self.port = 0
        self.submitted: list[Submitted] = []
        self.binds: list[tuple[str, int]] = []
        self.closed = 0
        self.enquired = 0

    async def listen(self) -> None:
        """Reads what the program tells until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._told(json.loads(line))

    def _told(self, told: dict[str, Any]) -> None:
        match told.pop("event"):
            case "listening":
                self.port = told["port"]
            case "bind":
                self.binds.append((told["kind"], told["status"]))
            case "submit":
                self.submitted.append(Submitted(**told | {"udh": tuple(told["udh"])}))
            case "heard":
                self._heard.add(told["ref"])
            case "delivered":
                self._delivered[told["ref"]] = told["status"]
            case "closed":
                self.closed += 1
            case "enquired":
                self.enquired += 1

    async def answer(self, *answers: str | int) -> None:
        """What the next submits get instead of an id: SILENCE, DROP, or a command status."""
        await self._obeyed(self._order({"answer": list(answers)}))

    def trouble(self, what: Trouble, share: float) -> None:
        """So much of what is submitted goes wrong like this from now on. Raises Unable."""
        if what is Trouble.EXPIRED:
            self._order({"password": "another password" if share else PASSWORD})
            self._order({"drop": True})
        elif what in ANSWERS:
            self._order({"usual": [ANSWERS[what], share]})
        else:
            raise Unable(f"A short message centre has no trouble {what}.")

    async def expect(self, password: str) -> None:
        """Of whoever binds from now on."""
        await self._obeyed(self._order({"password": password}))

    async def drop(self) -> None:
        """Every connection is cut off."""
        await self._obeyed(self._order({"drop": True}))

    def deliver(self, **fields: Any) -> int:
        """A deliver_sm to whoever is bound to receive; the number to ask `acknowledged` with."""
        return self._order({"deliver": fields})

    async def got(self, count: int) -> list[Submitted]:
        """All submits, once there are so many: what is told may come after what was answered."""
        await until(lambda: len(self.submitted) >= count, f"the centre has {count} submits")
        return self.submitted

    def writes(self, sender: str, text: str, receiver: str = "12345", **more: Any) -> int:
        """A customer's message in whatever encoding npm's smpp takes for it."""
        return self.deliver(source_addr=sender, destination_addr=receiver, short_message=text, **more)

    def part(self, sender: str, text: bytes, coding: int, place: tuple[int, int, int], receiver: str = "12345") -> int:
        """One part (reference, parts, number) of a longer message, joined by its header."""
        content = bytes([5, 0, 3, place[0], place[1], place[2]]) + text
        addresses = {"source_addr": sender, "destination_addr": receiver}
        return self.deliver(**addresses, data_coding=coding, esm_class=0x40, short_message_hex=content.hex())

    def reports(self, message_id: str, state: str = "DELIVRD", error: str = "000", **more: Any) -> int:
        """A delivery receipt in the customary text (SMPP 3.4, appendix B)."""
        dates = "submit date:2611281200 done date:2611281201"
        text = f"id:{message_id} sub:001 dlvrd:001 {dates} stat:{state} err:{error} text:"
        fields = {"source_addr": "628111", "destination_addr": "12345", "esm_class": 4, "data_coding": 0}
        return self.deliver(**fields | {"short_message_hex": text.encode().hex()} | more)

    async def acknowledged(self, ref: int) -> int:
        """The status with which our side answered a deliver_sm; -1 where nobody was bound."""
        await until(lambda: ref in self._delivered, f"deliver_sm {ref} is answered")
        return self._delivered[ref]

    def is_acknowledged(self, ref: int) -> bool:
        return ref in self._delivered

    def _order(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        ref = next(self._refs)
        self._process.stdin.write(json.dumps(order | {"ref": ref}).encode() + b"\n")
        return ref

    async def _obeyed(self, ref: int) -> None:
        await until(lambda: ref in self._heard, f"order {ref} was heard")


def missing() -> str:
    """Why there can be no centre here: one sentence; empty where there can."""
    if (PACKAGES / "node_modules" / "smpp").exists() and shutil.which("node"):
        return ""
    return "SMS is left out: npm's smpp is not in build/npm (`make test` installs it)."


@asynccontextmanager
async def smsc(port: int = 0, first: int = 0) -> AsyncIterator[Smsc]:
    """A running centre; port 0 lets it choose. `first`: where the numbers of its messages begin."""
    if missing():
        pytest.fail(missing())
    process = await asyncio.create_subprocess_exec(
        *DIES_WITH_US, "node", str(PROGRAM), SYSTEM_ID, PASSWORD, str(port), str(first),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"NODE_PATH": str(PACKAGES / "node_modules")},
    )  # fmt: skip
    centre = Smsc(process)
    listening = asyncio.create_task(centre.listen())
    try:
        await until(lambda: centre.port or process.returncode is not None, "npm's smpp listens", 30)
        yield centre
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening
