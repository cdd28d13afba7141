"""Commands on their way: in order in each conversation, at most once per decision, results recorded.

A command is sent under the id that was made when the agent decided, as often as it takes: the server runs it once.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from omnix_desktop.cache.engine import Engine, fault_of
from omnix_desktop.cache.feed import Changed
from omnix_desktop.cache.local import Following, Local
from omnix_desktop.cache.queries.pending import Pending
from omnix_desktop.cache.queries.status import outbox_counts
from omnix_desktop.cache.reading import one
from omnix_desktop.ports import OFFLINE, TIMED_OUT, Fault, Outcome
from omnix_desktop.sync.exchange import Disconnected, Exchange
from omnix_desktop.sync.link import LiveLink
from omnix_desktop.tasks import Tasks
from omnix_protocol import codec
from omnix_protocol.base import Command, Entity
from omnix_protocol.customers import AddCustomer, Customer, EditCustomer
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, new_id
from omnix_protocol.messages import AddMemo, Memo, Message, ResolveUncertain, RetrySend, SendMessage
from omnix_protocol.text import encode_storable
from omnix_protocol.work import Case, CreateCase, CreateTicket, Ticket

NOW_SECONDS: Final = 10.0
_PASSING: Final = frozenset({Reason.UNAVAILABLE, Reason.TOO_MANY_REQUESTS})
_PAUSE_SECONDS: Final = 0.5


def lane_of(command: Command) -> str:
    """What keeps its order: the conversation, where the command names one."""
    for name in ("conversation_id", "interaction_id", "customer_id", "message_id"):
        value = getattr(command, name, None)
        if isinstance(value, str):
            return value
    return ""


def subject_of(command: Command) -> str:
    """The id of what the command makes or changes."""
    for name in ("message_id", "memo_id", "case_id", "ticket_id", "customer_id", "interaction_id"):
        value = getattr(command, name, None)
        if isinstance(value, str):
            return value
    return ""


DURABLE: Final = (
    SendMessage,
    AddMemo,
    RetrySend,
    ResolveUncertain,
    CreateCase,
    CreateTicket,
    AddCustomer,
    EditCustomer,
)
"""What may be decided offline. Everything else needs the server's word at once."""


MAKES: Final[dict[type[Command], type[Entity]]] = {
    SendMessage: Message,
    AddMemo: Memo,
    CreateCase: Case,
    CreateTicket: Ticket,
    AddCustomer: Customer,
}
"""What a command makes; it stays in the outbox, as accepted, until that is in the replica."""


