"""The items of a thread, made of its entries, the sessions that begin among them and the outbox; each made once."""

from collections.abc import Sequence

from msgspec.structs import replace

from omnix_desktop.cache.queries import thread as queries
from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.models.source import Source
from omnix_desktop.models.thread_items import ThreadItem, entry_item, pending_item, session_item
from omnix_protocol.base import Command
from omnix_protocol.conversations import Interaction
from omnix_protocol.messages import Message, RetrySend, SendMessage


class MadeItems:
    """Keeps what it made of an entry until the entry has another version."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._made: dict[tuple[str, int], ThreadItem] = {}

    def forget(self) -> None:
        """Another conversation, or another language."""
        self._made = {}

    def of(
        self, entries: Sequence[Entry], sessions: Sequence[Interaction], pending: Sequence[Pending]
    ) -> list[ThreadItem]:
        """Everything in the order in which it stands."""
        retried: set[str] = {
            waiting.command.message_id
            for waiting in pending
            if isinstance(waiting.command, RetrySend) and waiting.state is PendingState.QUEUED
        }
        starts = {it.first_position: it for it in sessions}
        items: list[ThreadItem] = []
        for entry in entries:
            session = starts.get(entry.position)
            if session is not None and items:
                items.append(session_item(session))
            items.append(self._item(entry, retried))
        made = (pending_item(waiting, self._answered(waiting.command)) for waiting in pending)
        items.extend(item for item in made if item is not None)
        return items

    def _item(self, entry: Entry, retried: set[str]) -> ThreadItem:
        if isinstance(entry, Message) and entry.id in retried:
            return replace(entry_item(entry, self._answered(entry)), state="queued", note="", actions=())
        key = (entry.id, entry.version)
        if key not in self._made:
            self._made[key] = entry_item(entry, self._answered(entry))
        return self._made[key]

    def _answered(self, what: Entry | Command) -> Message | None:
        """The message that this one answers, where the replica holds it."""
        if isinstance(what, Message | SendMessage) and what.reply_to is not None:
            found = queries.entry(self._source.reader, "Message", what.reply_to)
            return found if isinstance(found, Message) else None
        return None
