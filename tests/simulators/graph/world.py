"""What every part of the simulator shares: accounts, time, ids, what was called and sent."""

import asyncio
import base64
import itertools
import random
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Account, Person
from tests.simulators.graph.errors import GraphError
from tests.simulators.graph.faults import Faults
from tests.simulators.graph.hooks import Hooks

DAY = 24 * 3600.0


class Refused(Exception):
    """An endpoint says no."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True)
class Upload:
    """A file part of a form."""

    name: str
    type: str
    data: bytes


@dataclass
class Call:
    """A call that came in; `name` is the one that faults are queued under, `status` 0 while there is no answer."""

    name: str
    method: str
    node: str
    edge: str
    params: dict[str, Any]
    files: dict[str, Upload]
    account: Account | None
    version: str
    status: int = 0


@dataclass
class Sent:
    """What the business sent and Meta accepted; `kind` as WhatsApp or Messenger call it, or "comment"."""

    id: str
    account: Account
    to: str
    kind: str
    body: dict[str, Any]
    at: float
    private_reply_to: str = ""
    states: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words in it, wherever this kind has them."""
        content = self.body.get(self.kind)
        if isinstance(content, dict):
            return str(content.get("body") or content.get("caption") or content.get("emoji") or "")
        message = self.body.get("message")
        return str(message.get("text", "")) if isinstance(message, dict) else str(message or "")


class Ids:
    """Ids in the form of each product; different in every simulator, the same for the same seed."""

    def __init__(self, seed: int | None) -> None:
        self._dice = random.Random(seed)
        self._count = itertools.count(1)

    def number(self, digits: int = 15) -> str:
        """Never twice the same."""
        head = str(self._dice.randrange(10 ** (digits - 7), 10 ** (digits - 6)))
        return head + f"{next(self._count):06d}"

    def wamid(self, phone: str) -> str:
        inside = f"\x1d\x19\x0b{phone}\x15\x02\x00\x11\x18\x12{self._hex(20)}\x00".encode()
        return "wamid." + base64.b64encode(inside).decode()

    def mid(self) -> str:
        return "m_" + base64.urlsafe_b64encode(self._hex(44).encode()).decode().rstrip("=")

    def instagram_mid(self) -> str:
        return "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE" + base64.b64encode(self._hex(60).encode()).decode().rstrip("=")

    def trace(self) -> str:
        return "A" + self._hex(20)

    def _hex(self, length: int) -> str:
        return (self._dice.randbytes(length)).hex().upper()[: length - 8] + f"{next(self._count):08X}"


class World:
    """The state; the parts read and write it."""

    def __init__(self, accounts: tuple[Account, ...], seed: int | None) -> None:
        self.accounts: dict[str, Account] = {account.id: account for account in accounts}
        self.tokens: dict[str, Account] = {account.token: account for account in accounts}
        self.dead_tokens: dict[str, GraphError] = {}
        self.people: dict[str, Person] = {}  # by each of their ids
        self.ids = Ids(seed)
        self.http = httpx.AsyncClient(timeout=30, trust_env=False, verify=False)  # plain HTTP only
        self.hooks = Hooks(self.http, self.now)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.address = "http://127.0.0.1"
        self.changed = asyncio.Condition()
        self._ahead = 0.0
        self.heard: dict[tuple[str, str], float] = {}  # when who wrote last, by account and number
        self._owners: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """Seconds since 1970, as Meta's clock shows them."""
        return time.time() + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += seconds

    def meet(self, person: Person) -> None:
        for key in (person.phone, person.bsuid, person.psid, person.igsid):
            self.people[key] = person

    def heard_from(self, account: Account, person: Person) -> None:
        """The messaging window opens."""
        self.meet(person)
        self.heard[account.id, person.phone] = self.now()

    def since_heard(self, account: Account, person: Person) -> float:
        """Seconds since the person wrote to this account; infinite for one who never did."""
        return self.now() - self.heard.get((account.id, person.phone), float("-inf"))

    def owner(self, account: Account, person_id: str) -> str:
        """The app that may write to this person (handover protocol)."""
        return self._owners.get((account.id, person_id), account.app.id)

    def own(self, account: Account, person_id: str, app_id: str) -> None:
        self._owners[account.id, person_id] = app_id

    async def accept(self, sent: Sent) -> None:
        async with self.changed:
            self.sent.append(sent)
            self.changed.notify_all()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await self.hooks.settle()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.aclose()


def needed(params: Mapping[str, Any], key: str, error: GraphError = errors.PARAMETER) -> Any:
    """A parameter that must be there."""
    if not params.get(key):
        raise Refused(error.saying(f"The parameter {key} is required."))
    return params[key]