class Outbox:
    """The port Run."""

    def __init__(self, engine: Engine, local: Local, exchange: Exchange, link: LiveLink, tasks: Tasks) -> None:
        self._engine, self._local, self._exchange, self._link, self._tasks = engine, local, exchange, link, tasks
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        self._accepted: dict[str, Pending] = {}
        """By the id of what they make: forgotten as soon as that is in the replica."""

    def run(
        self,
        command: Command,
        *,
        id: CommandId | None = None,  # noqa: A002  # the envelope's word
        failed: Callable[[Fault], None] | None = None,
        then: Sequence[Command] = (),
    ) -> CommandId:
        if not isinstance(command, DURABLE):
            raise TypeError(f"{type(command).__name__} needs the server's word: use Run.now")
        command_id = CommandId(new_id()) if id is None else id
        wrong = next((fault for one in (command, *then) if (fault := _out_of_bounds(one)) is not None), None)
        if wrong is not None:
            if failed is not None:
                asyncio.get_running_loop().call_soon(failed, wrong)  # as ever after the caller is through
            return command_id
        following = [Following(CommandId(new_id()), one, subject_of(one)) for one in then]
        stored = self._local.send(command_id, command, lane_of(command), subject_of(command), following)
        self._tasks.start(self._stored(stored, failed), "store")
        return command_id

    async def now(self, command: Command) -> Outcome:
        if not self._link.is_connected:
            return Outcome(refused=OFFLINE)
        command_id = CommandId(new_id())
        try:
            async with asyncio.timeout(NOW_SECONDS):
                result = await self._until_known(command_id, command)
        except TimeoutError:
            return Outcome(refused=TIMED_OUT)
        return Outcome(body=result.body, refused=result.refused)

    # the tasks

    async def send_forever(self) -> None:
        unsubscribe = self._engine.feed.subscribe(self._changed)
        try:
            await self._tidy()
            self._count()
            while True:
                await self._link.connected()
                await self._begin_lanes()
                await self._wake.wait()
                self._wake.clear()
        finally:
            unsubscribe()

    def wake(self) -> None:
        self._wake.set()

    async def hold_all(self) -> None:
        await asyncio.wrap_future(self._local.hold_all())

    async def _begin_lanes(self) -> None:
        lanes: dict[str, list[Pending]] = {}
        for pending in await asyncio.wrap_future(self._local.waiting()):
            lanes.setdefault(pending.lane, []).append(pending)
        for lane, waiting in lanes.items():
            if lane not in self._busy:
                self._busy.add(lane)
                self._tasks.start(self._send_lane(lane, waiting), "lane")

    async def _send_lane(self, lane: str, waiting: list[Pending]) -> None:
        """One after the other: the next one only after the result of the one before."""
        try:
            for pending in waiting:
                result = await self._until_decided(pending)
                if result is None:
                    return
                if result.refused is None:
                    self._accepted[pending.subject_id] = pending
                await asyncio.wrap_future(self._local.note(pending, result.refused))
                await self._forget_what_is_here(pending)
        finally:
            self._busy.discard(lane)
            self._wake.set()

    async def _until_decided(self, pending: Pending) -> Result | None:
        """None where the connection went: it stays in the outbox, under its id."""
        pause = _PAUSE_SECONDS
        while self._link.is_connected:  # a new socket may lead to a restored server: not before that is known
            try:
                result = await self._exchange.run(pending.command_id, pending.command)
            except Disconnected:
                return None
            if result.refused is None or result.refused.reason not in _PASSING:
                return result
            await asyncio.sleep(_wait_seconds(result.refused, pause))
            pause = min(pause * 2, 10.0)
        return None

    async def _until_known(self, command_id: CommandId, command: Command) -> Result:
        while True:
            await self._link.connected()
            try:
                return await self._exchange.run(command_id, command)
            except Disconnected:
                continue

    async def _stored(self, stored: "Future[None]", failed: Callable[[Fault], None] | None) -> None:
        try:
            await asyncio.wrap_future(stored)
        except Exception as error:  # the driver's classes are its own; a person is told
            if failed is not None:
                failed(fault_of(error))

    def _changed(self, changed: Changed) -> None:
        if any(type_name == "outbox" for type_name, _ in changed):
            self._count()
            self._wake.set()
        here = [self._accepted.pop(id_) for _, id_ in changed if id_ in self._accepted]
        if here:
            self._local.forget([pending.command_id for pending in here], here[0].lane)

    def _count(self) -> None:
        counts = outbox_counts(self._engine.reader())
        self._link.change(unsent=counts.queued, held=counts.held, refused=counts.refused)

    async def _tidy(self) -> None:
        """Accepted ones from before this start: forget those whose entity is here, watch for the rest."""
        for pending in await asyncio.wrap_future(self._local.accepted()):
            self._accepted[pending.subject_id] = pending
            await self._forget_what_is_here(pending)

    async def _forget_what_is_here(self, pending: Pending) -> None:
        """Its batch may have come before its result."""
        if pending.subject_id not in self._accepted:
            return
        made = MAKES.get(type(pending.command))
        if made is None or one(self._engine.reader(), made, pending.subject_id) is not None:
            del self._accepted[pending.subject_id]
            await asyncio.wrap_future(self._local.forget((pending.command_id,), pending.lane))


def _out_of_bounds(command: Command) -> Fault | None:
    """What could not be read back from the outbox must not go into it: its draft would be gone, and it invisible."""
    try:
        codec.command(type(command).__name__, encode_storable(command))
    except codec.Malformed as error:
        return Fault("out_of_bounds", str(error))
    return None


def _wait_seconds(refused: Refused, pause: float) -> float:
    seconds = refused.args.get("seconds")
    return float(seconds) if isinstance(seconds, int) and seconds > 0 else pause
