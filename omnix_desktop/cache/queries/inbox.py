"""Handling and History: what the agent handles, and what this login finished today (S0.22–S0.25)."""

from collections.abc import Iterable

import msgspec

from omnix_desktop.cache.reading import Key, Page, Reader, entities, page
from omnix_protocol import scopes
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import CustomerId, UserId


class InboxRow(msgspec.Struct, frozen=True):
    """An interaction with what this machine knows beside it."""

    interaction: Interaction
    draft: str = ""  # the beginning of a reply or memo being typed
    unsent: int = 0
    refused: int = 0


class Weight(msgspec.Struct, frozen=True):
    """What an interaction adds to the counts."""

    status: str
    unread: int


_ROWS = """
SELECT e.body, i.last_at, i.id, d.text, o.unsent, o.refused
FROM interactions i JOIN entities e ON e.type = 'Interaction' AND e.id = i.id
LEFT JOIN (SELECT conversation_id, substr(max(text), 1, 120) AS text FROM local.drafts
           WHERE mode IN ('reply', 'memo') GROUP BY conversation_id) d
  ON d.conversation_id = i.conversation_id
LEFT JOIN (SELECT lane, sum(state IN ('queued', 'held')) AS unsent, sum(state = 'refused') AS refused
           FROM local.outbox GROUP BY lane) o ON o.lane = i.conversation_id
WHERE i.id IN (SELECT m.id FROM members m JOIN scopes s ON s.n = m.scope
               WHERE s.key = ? AND m.type = 'Interaction')
  AND {which} AND (i.{order}, i.id) < (?, ?) ORDER BY i.{order} DESC, i.id DESC LIMIT ?
"""
_HANDLING = _ROWS.format(which="i.status IN ('handling', 'on_hold')", order="last_at")
_HISTORY = _ROWS.format(
    which="i.status IN ('resolved', 'archived') AND (? IS NULL OR i.customer_id = ?)", order="ended_at"
)
_HISTORY = _HISTORY.replace("i.last_at, i.id", "i.ended_at, i.id", 1)
_FIRST = Key(2**62, "")

_MINE = "i.id IN (SELECT m.id FROM members m JOIN scopes s ON s.n = m.scope WHERE s.key = ? AND m.type = 'Interaction')"
_WEIGHTS = f"SELECT i.id, i.status, i.unread FROM interactions i WHERE {_MINE}"  # our own words
_ROW = """
SELECT e.body, 0, e.id,
  (SELECT substr(max(text), 1, 120) FROM local.drafts d
   WHERE d.conversation_id = i.conversation_id AND d.mode IN ('reply', 'memo')),
  (SELECT count(*) FROM local.outbox o WHERE o.lane = i.conversation_id AND o.state IN ('queued', 'held')),
  (SELECT count(*) FROM local.outbox o WHERE o.lane = i.conversation_id AND o.state = 'refused')
FROM entities e JOIN interactions i ON i.id = e.id WHERE e.type = 'Interaction'
"""
_ONE = f"{_ROW} AND e.id = ?"
_AMONG = f"{_ROW} AND e.id IN (SELECT value FROM json_each(?)) AND {_MINE}"


def handling(reader: Reader, user_id: UserId, *, after: Key | None = None, limit: int = 50) -> Page[InboxRow]:
    """What the agent handles, latest activity first."""
    at = after or _FIRST
    return _page(reader.rows(_HANDLING, (scopes.agent(user_id), at.at, at.id, limit)), limit)


def history(
    reader: Reader,
    user_id: UserId,
    *,
    customer_id: CustomerId | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[InboxRow]:
    """What this login finished today, latest first; of one customer where one is named."""
    at = after or _FIRST
    binds = (scopes.agent(user_id), customer_id, customer_id, at.at, at.id, limit)
    return _page(reader.rows(_HISTORY, binds), limit)


def row(reader: Reader, interaction_id: str) -> InboxRow | None:
    """One row anew, after the feed named it."""
    found = _page(reader.rows(_ONE, (interaction_id,)), 2).rows
    return found[0] if found else None


def among(reader: Reader, user_id: UserId, ids: Iterable[str]) -> tuple[InboxRow, ...]:
    """Those of these interactions that are this login's, anew: after the feed named them."""
    rows = reader.rows(_AMONG, (msgspec.json.encode(sorted(ids)), scopes.agent(user_id)))
    return _page(rows, len(rows) + 1).rows


def weights(reader: Reader, user_id: UserId) -> dict[str, Weight]:
    """Of every interaction of this login, by its id."""
    rows = reader.rows(_WEIGHTS, (scopes.agent(user_id),))
    return {row[0]: Weight(row[1], row[2] or 0) for row in rows}


def _page(rows: list[tuple[object, ...]], limit: int) -> Page[InboxRow]:
    made = [
        InboxRow(interaction=found[0], draft=str(row[3] or ""), unsent=int(row[4] or 0), refused=int(row[5] or 0))  # type: ignore[call-overload]  # columns of our own SQL
        for row in rows
        if (found := entities(Interaction, [row]))
    ]
    return page(rows, tuple(made), limit, (1, 2))
