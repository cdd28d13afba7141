"""A customer's journey as far as this machine has it: what is shown offline, and what is newer."""

from typing import TypeVar

import msgspec

from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.cache.reading import Reader, entities, one
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import CustomerId, InteractionId
from omnix_protocol.messages import Memo, Message
from omnix_protocol.work import Case, Ticket

W = TypeVar("W", Case, Ticket)


class Story(msgspec.Struct, frozen=True):
    """One interaction with all of it that is here."""

    interaction: Interaction
    entries: tuple[Entry, ...] = ()
    cases: tuple[Case, ...] = ()
    tickets: tuple[Ticket, ...] = ()


def interactions(reader: Reader, customer_id: CustomerId, limit: int = 100) -> tuple[Interaction, ...]:
    """Newest first."""
    rows = reader.rows(
        "SELECT e.body FROM interactions i JOIN entities e ON e.type = 'Interaction' AND e.id = i.id"
        " WHERE i.customer_id = ? ORDER BY i.queued_at DESC, i.id DESC LIMIT ?",
        (customer_id, limit),
    )
    return entities(Interaction, rows)


def story(reader: Reader, interaction_id: InteractionId, limit: int = 1000) -> Story | None:
    """None where the interaction is not here."""
    interaction = one(reader, Interaction, interaction_id)
    if interaction is None:
        return None
    rows = reader.rows(
        "SELECT e.body, t.type FROM entries t JOIN entities e ON e.type = t.type AND e.id = t.id"
        " WHERE t.conversation_id = ? AND t.position >= ? ORDER BY t.position LIMIT ?",
        (interaction.conversation_id, interaction.first_position, limit),
    )
    entries: list[Entry] = []
    for row in rows:
        entries.extend(entities(Memo if row[1] == "Memo" else Message, [row]))
    customer_id = interaction.customer_id
    return Story(
        interaction=interaction,
        entries=tuple(entry for entry in entries if entry.interaction_id == interaction_id),
        cases=tuple(done for done in _work(reader, Case, customer_id) if done.interaction_id == interaction_id),
        tickets=tuple(done for done in _work(reader, Ticket, customer_id) if done.interaction_id == interaction_id),
    )


def _work(reader: Reader, kind: type[W], customer_id: CustomerId) -> tuple[W, ...]:
    rows = reader.rows(
        "SELECT e.body FROM work w JOIN entities e ON e.type = w.type AND e.id = w.id"
        " WHERE w.customer_id = ? AND w.type = ? ORDER BY w.at DESC",
        (customer_id, kind.__name__),
    )
    return entities(kind, rows)
