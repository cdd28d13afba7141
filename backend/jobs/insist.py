"""What the world has answered must not be lost: a command that is tried until the database takes it."""

import asyncio

from backend.jobs.loop import Done, GiveUp, Outcome
from backend.runner import Actor, Runner
from omnix_protocol.base import Command
from omnix_protocol.errors import Reason
from omnix_protocol.ids import CommandId, TenantId


async def insist(runner: Runner, tenant_id: TenantId, actor: Actor, command_id: CommandId, command: Command) -> Outcome:
    """Done, or given up where the command is refused for good."""
    wait = 0.05
    while True:
        result = await runner.do(tenant_id, actor, command_id, command)
        if result.refused is None:
            return Done()
        if result.refused.reason is not Reason.UNAVAILABLE:
            return GiveUp(f"What became of it could not be recorded: {result.refused.code}.")
        await asyncio.sleep(wait)
        wait = min(5.0, wait * 2)
