"""Command ids seen and the results given: a repeat is answered, never run again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from backend.store.link import Link
from backend.store.prepared import Prepared
from backend.store.tables.base import to_micros
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
        found = await self._link.fetch(_SEEN, {"actor": actor, "command": command_id})
        return Seen(bytes(found[0][0]), bytes(found[0][1])) if found else None

    async def remember(self, actor: str, command_id: CommandId, digest: bytes, result: bytes, at: datetime) -> None:
        """Call it before `save`: heads are locked last. The same command run twice at once ends here in Conflict."""
        row = {"actor": actor, "command": command_id, "digest": digest, "result": result, "at": to_micros(at)}
        await self._link.fetch(_REMEMBER, row)


_SEEN = Prepared(
    text(
        "SELECT c.result, c.body_digest FROM commands_seen AS c "
        "WHERE c.tenant_id = :tenant AND c.actor = :actor AND c.command_id = :command"
    )
)
_REMEMBER = Prepared(
    text(
        "INSERT INTO commands_seen (tenant_id, actor, command_id, body_digest, result, at) "
        "VALUES (:tenant, :actor, :command, :digest, :result, :at)"
    )
)
