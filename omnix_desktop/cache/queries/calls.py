"""Interactions beside which a call rings or is talked, in the queues of this user or in what they handle (F36)."""

from collections.abc import Iterable

import msgspec

from omnix_desktop.cache.reading import Reader, entities
from omnix_protocol import scopes
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import UserId

_LIVE = """
SELECT e.body FROM interactions i JOIN entities e ON e.type = 'Interaction' AND e.id = i.id
WHERE i.live_call IS NOT NULL AND i.status IN ('queued', 'handling', 'on_hold') AND {which}
  AND EXISTS (SELECT 1 FROM members m JOIN scopes s ON s.n = m.scope
    WHERE m.type = 'Interaction' AND m.id = i.id AND s.key IN ('queue:' || i.queue_id, ?))
"""
_ALL = _LIVE.format(which="1")
_AMONG = _LIVE.format(which="i.id IN (SELECT value FROM json_each(?))")


def live(reader: Reader, user_id: UserId, ids: Iterable[str] | None = None) -> tuple[Interaction, ...]:
    """Of these ids, or of all."""
    mine = scopes.agent(user_id)
    rows = reader.rows(_ALL, (mine,)) if ids is None else reader.rows(_AMONG, (msgspec.json.encode(sorted(ids)), mine))
    return entities(Interaction, rows)
