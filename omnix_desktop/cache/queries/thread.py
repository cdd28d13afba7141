"""A conversation's entries by position, with the outbox laid over them."""

import msgspec

from omnix_desktop.cache.queries.pending import Pending, pending_rows
from omnix_desktop.cache.reading import Reader, entities, one
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Memo, Message

Entry = Message | Memo


class ThreadPage(msgspec.Struct, frozen=True):
    """Entries in rising order of position; `more_*`: the replica holds further ones on that side."""

    entries: tuple[Entry, ...] = ()
    more_before: bool = False
    more_after: bool = False


class Extent(msgspec.Struct, frozen=True):
    """The positions that the replica holds of a conversation: first to last, both 0 where it holds none."""

    first: int = 0
    last: int = 0

    @property
    def count(self) -> int:
        return self.last - self.first + 1 if self.last else 0


_BODIES = "SELECT e.body, t.position, t.type FROM entries t JOIN entities e ON e.type = t.type AND e.id = t.id"
_BEFORE = f"{_BODIES} WHERE t.conversation_id = ? AND t.position < ? ORDER BY t.position DESC LIMIT ?"
_AFTER = f"{_BODIES} WHERE t.conversation_id = ? AND t.position > ? ORDER BY t.position LIMIT ?"
_NEWEST = 2**62


def before(reader: Reader, conversation_id: ConversationId, position: int | None = None, limit: int = 50) -> ThreadPage:
    """The newest entries before a position; without one, the newest of all."""
    end = _NEWEST if position is None else position
    rows = reader.rows(_BEFORE, (conversation_id, end, limit + 1))
    more = len(rows) > limit
    return ThreadPage(_entries(rows[:limit][::-1]), more_before=more, more_after=position is not None)


def after(reader: Reader, conversation_id: ConversationId, position: int, limit: int = 50) -> ThreadPage:
    """The entries that follow a position."""
    rows = reader.rows(_AFTER, (conversation_id, position, limit + 1))
    return ThreadPage(_entries(rows[:limit]), more_before=True, more_after=len(rows) > limit)


def entry(reader: Reader, type_name: str, id: str) -> Entry | None:  # noqa: A002  # an entity's id
    """One entry anew, after the feed named it."""
    return one(reader, Memo, id) if type_name == "Memo" else one(reader, Message, id)


def unsent(reader: Reader, conversation_id: ConversationId) -> tuple[Pending, ...]:
    """What stands in the outbox for this thread, in order: painted below the newest entry.

    Holds SendMessage and AddMemo (and RetrySend, ResolveUncertain for entries above) until the entity is here.
    """
    return pending_rows(
        reader,
        "(lane = ? OR (type IN ('RetrySend', 'ResolveUncertain') AND subject_id IN"
        " (SELECT t.id FROM entries t WHERE t.conversation_id = ?)))"
        " AND NOT (state = 'accepted' AND EXISTS (SELECT 1 FROM entities e"
        " WHERE e.type IN ('Message', 'Memo') AND e.id = outbox.subject_id))",
        (conversation_id, conversation_id),
    )


def extent(reader: Reader, conversation_id: ConversationId) -> Extent:
    # two statements of one value each: SQLite then takes both ends of the index instead of walking it
    first = reader.rows("SELECT min(position) FROM entries WHERE conversation_id = ?", (conversation_id,))[0][0]
    last = reader.rows("SELECT max(position) FROM entries WHERE conversation_id = ?", (conversation_id,))[0][0]
    return Extent(first or 0, last or 0)


def conversation(reader: Reader, conversation_id: ConversationId) -> Conversation | None:
    return one(reader, Conversation, conversation_id)


def interactions(reader: Reader, conversation_id: ConversationId) -> tuple[Interaction, ...]:
    """The sessions of this conversation that are here, in order; `first_position` says where each begins."""
    rows = reader.rows(
        "SELECT e.body FROM interactions i JOIN entities e ON e.type = 'Interaction' AND e.id = i.id"
        " WHERE i.conversation_id = ? ORDER BY i.first_position",
        (conversation_id,),
    )
    return entities(Interaction, rows)


def _entries(rows: list[tuple[object, ...]]) -> tuple[Entry, ...]:
    made: list[Entry] = []
    for row in rows:
        made.extend(entities(Memo if row[2] == "Memo" else Message, [row]))
    return tuple(made)
