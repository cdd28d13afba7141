"""Hints between processes over core NATS; while it is away they are lost and everything goes on from the polls."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from backend.bus.base import Ended, Grown, Hint, Listener, Listeners, Pulsing
from backend.tasks import Tasks

SUBJECT: Final = "omnix.hints"
PENDING_MAX: Final = 10_000
_hints: Final[msgspec.json.Decoder[Hint]] = msgspec.json.Decoder(Hint)
_log = logging.getLogger("backend.bus")


class NatsBus:
    """One subject per tenant; a process hears every tenant's. What is sent here is heard here without the wire."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = Client()
        self._listeners = Listeners()
        self._tasks = Tasks("bus")
        self._pending: list[Hint] = []
        self._wake = asyncio.Event()

    @property
    def reliable(self) -> bool:
        return self._client.is_connected

    def grown(self, tenant_id: str, heads: Mapping[str, int]) -> None:
        self._send(Grown(tenant_id, dict(heads)))

    def ended(self, tenant_id: str, session_ids: tuple[str, ...]) -> None:
        self._send(Ended(tenant_id, session_ids))

    def pulse(self, tenant_id: str, scope: str, type_name: str, body: msgspec.Raw) -> None:
        self._send(Pulsing(tenant_id, scope, type_name, body))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def start(self) -> None:
        """Begin connecting; a NATS server that is not there yet is no reason not to start."""
        self._tasks.start(self._connect(), "connect")
        self._tasks.start(self._pump(), "pump")

    async def close(self) -> None:
        await self._tasks.close()
        if self._client.is_connected:
            await self._client.close()

    def _send(self, hint: Hint) -> None:
        self._listeners.tell(hint)
        if self._client.is_connected and len(self._pending) < PENDING_MAX:
            self._pending.append(hint)
            self._wake.set()

    async def _connect(self) -> None:
        while not self._client.is_connected:
            try:
                await self._client.connect(
                    self._url,
                    no_echo=True,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    connect_timeout=2,
                    error_cb=_note,
                    pending_size=8 * 1024 * 1024,
                )
                await self._client.subscribe(f"{SUBJECT}.*", cb=self._heard)
            except Exception as error:  # whatever it is, the next try may do better
                await _note(error)
                await asyncio.sleep(1)

    async def _heard(self, message: Msg) -> None:
        try:
            hint = _hints.decode(message.data)
        except msgspec.DecodeError:
            return  # of another release; the poll finds what it was about
        self._listeners.tell(hint)

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            sending, self._pending = self._pending, []
            for hint in sending:
                try:
                    await self._client.publish(f"{SUBJECT}.{hint.tenant_id}", msgspec.json.encode(hint))
                except Exception as error:  # a hint may be lost, whatever the reason
                    await _note(error)
                    break


async def _note(error: Exception) -> None:
    _log.warning("the bus is away: %s", type(error).__name__)
