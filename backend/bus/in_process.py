"""The bus of a single process: a function call."""

from collections.abc import Callable, Mapping

import msgspec

from backend.bus.base import Ended, Grown, Listener, Listeners, Pulsing


class InProcessBus:
    reliable = True

    def __init__(self) -> None:
        self._listeners = Listeners()

    def grown(self, tenant_id: str, heads: Mapping[str, int]) -> None:
        self._listeners.tell(Grown(tenant_id, dict(heads)))

    def ended(self, tenant_id: str, session_ids: tuple[str, ...]) -> None:
        self._listeners.tell(Ended(tenant_id, session_ids))

    def pulse(self, tenant_id: str, scope: str, type_name: str, body: msgspec.Raw) -> None:
        self._listeners.tell(Pulsing(tenant_id, scope, type_name, body))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""
