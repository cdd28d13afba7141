"""Commands of one tenant that come while others run share the next transaction."""

import asyncio
from collections import deque
from dataclasses import dataclass

from backend.runner import Runner, Wanted
from backend.tasks import Tasks
from omnix_protocol.frames import Result
from omnix_protocol.ids import TenantId


@dataclass(frozen=True, slots=True)
class _Waiting:
    wanted: Wanted
    result: "asyncio.Future[Result]"


class Together:
    """One transaction at a time for each tenant, of at most `most` commands, in the order in which they were given."""

    def __init__(self, runner: Runner, most: int) -> None:
        self._runner = runner
        self._most = most
        self._waiting: dict[TenantId, deque[_Waiting]] = {}
        self._tasks = Tasks("together")

    async def do(self, tenant_id: TenantId, wanted: Wanted) -> Result:
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        line = self._waiting.get(tenant_id)
        if line is None:
            line = self._waiting[tenant_id] = deque()
            self._tasks.start(self._work(tenant_id, line), "commands")
        line.append(_Waiting(wanted, result))
        return await result

    async def close(self) -> None:
        await self._tasks.close()

    async def _work(self, tenant_id: TenantId, line: deque[_Waiting]) -> None:
        taken: list[_Waiting] = []
        try:
            while line:
                taken = [line.popleft() for _ in range(min(len(line), self._most))]
                await self._run(tenant_id, taken)
        finally:
            # whoever is cut off leaves nobody waiting
            del self._waiting[tenant_id]
            for one in (*taken, *line):
                one.result.cancel()

    async def _run(self, tenant_id: TenantId, taken: list[_Waiting]) -> None:
        try:
            results = await self._runner.do_many(tenant_id, [one.wanted for one in taken])
        except Exception as error:  # each of them is told
            for one in taken:
                if not one.result.done():
                    one.result.set_exception(error)
            return
        for one, result in zip(taken, results, strict=True):
            if not one.result.done():
                one.result.set_result(result)
