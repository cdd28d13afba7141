"""Command ids seen and the results given: a repeat is answered, never run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import text

from backend.store.link import Link
from backend.store.prepared import Prepared, many
from backend.store.tables.base import to_micros
from omnix_protocol.ids import CommandId


@dataclass(frozen=True, slots=True)
class Seen:
    """The result as the runner encoded it, and the digest of the body that it was given for."""

    result: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """A result to be remembered, and the digest of the body that it was given for."""

    actor: str
    command_id: CommandId
    digest: bytes
    result: bytes
    at: datetime


class Commands:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def seen(self, actor: str, command_id: CommandId) -> Seen | None:
        found = await self._link.fetch(_SEEN, {"actor": actor, "command": command_id})
        return Seen(bytes(found[0][0]), bytes(found[0][1])) if found else None

    async def seen_among(self, askers: Sequence[tuple[str, CommandId]]) -> dict[tuple[str, CommandId], Seen]:
        """Those of these (actor, command id) that were run before."""
        wanted = {
            "actors": msgspec.json.encode(sorted({actor for actor, _ in askers})).decode(),
            "commands": msgspec.json.encode([command_id for _, command_id in askers]).decode(),
        }
        return {
            (row[0], CommandId(row[1])): Seen(bytes(row[2]), bytes(row[3]))
            for row in await self._link.fetch(_SEEN_AMONG, wanted)
        }

    async def remember(self, actor: str, command_id: CommandId, digest: bytes, result: bytes, at: datetime) -> None:
        """Call it before `save`: heads are locked last. The same command run twice at once ends here in Conflict."""
        await self.remember_all([Given(actor, command_id, digest, result, at)])

    async def remember_all(self, given: Sequence[Given]) -> None:
        rows = [
            {
                "tenant": self._link.tenant_id,
                "actor": one.actor,
                "command": one.command_id,
                "digest": one.digest,
                "result": one.result,
                "at": to_micros(one.at),
            }
            for one in sorted(given, key=lambda one: (one.actor, one.command_id))
        ]
        await self._link.transaction.run(lambda connection: many(connection, _REMEMBER, rows))


_SEEN = Prepared(
    text(
        "SELECT c.result, c.body_digest FROM commands_seen AS c "
        "WHERE c.tenant_id = :tenant AND c.actor = :actor AND c.command_id = :command"
    )
)
_SEEN_AMONG = Prepared(
    text(
        "SELECT c.actor, c.command_id, c.result, c.body_digest FROM commands_seen AS c WHERE c.tenant_id = :tenant "
        "AND c.actor IN (SELECT value FROM json_each(:actors)) "
        "AND c.command_id IN (SELECT value FROM json_each(:commands))"
    ),
    text(
        "SELECT c.actor, c.command_id, c.result, c.body_digest FROM commands_seen AS c WHERE c.tenant_id = :tenant "
        "AND c.actor = ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:actors AS text) AS json)))) "
        "AND c.command_id = ANY (ARRAY(SELECT json_array_elements_text(CAST(CAST(:commands AS text) AS json))))"
    ),
)
_REMEMBER = Prepared(
    text(
        "INSERT INTO commands_seen (tenant_id, actor, command_id, body_digest, result, at) "
        "VALUES (:tenant, :actor, :command, :digest, :result, :at)"
    )
)
