"""The only door for commands: actor, repeat, entitlement, transaction, handler, journal, wake, result."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from backend.domain import entitlement
from backend.domain.base import SYSTEM, TIMER, Absent, Actor, Context
from backend.domain.handlers import HANDLERS
from backend.store.changes import CommitMeta
from backend.store.errors import Conflict, Unavailable
from backend.store.store import Store
from backend.store.unit_of_work import UnitOfWork
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, TenantId, is_id
from omnix_protocol.people import User
from omnix_protocol.text import encode_storable, storable_body

__all__ = ["SYSTEM", "TIMER", "Actor", "Runner"]

TRIES = 5
Grown = Callable[[TenantId, Mapping[str, int]], None]
Observe = Callable[[str, str, float], None]
_log = logging.getLogger("backend.runner")


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
        outcome = result.refused.code if result.refused else "done"
        self._observe(type_name, outcome, time.perf_counter() - began)
        return result

    async def do(self, tenant_id: TenantId, actor: Actor, command_id: CommandId, command: Command) -> Result:
        """The same for a command that is a Struct already."""
        return await self.run(tenant_id, actor, command_id, type(command).__name__, encode_storable(command))

    async def _run(
        self, tenant_id: TenantId, actor: Actor, command_id: CommandId, type_name: str, body: bytes
    ) -> Result:
        if not is_id(command_id):
            return Result(id=command_id, refused=refused(Reason.MALFORMED, detail="the command's id is no UUIDv7"))
        try:
            command = codec.command(type_name, storable_body(body))
        except codec.UnknownType:
            return Result(id=command_id, refused=refused(Reason.UNKNOWN_TYPE, type=type_name[:100]))
        except codec.Malformed as error:
            return Result(id=command_id, refused=refused(Reason.MALFORMED, detail=str(error)[:500]))
        digest = hashlib.sha256(type_name.encode() + b"\x1f" + body).digest()
        for attempt in range(TRIES):
            try:
                return await self._once(tenant_id, actor, command_id, command, digest)
            except Conflict:
                # somebody else was faster; the next run reads what they made of it
                await asyncio.sleep(0.002 * attempt)
        _log.warning("%s %s lost %d races in a row", type_name, command_id, TRIES)
        return Result(id=command_id, refused=refused(Reason.UNAVAILABLE))

    async def _once(
        self, tenant_id: TenantId, actor: Actor, command_id: CommandId, command: Command, digest: bytes
    ) -> Result:
        async with self._store.begin(tenant_id) as tx:
            if command.remembered and (stored := await _stored(tx, actor, command_id, digest)) is not None:
                return stored
            user = await tx.get(User, actor.id) if actor.kind == "user" else None
            ctx = Context(tx=tx, tenant_id=tenant_id, actor=actor, user=user, now=self._now(), command_id=command_id)
            result = await _decide(ctx, command)
            what = type(command).__name__
            if _is_kept(actor, command, result):
                await tx.commands.remember(str(actor), command_id, digest, msgspec.json.encode(result), ctx.now)
            if result.refused is not None:
                return result
            saved = await tx.save(CommitMeta(ctx.now, what, command_id, str(actor)), ctx.changes, ctx.jobs)
        self._wake(tenant_id, saved.heads, bool(ctx.jobs))
        return result

    def _count(self, more: int) -> None:
        self._running += more
        self._tell_running(self._running)

    def _wake(self, tenant_id: TenantId, heads: Mapping[str, int], jobs: bool) -> None:
        try:
            if heads:
                self._grown(tenant_id, heads)
            if jobs:
                self._jobs_made()
        except Exception:
            # a hint only: followers and the job loop look for themselves within seconds
            _log.exception("could not tell that %s has grown", tenant_id)


async def _stored(tx: UnitOfWork, actor: Actor, command_id: CommandId, digest: bytes) -> Result | None:
    seen = await tx.commands.seen(str(actor), command_id)
    if seen is None:
        return None
    # a provider's repeat may differ in what does not matter; a person's asker must never mean two things by one id
    if seen.digest != digest and actor.kind == "user":
        return Result(id=command_id, refused=refused(Reason.COMMAND_ID_REUSED))
    return codec.decode(seen.result, Result)


def _is_kept(actor: Actor, command: Command, result: Result) -> bool:
    # what a provider sent is run again once the fault is mended: its refusals are not its last word
    return command.remembered and (result.refused is None or actor.kind == "user")


async def _decide(ctx: Context, command: Command) -> Result:
    if (barred := entitlement.may_run(ctx, command)) is not None:
        return Result(id=ctx.command_id, refused=barred)
    try:
        outcome = await HANDLERS[type(command)](command, ctx)
    except Absent as absent:
        outcome = absent.refusal
    if isinstance(outcome, Refused):
        return Result(id=ctx.command_id, refused=outcome)
    return Result(id=ctx.command_id, body=codec.raw(outcome) if outcome is not None else msgspec.Raw(b"null"))
