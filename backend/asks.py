"""The same door for queries and for follows: entitlement, then a read-only transaction."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from backend.domain import entitlement, following
from backend.domain.base import Absent, Actor, AskContext
from backend.domain.handlers import ANSWERS
from backend.store.errors import Unavailable
from backend.store.store import Store
from backend.store.unit_of_work import Reading
from omnix_protocol import codec
from omnix_protocol.base import Query
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Answer
from omnix_protocol.ids import TenantId
from omnix_protocol.people import User
from omnix_protocol.text import storable_body

Observe = Callable[[str, str, float], None]
_log = logging.getLogger("backend.asks")


def _unobserved(query_type: str, outcome: str, seconds: float) -> None:
    pass


class Asks:
    """Answers queries and says what may be followed, by the entitlement of this moment."""

    def __init__(self, store: Store, *, now: Callable[[], datetime], observe: Observe = _unobserved) -> None:
        self._store = store
        self._now = now
        self._observe = observe

    async def ask(
        self, tenant_id: TenantId, actor: Actor, ask_id: str, type_name: str, body: bytes | msgspec.Raw
    ) -> Answer:
        """The answer or a refusal. Never raises for what is asked, nor for a fault of the database."""
        began = time.perf_counter()
        outcome: msgspec.Struct
        try:
            outcome = await self._answer(tenant_id, actor, type_name, bytes(body))
        except Unavailable as error:
            _log.warning("%s: %s", type_name, error)
            outcome = refused(Reason.UNAVAILABLE)
        except Exception:
            _log.exception("%s of %s failed", type_name, actor)
            outcome = refused(Reason.UNAVAILABLE)
        said = outcome.code if isinstance(outcome, Refused) else "answered"
        self._observe(type_name, said, time.perf_counter() - began)
        if isinstance(outcome, Refused):
            return Answer(id=ask_id, refused=outcome)
        return Answer(id=ask_id, body=codec.raw(outcome))

    async def may_follow(self, tenant_id: TenantId, actor: Actor, scope: str) -> bool:
        """Whether this actor may follow this scope right now. Raises what the store raises when it is away."""
        return scope in await self.may_follow_of(tenant_id, actor, (scope,))

    async def may_follow_of(self, tenant_id: TenantId, actor: Actor, asked: Sequence[str]) -> frozenset[str]:
        """Those of these scopes, all as of one moment."""
        async with self._store.read(tenant_id) as tx:
            ctx = await self._context(tx, tenant_id, actor)
            return frozenset([scope for scope in asked if await following.may_follow(ctx, scope)])

    async def derived_scopes(self, tenant_id: TenantId, actor: Actor) -> list[str]:
        """What this actor follows without asking: the catalogue, themselves, their queues, what they hold."""
        async with self._store.read(tenant_id) as tx:
            return await following.derived_scopes(await self._context(tx, tenant_id, actor))

    async def _context(self, tx: Reading, tenant_id: TenantId, actor: Actor) -> AskContext:
        user = await tx.get(User, actor.id) if actor.kind == "user" else None
        return AskContext(tx=tx, tenant_id=tenant_id, actor=actor, user=user, now=self._now())

    async def _answer(self, tenant_id: TenantId, actor: Actor, type_name: str, body: bytes) -> msgspec.Struct:
        try:
            query = codec.query(type_name, storable_body(body))
        except codec.UnknownType:
            return refused(Reason.UNKNOWN_TYPE, type=type_name[:100])
        except codec.Malformed as error:
            return refused(Reason.MALFORMED, detail=str(error)[:500])
        async with self._store.read(tenant_id) as tx:
            ctx = await self._context(tx, tenant_id, actor)
            answer = await _decide(ctx, query)
        if query.audited and not isinstance(answer, Refused):
            # before the answer leaves: a look at a person's story that left no trail did not happen
            async with self._store.begin(tenant_id) as tx:
                await tx.audit.asked(str(actor), type_name, body, ctx.now)
        return answer


async def _decide(ctx: AskContext, query: Query) -> msgspec.Struct:
    if (barred := entitlement.may_ask(ctx, query)) is not None:
        return barred
    try:
        return await ANSWERS[type(query)](query, ctx)
    except Absent as absent:
        return absent.refusal
