"""The connection as screens see it, and the moment from which commands may be sent."""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from omnix_desktop.ports import LinkState, LinkStatus, Unsubscribe


class LiveLink:
    """The port Link."""

    def __init__(self, try_now: Callable[[], None]) -> None:
        self._status = LinkStatus()
        self._try_now = try_now
        self._subscribers: tuple[Callable[[LinkStatus], None], ...] = ()
        self._connected = asyncio.Event()

    @property
    def status(self) -> LinkStatus:
        return self._status

    @property
    def is_connected(self) -> bool:
        """Whether commands and questions go out now: the server is there, and it is the one that we know."""
        return self._connected.is_set()

    async def connected(self) -> None:
        await self._connected.wait()

    def subscribe(self, callback: Callable[[LinkStatus], None]) -> Unsubscribe:
        self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            self._subscribers = tuple(known for known in self._subscribers if known is not callback)

        return unsubscribe

    def try_now(self) -> None:
        self._try_now()

    def change(self, **fields: Any) -> None:
        """By the parts of sync; told only where something differs."""
        changed = replace(self._status, **fields)
        if changed.state in {LinkState.BEHIND, LinkState.ONLINE}:
            self._connected.set()
        else:
            self._connected.clear()
        if changed == self._status:
            return
        self._status = changed
        for callback in self._subscribers:
            callback(changed)
