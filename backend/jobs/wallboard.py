"""The one leased writer of each tenant's board: figures at most four times a second, and only where they changed."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

from backend.asks import Asks
from backend.runner import Actor, Runner
from backend.store.leases import Lease
from backend.store.store import Store
from backend.tasks import Tasks
from omnix_protocol import codec
from omnix_protocol.ids import CommandId, TenantId, new_id
from omnix_protocol.reports import Board, BoardNow, ProjectBoard
from omnix_protocol.scopes import ScopeKind, parse

INTERVAL_SECONDS: Final = 0.25
INTERVAL_MAX_SECONDS: Final = 1.0
"""A projection that takes long, because there is much to count or little to spare, comes less often."""
LOOK_SECONDS: Final = 5.0
"""What no hint told, and what only time changes (a new day), is seen by then."""
LEASE: Final = timedelta(seconds=15)
_TELLING: Final = frozenset({ScopeKind.AGENT, ScopeKind.QUEUE, ScopeKind.TENANT})
_BODY: Final = codec.raw(BoardNow())
_log = logging.getLogger("backend.jobs.wallboard")


class Wallboard:
    """Projects the boards of the tenants whose lease this process holds."""

    def __init__(self, store: Store, runner: Runner, asks: Asks) -> None:
        self._store = store
        self._runner = runner
        self._asks = asks
        self._holder = new_id()
        self._leases: dict[TenantId, Lease] = {}
        self._dirty: set[TenantId] = set()
        self._shown: dict[TenantId, Board] = {}
        self._wake = asyncio.Event()
        self._tasks = Tasks("wallboard")

    def start(self) -> None:
        self._tasks.start(self._look_forever(), "look")
        self._tasks.start(self._project_forever(), "project")

    async def close(self) -> None:
        await self._tasks.close()
        for lease in self._leases.values():
            try:
                await self._store.leases.release(lease)
            except Exception:
                _log.exception("the lease of %s could not be given back; it runs out by itself", lease.name)

    def grown(self, tenant_id: TenantId, heads: Mapping[str, int]) -> None:
        """A hint: what a board counts may have changed."""
        if tenant_id not in self._leases:
            return
        if any((scope := parse(key)) is not None and scope.kind in _TELLING for key in heads):
            self._dirty.add(tenant_id)
            self._wake.set()

    async def _look_forever(self) -> None:
        while True:
            try:
                for tenant in await self._store.control.tenants():
                    if tenant.active and await self._holds(tenant.tenant_id):
                        self._dirty.add(tenant.tenant_id)
                self._wake.set()
            except Exception:
                _log.exception("the boards' leases could not be looked at; it is tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def _holds(self, tenant_id: TenantId) -> bool:
        lease = self._leases.get(tenant_id)
        if lease is not None:
            if await self._store.leases.renew(lease, LEASE):
                return True
            del self._leases[tenant_id]
        taken = await self._store.leases.take(f"board:{tenant_id}", self._holder, LEASE)
        if taken is not None:
            self._leases[tenant_id] = taken
        return taken is not None

    async def _project_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            began = time.monotonic()
            for tenant_id in dirty:
                try:
                    await self._project(tenant_id)
                except Exception:
                    _log.exception("the board of %s could not be projected; it is tried again", tenant_id)
            took = time.monotonic() - began
            await asyncio.sleep(min(max(INTERVAL_SECONDS, 9 * took), INTERVAL_MAX_SECONDS))

    async def _project(self, tenant_id: TenantId) -> None:
        answer = await self._asks.ask(tenant_id, Actor("system"), new_id(), BoardNow.__name__, _BODY)
        if answer.refused is not None:
            _log.warning("the board of %s could not be asked for: %s", tenant_id, answer.refused.code)
            return
        board = codec.decode(answer.body, Board)
        shown = self._shown.get(tenant_id)
        if shown is not None and _same(shown, board):
            return
        result = await self._runner.do(tenant_id, Actor("system"), CommandId(new_id()), ProjectBoard(board=board))
        if result.refused is None:
            self._shown[tenant_id] = board


def _same(one: Board, other: Board) -> bool:
    return msgspec.structs.replace(one, at=other.at, version=other.version) == other
