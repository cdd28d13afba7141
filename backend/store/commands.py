"""Command ids seen and the results given: a repeat is answered, never run again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from backend.store.link import Link
from backend.store.tables.journal import commands_seen
from omnix_protocol.ids import CommandId


@dataclass(frozen=True, slots=True)
class Seen:
    """The result as the runner encoded it, and the digest of the body that it was given for."""

    result: bytes
    digest: bytes


class Commands:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def seen(self, actor: str, command_id: CommandId) -> Seen | None:
        statement = select(commands_seen.c.result, commands_seen.c.body_digest).where(
            commands_seen.c.tenant_id == self._link.tenant_id,
            commands_seen.c.actor == actor,
            commands_seen.c.command_id == command_id,
        )
        row = (await self._link.connection.execute(statement)).first()
        return None if row is None else Seen(bytes(row.result), bytes(row.body_digest))

    async def remember(self, actor: str, command_id: CommandId, digest: bytes, result: bytes, at: datetime) -> None:
        """Call it before `save`: heads are locked last. The same command run twice at once ends here in Conflict."""
        row = {
            "tenant_id": self._link.tenant_id,
            "actor": actor,
            "command_id": command_id,
            "body_digest": digest,
            "result": result,
            "at": at,
        }
        await self._link.connection.execute(insert(commands_seen), [row])
