"""The only door for commands: actor, repeat, entitlement, transaction, handler, journal, wake, result."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from backend.domain import entitlement
from backend.domain.base import SYSTEM, TIMER, Absent, Actor, Context
from backend.domain.handlers import FORESEEN, HANDLERS
from backend.store.changes import CommitMeta, NewCommit, Saved
from backend.store.commands import Given, Seen
from backend.store.errors import Alone, Conflict, Unavailable
from backend.store.store import Store
from backend.store.unit_of_work import UnitOfWork
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, TenantId, is_id
from omnix_protocol.people import User
from omnix_protocol.text import encode_storable, storable_body

__all__ = ["SYSTEM", "TIMER", "Actor", "Runner", "Wanted"]

TRIES = 5
Wanted = tuple[Actor, CommandId, Command]
Asker = tuple[str, CommandId]
Grown = Callable[[TenantId, Mapping[str, int]], None]
Observe = Callable[[str, str, float], None]
_log = logging.getLogger("backend.runner")


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that could be read, and who asks."""

    actor: Actor
    command_id: CommandId
    command: Command
    digest: bytes

    @property
    def asker(self) -> Asker:
        return str(self.actor), self.command_id


@dataclass(frozen=True, slots=True)
class Decided:
    """What a handler made of a command; nothing of it is written yet."""

    asked: Asked
    ctx: Context
    result: Result

    @property
    def is_kept(self) -> bool:
        # what a provider sent is run again once the fault is mended: its refusals are not its last word
        return self.asked.command.remembered and (self.result.refused is None or self.asked.actor.kind == "user")

    @property
    def given(self) -> Given:
        actor, command_id = self.asked.asker
        return Given(actor, command_id, self.asked.digest, msgspec.json.encode(self.result), self.ctx.now)

    @property
    def commit(self) -> NewCommit:
        actor, command_id = self.asked.asker
        what = type(self.asked.command).__name__
        return NewCommit(CommitMeta(self.ctx.now, what, command_id, actor), self.ctx.changes, self.ctx.jobs)

    @property
    def keys(self) -> set[tuple[str, str]]:
        return {change.key for change in self.ctx.changes}


def _unheard(_running: int) -> None:
    pass


def _unobserved(command_type: str, outcome: str, seconds: float) -> None:
    pass


