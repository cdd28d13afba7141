"""What several commands of one transaction need, read and locked for all of them at once.

Each then sees a transaction that knows these answers and no others. Whoever asks for more, or for a row that another
of them has locked, runs by itself afterwards (`Alone`): so nothing is written before all of them have decided, and
none decides on what another is about to change.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection

from backend.store.errors import Alone
from backend.store.link import Link
from backend.store.prepared import Prepared, Rows
from backend.store.reads.messages import MessageReads
from backend.store.transaction import Transaction
from omnix_protocol import codec
from omnix_protocol.base import Entity
from omnix_protocol.ids import ChannelAccountId

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
_Asked = tuple[Prepared, frozenset[tuple[str, Any]]]


class Ahead:
    """Filled by the handlers' foresight, in the one order of locks; `link` is one command's view of it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._answers: dict[_Asked, Rows] = {}
        self._free: set[tuple[str, str]] = set()

    @property
    def link(self) -> Link:
        return _Known(self._link, self._answers, self._free)

    async def read(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        return await self._entities(kind, sorted(set(ids)), locked=False)

    async def lock(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """Nobody else changes these until the transaction ends, and of its commands the first that asks has each."""
        wanted = sorted(set(ids))
        found = await self._entities(kind, wanted, locked=True)
        self._free.update((kind.__name__, entity_id) for entity_id in wanted)
        return found

    async def told(self, messages: Iterable[tuple[ChannelAccountId, str]]) -> None:
        """Messages by account and provider id."""
        for prepared, parameters, rows in await MessageReads(self._link).told(list(messages)):
            self._answers[_asked(prepared, parameters)] = rows

    async def _entities(self, kind: type[E], ids: list[str], *, locked: bool) -> dict[str, E]:
        found = await self._link.bodies(kind.__name__, ids, locked=locked)
        for entity_id in ids:
            rows = [found[entity_id][1:]] if entity_id in found else []
            for prepared in {self._link.by_id(kind, locked=False), self._link.by_id(kind, locked=locked)}:
                self._answers[_asked(prepared, {"id": entity_id})] = rows
        return {entity_id: codec.decode(body, kind) for entity_id, (_, body) in found.items()}


class _Known(Link):
    """Answers from what was read ahead."""

    def __init__(self, link: Link, answers: Mapping[_Asked, Rows], free: set[tuple[str, str]]) -> None:
        super().__init__(_Closed(), link.tenant_id, sqlite=link.sqlite, writable=False)
        self._answers = answers
        self._free = free

    async def get(self, kind: type[E], entity_id: str, *, locked: bool = False) -> E | None:
        if locked:
            if (kind.__name__, entity_id) not in self._free:
                raise Alone
            self._free.discard((kind.__name__, entity_id))
        return await super().get(kind, entity_id, locked=locked)

    async def fetch(self, prepared: Prepared, parameters: dict[str, Any]) -> Rows:
        rows = self._answers.get(_asked(prepared, parameters))
        if rows is None:
            raise Alone
        return rows


class _Closed(Transaction):
    """No statement goes past what was read ahead, so nothing can be written either."""

    async def run(self, work: Callable[[Connection], T]) -> T:  # noqa: ARG002
        raise Alone

    async def fetch(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Rows:  # noqa: ARG002
        raise Alone


def _asked(prepared: Prepared, parameters: Mapping[str, Any]) -> _Asked:
    return prepared, frozenset(parameters.items())
