"""The outbox as screens see it: what was decided here and is not yet (or never) the server's."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from omnix_desktop.cache.reading import Bind, Reader, moment
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CommandId


class PendingState(StrEnum):
    QUEUED = "queued"  # will be sent as soon as there is a connection
    ACCEPTED = "accepted"  # the server has it; its entity is on the way here
    HELD = "held"  # the server was restored: waits for the agent's word
    REFUSED = "refused"


class Pending(msgspec.Struct, frozen=True):
    """One command in the outbox."""

    command_id: CommandId
    command: Command
    lane: str  # the conversation (or customer, interaction) whose order it keeps
    subject_id: str  # the id of the message, memo, case … that it makes
    at: datetime
    state: PendingState
    refused: Refused | None = None


COLUMNS = "command_id, type, body, lane, subject_id, at, state, refused"


def pending_rows(reader: Reader, where: str, binds: tuple[Bind, ...] = ()) -> tuple[Pending, ...]:
    """Outbox rows in the order of the decisions."""
    rows = reader.rows(f"SELECT {COLUMNS} FROM local.outbox WHERE {where} ORDER BY n", binds)
    return tuple(made for row in rows if (made := pending_row(row)) is not None)


def pending_row(row: tuple[Any, ...]) -> Pending | None:
    try:
        command = codec.command(row[1], row[2])
    except (codec.Malformed, codec.UnknownType):
        return None
    return Pending(
        command_id=CommandId(row[0]),
        command=command,
        lane=row[3],
        subject_id=row[4],
        at=moment(row[5]),
        state=PendingState(row[6]),
        refused=None if row[7] is None else codec.decode(row[7], Refused),
    )