class Runner:
    """Runs each (tenant, actor, command id) at most once; a repeat gets the first run's result.

    `grown` is told after a commit which scopes have grown and `jobs_made` that there are jobs: both are hints, must
    return at once and may fail. `running` hears how many commands run whenever that changes; `observe` gets (command
    type, outcome, seconds) for the metrics.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        grown: Grown,
        jobs_made: Callable[[], None],
        running: Callable[[int], None] = _unheard,
        observe: Observe = _unobserved,
    ) -> None:
        self._store = store
        self._now = now
        self._grown = grown
        self._jobs_made = jobs_made
        self._running = 0
        self._tell_running = running
        self._observe = observe

    async def run(
        self, tenant_id: TenantId, actor: Actor, command_id: CommandId, type_name: str, body: bytes | msgspec.Raw
    ) -> Result:
        """What became of it. Never raises for what is asked, nor for a fault of the database (UNAVAILABLE)."""
        began = time.perf_counter()
        self._count(1)
        try:
            result = await self._run(tenant_id, actor, command_id, type_name, bytes(body))
        except Unavailable as error:
            _log.warning("%s %s: %s", type_name, command_id, error)
            result = Result(id=command_id, refused=refused(Reason.UNAVAILABLE))
        except Exception:
            _log.exception("%s %s of %s failed", type_name, command_id, actor)
            result = Result(id=command_id, refused=refused(Reason.UNAVAILABLE))
        finally:
            self._count(-1)
        self._observe(type_name, _outcome(result), time.perf_counter() - began)
        return result

    async def do(self, tenant_id: TenantId, actor: Actor, command_id: CommandId, command: Command) -> Result:
        """The same for a command that is a Struct already."""
        return await self.run(tenant_id, actor, command_id, type(command).__name__, encode_storable(command))

    async def do_many(self, tenant_id: TenantId, wanted: Sequence[Wanted]) -> list[Result]:
        """The same for many: what is plain shares one transaction, whatever is not runs alone after it, in order.

        Each is a commit of its own with a result of its own, as if it had been asked for alone.
        """
        began = time.perf_counter()
        asked = [_read(*one[:2], type(one[2]).__name__, encode_storable(one[2])) for one in wanted]
        done = await self._together(tenant_id, [one for one in asked if isinstance(one, Asked) and _is_plain(one)])
        results: list[Result] = []
        for (actor, command_id, command), one in zip(wanted, asked, strict=True):
            result = done.pop(one.asker, None) if isinstance(one, Asked) else None
            if result is None:
                result = await self.do(tenant_id, actor, command_id, command)
            else:
                self._observe(type(command).__name__, _outcome(result), time.perf_counter() - began)
            results.append(result)
        return results

    async def _run(
        self, tenant_id: TenantId, actor: Actor, command_id: CommandId, type_name: str, body: bytes
    ) -> Result:
        asked = _read(actor, command_id, type_name, body)
        if isinstance(asked, Result):
            return asked
        for attempt in range(TRIES):
            try:
                return await self._once(tenant_id, asked)
            except Conflict:
                # somebody else was faster; the next run reads what they made of it
                await asyncio.sleep(0.002 * attempt)
        _log.warning("%s %s lost %d races in a row", type_name, command_id, TRIES)
        return Result(id=command_id, refused=refused(Reason.UNAVAILABLE))

    async def _once(self, tenant_id: TenantId, asked: Asked) -> Result:
        actor, command = asked.actor, asked.command
        async with self._store.begin(tenant_id) as tx:
            seen = await tx.commands.seen(*asked.asker) if command.remembered else None
            if seen is not None:
                return _repeated(asked, seen)
            user = await tx.get(User, actor.id) if actor.kind == "user" else None
            decided = await _decide(self._context(tx, asked, user), asked)
            if decided.is_kept:
                await tx.commands.remember_all([decided.given])
            if decided.result.refused is not None:
                return decided.result
            saved = await tx.save_all([decided.commit])
        self._wake(tenant_id, saved, bool(decided.ctx.jobs))
        return decided.result

    def _count(self, more: int) -> None:
        self._running += more
        self._tell_running(self._running)

    async def _together(self, tenant_id: TenantId, asked: Sequence[Asked]) -> dict[Asker, Result]:
        """Results of those that could share a transaction; nothing of the others was written."""
        if len(asked) < 2:  # one shares with nobody
            return {}
        try:
            return await self._shared(tenant_id, asked)
        except Unavailable as error:
            _log.warning("%d commands: %s", len(asked), error)
            return {one.asker: Result(id=one.command_id, refused=refused(Reason.UNAVAILABLE)) for one in asked}
        except Conflict as error:
            _log.info("%d commands run one by one: %s", len(asked), error)
        except Exception:
            _log.exception("%d commands could not share a transaction and run one by one", len(asked))
        return {}

    async def _shared(self, tenant_id: TenantId, asked: Sequence[Asked]) -> dict[Asker, Result]:
        async with self._store.begin(tenant_id) as tx:
            seen = await tx.commands.seen_among([one.asker for one in asked])
            results = {one.asker: _repeated(one, seen[one.asker]) for one in asked if one.asker in seen}
            decided = await self._decided(tx, [one for one in asked if one.asker not in seen])
            await tx.commands.remember_all([one.given for one in decided if one.is_kept])
            saved = await tx.save_all([one.commit for one in decided if one.result.refused is None])
        self._wake(tenant_id, saved, any(one.ctx.jobs for one in decided))
        return results | {one.asked.asker: one.result for one in decided}

    async def _decided(self, tx: UnitOfWork, asked: Sequence[Asked]) -> list[Decided]:
        """In order, those that need nothing but what is read ahead, and change nothing that another one changes."""
        first: dict[Asker, Asked] = {}
        for one in asked:
            first.setdefault(one.asker, one)
        ahead = tx.ahead()
        for kind, foresight in FORESEEN.items():
            if commands := [one.command for one in first.values() if type(one.command) is kind]:
                await foresight(commands, tx.tenant_id, ahead)
        decided: list[Decided] = []
        taken: set[tuple[str, str]] = set()
        for one in first.values():
            try:
                mine = await _decide(self._context(tx.after(ahead), one), one)
            except (Alone, Conflict):
                continue
            if taken.isdisjoint(mine.keys):
                taken |= mine.keys
                decided.append(mine)
        return decided

    def _context(self, tx: UnitOfWork, asked: Asked, user: User | None = None) -> Context:
        actor, command_id = asked.actor, asked.command_id
        return Context(tx=tx, tenant_id=tx.tenant_id, actor=actor, user=user, now=self._now(), command_id=command_id)

    def _wake(self, tenant_id: TenantId, saved: Sequence[Saved], jobs: bool) -> None:
        heads = {scope: seq for one in saved for scope, seq in one.heads.items()}
        try:
            if heads:
                self._grown(tenant_id, heads)
            if jobs:
                self._jobs_made()
        except Exception:
            # a hint only: followers and the job loop look for themselves within seconds
            _log.exception("could not tell that %s has grown", tenant_id)


def _read(actor: Actor, command_id: CommandId, type_name: str, body: bytes) -> Asked | Result:
    if not is_id(command_id):
        return Result(id=command_id, refused=refused(Reason.MALFORMED, detail="the command's id is no UUIDv7"))
    try:
        command = codec.command(type_name, storable_body(body))
    except codec.UnknownType:
        return Result(id=command_id, refused=refused(Reason.UNKNOWN_TYPE, type=type_name[:100]))
    except codec.Malformed as error:
        return Result(id=command_id, refused=refused(Reason.MALFORMED, detail=str(error)[:500]))
    return Asked(actor, command_id, command, hashlib.sha256(type_name.encode() + b"\x1f" + body).digest())


def _is_plain(asked: Asked) -> bool:
    # a person's commands come one by one, and their rights would have to be read for each
    return asked.actor.kind == "channel" and asked.command.remembered and type(asked.command) in FORESEEN


def _repeated(asked: Asked, seen: Seen) -> Result:
    # a provider's repeat may differ in what does not matter; a person's asker must never mean two things by one id
    if seen.digest != asked.digest and asked.actor.kind == "user":
        return Result(id=asked.command_id, refused=refused(Reason.COMMAND_ID_REUSED))
    return codec.decode(seen.result, Result)


def _outcome(result: Result) -> str:
    return result.refused.code if result.refused else "done"


async def _decide(ctx: Context, asked: Asked) -> Decided:
    if (barred := entitlement.may_run(ctx, asked.command)) is not None:
        return Decided(asked, ctx, Result(id=ctx.command_id, refused=barred))
    try:
        outcome = await HANDLERS[type(asked.command)](asked.command, ctx)
    except Absent as absent:
        outcome = absent.refusal
    if isinstance(outcome, Refused):
        return Decided(asked, ctx, Result(id=ctx.command_id, refused=outcome))
    body = codec.raw(outcome) if outcome is not None else msgspec.Raw(b"null")
    return Decided(asked, ctx, Result(id=ctx.command_id, body=body))
