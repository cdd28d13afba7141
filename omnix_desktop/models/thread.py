"""The opened conversation: its entries by position, the outbox below them, earlier sessions on demand."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.feed import EVERYTHING, Changed
from omnix_desktop.cache.queries import thread as queries
from omnix_desktop.cache.queries.pending import Pending
from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.models.paged_list import WINDOW, PagedList
from omnix_desktop.models.source import Source
from omnix_desktop.models.thread_items import ThreadItem, spoken
from omnix_desktop.models.thread_made import MadeItems
from omnix_protocol.conversations import Conversation, Interaction
from omnix_protocol.ids import ConversationId
from omnix_protocol.messages import Direction, Message

PAGE = 60
_MANY = 100


class _Window(msgspec.Struct, frozen=True):
    """Which part of the conversation is on the screen."""

    entries: tuple[Entry, ...] = ()
    first_shown: int = 1  # position of the earliest session that was asked for
    more_before: bool = False
    more_after: bool = False


class Thread(QObject):
    """Follows one conversation at a time; the view paints `items`."""

    changed = Signal()  # heads, sessions, what can be loaded

    def __init__(self, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.items: PagedList[ThreadItem] = PagedList(spoken, self)
        self.conversation: Conversation | None = None
        self.sessions: tuple[Interaction, ...] = ()
        self._id: ConversationId | None = None
        self._window = _Window()
        self._asked: tuple[Entry, ...] = ()  # older than the replica holds, asked from the server
        self._pending: tuple[Pending, ...] = ()
        self._made = MadeItems(source)
        self._held_from = 1
        self.destroyed.connect(source.feed.subscribe(self._heard))

    @property
    def conversation_id(self) -> ConversationId | None:
        return self._id

    @property
    def last_position(self) -> int:
        """The newest entry that can be seen here."""
        entries = self._window.entries
        return entries[-1].position if entries else 0

    @property
    def more_before(self) -> bool:
        return self._window.more_before

    @property
    def previous_sessions(self) -> int:
        """Earlier sessions that are not on the screen (S0.28)."""
        total = self.conversation.interactions if self.conversation else 0
        shown = sum(1 for it in self.sessions if it.first_position >= self._window.first_shown)
        older_here = self._id is not None and 0 < self._held_from < self._window.first_shown
        return max(0, total - shown, int(older_here))

    @property
    def oldest_position(self) -> int:
        entries = (*self._asked, *self._window.entries)
        return entries[0].position if entries else 1

    def message(self, key: str) -> Message | None:
        """A message that can be seen here, by its key."""
        found = (entry for entry in (*self._asked, *self._window.entries) if entry.id == key)
        return next((entry for entry in found if isinstance(entry, Message)), None)

    def last_said(self) -> str:
        """The customer's newest words that are on the screen."""
        said = (entry for entry in reversed(self._window.entries) if isinstance(entry, Message))
        return next((entry.text for entry in said if entry.direction is Direction.IN and entry.text), "")

    def open(self, conversation_id: ConversationId | None) -> None:
        if conversation_id == self._id:
            return
        self._id, self._asked = conversation_id, ()
        self._made.forget()
        self._read(anew=True)

    def load_before(self) -> bool:
        """The page before, within the sessions shown; False where there is none here."""
        if self._id is None or not self._window.more_before or not self._window.entries:
            return False
        page = queries.before(self._source.reader, self._id, self._window.entries[0].position, PAGE)
        known = (*_since(page.entries, self._window.first_shown), *self._window.entries)
        self._window = replace(
            self._window,
            entries=known[:WINDOW],
            more_before=page.more_before and known[0].position > self._window.first_shown,
            more_after=self._window.more_after or len(known) > WINDOW,
        )
        self._tell()
        return True

    def load_after(self) -> None:
        """Back towards the newest entries, after the window has slid up."""
        if self._id is None or not self._window.more_after:
            return
        page = queries.after(self._source.reader, self._id, self.last_position, PAGE)
        known = (*self._window.entries, *page.entries)
        self._window = replace(
            self._window,
            entries=known[-WINDOW:],
            more_after=page.more_after,
            more_before=self._window.more_before or len(known) > WINDOW,
        )
        self._tell()

    def show_previous(self) -> bool:
        """The session before those shown; False where the replica does not hold it and the server must be asked."""
        if self._id is None or self._held_from >= self._window.first_shown:
            return False
        starts = [it.first_position for it in self.sessions if it.first_position < self._window.first_shown]
        first = max(starts[-1] if starts else 1, self._held_from)
        self._window = replace(self._window, first_shown=first, more_before=True)
        return self.load_before()

    def take_older(self, entries: Sequence[Entry], conversation_id: ConversationId) -> None:
        """What the server answered about entries that the replica no longer holds."""
        if conversation_id == self._id:
            older = [entry for entry in entries if entry.position < self.oldest_position]
            self._asked = (*sorted(older, key=lambda entry: entry.position), *self._asked)
            self._tell()

    def retell(self) -> None:
        """The language changed."""
        self._made.forget()
        self._tell()

    def _heard(self, changed: Changed) -> None:
        if self._id is None:
            return
        if changed == EVERYTHING or len(changed) > _MANY:
            self._read()
            return
        named = [(kind, key) for kind, key in changed if kind in ("Message", "Memo")]
        fresh = [queries.entry(self._source.reader, kind, key) for kind, key in named]
        mine = [entry for entry in fresh if entry is not None and entry.conversation_id == self._id]
        if mine and not self._window.entries:
            self._read()  # it was opened before it was here
            return
        # a session that begins changes its conversation too; other conversations' sessions are nothing to this one
        own = {("Conversation", str(self._id)), *(("Interaction", it.id) for it in self.sessions)}
        if not own.isdisjoint(changed):
            self._read_sessions()
            self.changed.emit()
        if mine:
            self._merge(mine)
        if mine or any(kind == "outbox" and self._is_here(lane) for kind, lane in changed):
            self._pending = queries.unsent(self._source.reader, self._id)
            self._tell()

    def _is_here(self, lane: str) -> bool:
        """The conversation's own lane, or that of one of its messages being sent again."""
        return lane in (self._id, "*") or self.items.place_of(lane) >= 0

    def _merge(self, fresh: Iterable[Entry]) -> None:
        known = {entry.position: entry for entry in self._window.entries}
        first, last = (min(known), max(known)) if known else (1, 0)
        for entry in fresh:
            follows = entry.position > last and not self._window.more_after
            if first <= entry.position <= last or follows:
                known[entry.position] = entry
        entries = tuple(known[position] for position in sorted(known))
        slid = len(entries) > WINDOW
        self._window = replace(self._window, entries=entries[-WINDOW:], more_before=self._window.more_before or slid)

    def _read(self, *, anew: bool = False) -> None:
        if self._id is None:
            self.conversation, self.sessions, self._pending, self._window = None, (), (), _Window()
            self._tell(anew=anew)
            return
        self._read_sessions()
        page = queries.before(self._source.reader, self._id, None, PAGE)
        self._window = _Window(first_shown=self.sessions[-1].first_position if self.sessions else 1)
        entries = _since(page.entries, self._window.first_shown)
        more = page.more_before and len(entries) == len(page.entries)
        self._window = replace(self._window, entries=entries, more_before=more)
        self._pending = queries.unsent(self._source.reader, self._id)
        self._tell(anew=anew)

    def _read_sessions(self) -> None:
        if self._id is not None:
            self.conversation = queries.conversation(self._source.reader, self._id)
            self.sessions = queries.interactions(self._source.reader, self._id)
            self._held_from = queries.extent(self._source.reader, self._id).first

    def _tell(self, *, anew: bool = False) -> None:
        entries = (*self._asked, *self._window.entries)
        items = self._made.of(entries, self.sessions, self._pending)
        if anew:
            self.items.begin_anew(items)
        else:
            self.items.show(items)
        self.changed.emit()


def _since(entries: Sequence[Entry], position: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.position >= position)
