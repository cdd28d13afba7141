"""What a bus carries: hints that a scope has grown, that sessions ended, and pulses; all of it may be lost."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec


class Grown(msgspec.Struct, frozen=True, tag_field="hint", tag="grown"):
    """These scopes have grown to these sequences."""

    tenant_id: str
    heads: dict[str, int]


class Ended(msgspec.Struct, frozen=True, tag_field="hint", tag="ended"):
    """These sessions are over: their sockets close."""

    tenant_id: str
    session_ids: tuple[str, ...]


class Pulsing(msgspec.Struct, frozen=True, tag_field="hint", tag="pulse"):
    """Something that matters only now, for the followers of a scope."""

    tenant_id: str
    scope: str
    type: str
    body: msgspec.Raw


Hint = Grown | Ended | Pulsing
Listener = Callable[[Hint], None]


class Bus(Protocol):
    """Sending never waits and never fails; what must not be lost is looked up in the database as well."""

    @property
    def reliable(self) -> bool:
        """Whether a hint sent now by any process would arrive here."""

    def grown(self, tenant_id: str, heads: Mapping[str, int]) -> None: ...

    def ended(self, tenant_id: str, session_ids: tuple[str, ...]) -> None: ...

    def pulse(self, tenant_id: str, scope: str, type_name: str, body: msgspec.Raw) -> None: ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with each hint; the answer takes it away again."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class Listeners:
    """Who wants to hear hints in this process; one that fails does not keep the others from hearing."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, hint: Hint) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(hint)
            except Exception:
                logging.getLogger("backend.bus").exception("a listener failed")
