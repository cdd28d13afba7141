"""What a handler is given and how it is found: Actor, Context, @handles and @answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

import msgspec

from backend.store.ahead import Ahead
from backend.store.changes import Change, DropEntity, NewJob, PutEntity
from backend.store.unit_of_work import Reading, UnitOfWork
from omnix_protocol.base import Command, Entity, Query
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.ids import CommandId, TenantId, UserId, derived_id
from omnix_protocol.people import Role, Tenant, User

__all__ = [
    "ANSWERS",
    "FORESEEN",
    "HANDLERS",
    "Absent",
    "Actor",
    "AskContext",
    "Context",
    "answers",
    "changed",
    "foresees",
    "handles",
    "refused",
]

E = TypeVar("E", bound=Entity)
C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks."""

    kind: Literal["user", "visitor", "channel", "timer", "system"]
    id: str = ""  # a user's, an identity's, a channel account's; none for timer and system

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system")
TIMER = Actor("timer")


class Absent(Exception):
    """A handler looked for something that must be there; the runner turns it into the refusal."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(slots=True)
class AskContext:
    """What an answer is given: reads only."""

    tx: Reading
    tenant_id: TenantId
    actor: Actor
    user: User | None  # the acting user, when actor.kind is "user"
    now: datetime  # aware, UTC

    @property
    def user_id(self) -> UserId | None:
        return cast("UserId", self.user.id) if self.user else None

    def ranks(self, role: Role) -> bool:
        """Whether the actor is a user of at least this role, or the system itself."""
        if self.user is None:
            return self.actor.kind in ("system", "timer")
        return self.user.role.rank >= role.rank

    async def tenant(self) -> Tenant:
        return await self.need(Tenant, self.tenant_id)

    async def need(self, kind: type[E], entity_id: str) -> E:
        """The entity, or the refusal that it is not there."""
        found = await self.tx.get(kind, entity_id)
        if found is None:
            raise Absent(refused(Reason.NOT_FOUND, type=kind.__name__))
        return found


@dataclass(slots=True)
class Context(AskContext):
    """What a handler is given.

    It sees its own puts when it locks; nothing is written but what it puts, drops and asks to be done later.
    """

    tx: UnitOfWork
    command_id: CommandId
    changes: list[Change] = field(default_factory=list)
    jobs: list[NewJob] = field(default_factory=list)
    _put: dict[tuple[type[Entity], str], Entity] = field(default_factory=dict)

    def acting_user(self) -> User:
        """The user who acts; entitlement has made sure that one does."""
        if self.user is None:
            raise Absent(refused(Reason.NOT_ENTITLED))
        return self.user

    async def lock(self, kind: type[E], entity_id: str) -> E:
        """The entity, not to be changed by anybody else until this command is done.

        One order for all handlers, so that they wait for each other and do not deadlock: User, Presence, Conversation,
        Interaction, Message, Customer, Queue; of one type by id.
        """
        if isinstance(mine := self._put.get((kind, entity_id)), kind):
            return mine
        found = await self.tx.lock(kind, entity_id)
        if found is None:
            raise Absent(refused(Reason.NOT_FOUND, type=kind.__name__))
        return found

    def derive(self, label: str) -> str:
        """An id made by the server; a command that runs again makes the same."""
        return derived_id(self.tenant_id, str(self.actor), self.command_id, label)

    def put(self, entity: E, *scopes: str, columns: Mapping[str, Any] | None = None) -> E:
        """The entity's new state: for every scope that holds it already, and for these.

        `columns` are what its row keeps beside it, for a constraint of the database.
        """
        self._put[type(entity), entity.id] = entity
        self.changes.append(PutEntity(entity, scopes, columns or {}))
        return entity

    def drop(self, kind: type[Entity], entity_id: str, *scopes: str) -> None:
        self.changes.append(DropEntity(kind.__name__, entity_id, scopes))

    def job(
        self, kind: str, payload: dict[str, Any], *, run_at: datetime | None = None, key: str | None = None
    ) -> None:
        self.jobs.append(NewJob(kind, msgspec.json.encode(payload), run_at, key))


def changed(entity: E, **fields: Any) -> E:
    """The entity's next version."""
    return msgspec.structs.replace(entity, version=entity.version + 1, **fields)


Foresight = Callable[[Sequence[Any], TenantId, Ahead], Awaitable[None]]
Handler = Callable[[Any, Context], Awaitable[msgspec.Struct | None]]
Answerer = Callable[[Any, AskContext], Awaitable[msgspec.Struct]]
HANDLERS: dict[type[Command], Handler] = {}
ANSWERS: dict[type[Query], Answerer] = {}
FORESEEN: dict[type[Command], Foresight] = {}
"""Commands of which several may share a transaction."""


def handles(
    kind: type[C],
) -> Callable[
    [Callable[[C, Context], Awaitable[msgspec.Struct | None]]],
    Callable[[C, Context], Awaitable[msgspec.Struct | None]],
]:
    """The decorated function is the one that runs this command. It returns a result, a Refused, or nothing."""

    def register(
        handler: Callable[[C, Context], Awaitable[msgspec.Struct | None]],
    ) -> Callable[[C, Context], Awaitable[msgspec.Struct | None]]:
        if kind in HANDLERS:
            raise TypeError(f"{kind.__name__} has a handler already")
        HANDLERS[kind] = handler
        return handler

    return register


def foresees(
    kind: type[C],
) -> Callable[
    [Callable[[Sequence[C], TenantId, Ahead], Awaitable[None]]],
    Callable[[Sequence[C], TenantId, Ahead], Awaitable[None]],
]:
    """The decorated function reads and locks what the handler of this command needs in the plain case, for many."""

    def register(
        foresight: Callable[[Sequence[C], TenantId, Ahead], Awaitable[None]],
    ) -> Callable[[Sequence[C], TenantId, Ahead], Awaitable[None]]:
        FORESEEN[kind] = foresight
        return foresight

    return register


def answers(
    kind: type[Q],
) -> Callable[
    [Callable[[Q, AskContext], Awaitable[msgspec.Struct]]], Callable[[Q, AskContext], Awaitable[msgspec.Struct]]
]:
    """The decorated function is the one that answers this query."""

    def register(
        answer: Callable[[Q, AskContext], Awaitable[msgspec.Struct]],
    ) -> Callable[[Q, AskContext], Awaitable[msgspec.Struct]]:
        if kind in ANSWERS:
            raise TypeError(f"{kind.__name__} has an answer already")
        ANSWERS[kind] = answer
        return answer

    return register
