"""Commands of the past: each with a derived id and a moment of its own, by whom it was."""

from datetime import datetime

from backend.app import Parts
from backend.runner import SYSTEM, Actor, Runner
from omnix_protocol.base import Command
from omnix_protocol.errors import Reason
from omnix_protocol.frames import Result
from omnix_protocol.ids import CommandId, TenantId, derived_id


class Failed(Exception):
    """A step of the demo was refused: one sentence."""


class Steps:
    """A runner with a clock of its own: what is run happens at `at`."""

    def __init__(self, parts: Parts, tenant_id: TenantId, now: datetime) -> None:
        self.parts = parts
        self.tenant_id = tenant_id
        self.now = now
        self.at = now
        self._runner = Runner(parts.store, now=lambda: self.at, grown=parts.bus.grown, jobs_made=parts.bell.ring)

    @staticmethod
    def name(*parts: str) -> str:
        """The demo's own id of something; the same on every machine."""
        return derived_id("omnix demo", *parts)

    async def do(self, step: str, command: Command, actor: Actor = SYSTEM) -> Result:
        """Run it unless it was run before. Raises Failed."""
        result = await self._runner.do(self.tenant_id, actor, CommandId(self.name("step", step)), command)
        if result.refused is not None and result.refused.reason is not Reason.COMMAND_ID_REUSED:
            raise Failed(f"The demo's step {step!r} was refused: {result.refused.code} {result.refused.args}.")
        return result
