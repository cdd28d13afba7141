"""What waits, what the agent handles, and what this login finished today (S0.18–S0.25)."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import inbox as queries
from omnix_desktop.cache.queries import queue as queue_queries
from omnix_desktop.cache.queries.inbox import Weight
from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.due import NO_PILL, Pill, reply_pill, wait_pill, when
from omnix_desktop.models.entry_words import last_line
from omnix_desktop.models.paged_list import PagedList
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.tick import Tick
from omnix_protocol.conversations import HELD, Interaction, Status
from omnix_protocol.ids import ChannelAccountId, ConversationId, CustomerId, InteractionId

_TYPES = frozenset({"Interaction", "Tenant", "draft", "outbox"})
PAGE = 200
MANY = 50
"""Changed interactions from which on all are read."""
ENDED = frozenset({Status.RESOLVED, Status.ARCHIVED})
Order = Callable[[Interaction], datetime]


class InboxCounts(msgspec.Struct, frozen=True):
    handling: int = 0
    history: int = 0
    unread: int = 0


class InboxRow(msgspec.Struct, frozen=True):
    """An interaction as a row of a list says it."""

    key: InteractionId
    conversation_id: ConversationId
    customer_id: CustomerId
    name: str
    channel_kind: str
    source: str  # which of our accounts
    at: str
    preview: str
    topic: str = ""
    draft: bool = False
    pill: Pill = NO_PILL
    notes: tuple[Pill, ...] = ()
    unread: int = 0
    unsent: int = 0
    refused: int = 0
    number: int = 0

    @property
    def opened(self) -> Opened:
        return Opened(self.conversation_id, self.key, self.customer_id)


class InteractionList(PagedList[InboxRow]):
    """One list of interactions: told anew each second, read anew when one of them changes."""

    def __init__(self, catalogue: Catalogue, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(spoken, parent)
        self._catalogue, self._tick = catalogue, tick
        self._known: tuple[queries.InboxRow, ...] = ()
        tick.second.connect(lambda _now: self.retell())

    def take(self, rows: Iterable[queries.InboxRow]) -> None:
        known = {row.interaction.id: row for row in self._known}
        self._known = tuple(rows)
        # what is as it was was told within this second
        self.show([self._told_again(row, known.get(row.interaction.id)) for row in self._known])

    def put(self, ids: Collection[str], rows: Iterable[queries.InboxRow], order: Order) -> bool:
        """Of these ids the rows that belong here, latest first; False where more may belong here than is held."""
        if len(self._known) >= PAGE:
            return False
        kept = [row for row in self._known if row.interaction.id not in ids]
        self.take(sorted([*kept, *rows], key=lambda row: (order(row.interaction), row.interaction.id), reverse=True))
        return True

    def retell(self) -> None:
        self.show([self._told(row) for row in self._known])

    def of_conversation(self, conversation_id: ConversationId) -> InboxRow | None:
        return next((row for row in self.rows() if row.conversation_id == conversation_id), None)

    def _told_again(self, row: queries.InboxRow, before: queries.InboxRow | None) -> InboxRow:
        told = self.of(row.interaction.id) if row == before else None
        return told or self._told(row)

    def _told(self, row: queries.InboxRow) -> InboxRow:
        it, now = row.interaction, self._tick.now()
        return InboxRow(
            key=InteractionId(it.id),
            conversation_id=it.conversation_id,
            customer_id=it.customer_id,
            name=it.customer_name or tr("customer.no_name"),
            channel_kind=it.channel_kind,
            source=self._catalogue.account_name(it.channel_account_id),
            at=when(it.last_at, now),
            preview=row.draft or last_line(it),
            topic=it.topic,
            draft=bool(row.draft),
            pill=self._pill(it),
            notes=tuple(_notes(it)),
            unread=it.unread,
            unsent=row.unsent,
            refused=row.refused,
            number=it.number,
        )

    def _pill(self, it: Interaction) -> Pill:
        if it.status in (Status.RESOLVED, Status.ARCHIVED):
            return Pill(tr("inbox.ended"))
        if it.status is Status.QUEUED:
            waiting = wait_pill(self._catalogue.rules, it.queued_at, self._tick.now())
            tone = {"muted": "good"}.get(waiting.tone, waiting.tone)
            return Pill(tr("inbox.waiting_for", clock=waiting.words), tone)
        return reply_pill(self._catalogue.rules, it.unanswered_since, self._tick.now())


class Inbox(QObject):
    """Handling and History of this login, with their counts."""

    counted = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._customer: CustomerId | None = None
        self.counts = InboxCounts()
        self.handling = InteractionList(catalogue, tick, self)
        self.history = InteractionList(catalogue, tick, self)
        self._weights: dict[str, Weight] = {}
        self._refresh = Refresh(source.feed, _TYPES, self._read_again, self)
        self._read()

    def narrow_history(self, customer_id: CustomerId | None) -> None:
        """History of one customer only, or of all (S0.25)."""
        if customer_id != self._customer:
            self._customer = customer_id
            self._read_history()

    def neighbour(self, key: InteractionId | None, step: int) -> InboxRow | None:
        """The row a step further in what is handled, around the ends."""
        rows = self.handling.rows()
        if not rows:
            return None
        place = self.handling.place_of(key) if key else -1
        if place < 0:
            return rows[0 if step > 0 else -1]
        return rows[(place + step) % len(rows)]

    def _read_again(self) -> None:
        named = self._refresh.named("Interaction")
        if named is None or len(named) > MANY or not self._put(named):
            self._read()

    def _put(self, named: frozenset[str]) -> bool:
        found = queries.among(self._source.reader, self._source.user_id, named)
        handled = [row for row in found if row.interaction.status in HELD]
        past = [row for row in found if row.interaction.status in ENDED and self._is_looked_for(row.interaction)]
        if not (self.handling.put(named, handled, _last_at) and self.history.put(named, past, _ended_at)):
            return False
        weights = {row.interaction.id: Weight(row.interaction.status, row.interaction.unread) for row in found}
        self._weights = {key: of for key, of in self._weights.items() if key not in named} | weights
        self._count()
        return True

    def _is_looked_for(self, it: Interaction) -> bool:
        return self._customer in (None, it.customer_id)

    def _read(self) -> None:
        me = self._source.user_id
        self.handling.take(queries.handling(self._source.reader, me, limit=PAGE).rows)
        self._read_history()
        self._weights = queries.weights(self._source.reader, me)
        self._count()

    def _count(self) -> None:
        counts = _counted(self._weights.values())
        if counts != self.counts:
            self.counts = counts
            self.counted.emit()

    def _read_history(self) -> None:
        page = queries.history(self._source.reader, self._source.user_id, customer_id=self._customer, limit=PAGE)
        self.history.take(page.rows)


def _last_at(it: Interaction) -> datetime:
    return it.last_at


def _ended_at(it: Interaction) -> datetime:
    return it.ended_at or it.last_at


def _counted(weights: Iterable[Weight]) -> InboxCounts:
    handled, past, unread = 0, 0, 0
    for weight in weights:
        if weight.status in HELD:
            handled, unread = handled + 1, unread + weight.unread
        past += weight.status in ENDED
    return InboxCounts(handled, past, unread)


class WaitingList(InteractionList):
    """What waits, longest first: of one account or of all; read only while somebody looks."""

    watched = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(catalogue, tick, parent)
        self._source = source
        self._account: ChannelAccountId | None = None
        self._watched = False
        self._refresh = Refresh(source.feed, frozenset({"Interaction"}), self._read, self)

    @property
    def account_id(self) -> ChannelAccountId | None:
        return self._account

    def watch(self, account_id: ChannelAccountId | None) -> None:
        self._account, self._watched = account_id, True
        self._read()
        self.watched.emit()

    def unwatch(self) -> None:
        self._account, self._watched = None, False
        self.take(())
        self.watched.emit()

    def _read(self) -> None:
        if self._watched:
            page = queue_queries.waiting(self._source.reader, self._account, limit=PAGE)
            self.take(queries.InboxRow(interaction=it) for it in page.rows)


def _notes(it: Interaction) -> Iterable[Pill]:
    shown: tuple[tuple[bool, Callable[[], Pill]], ...] = (
        (it.status is Status.ON_HOLD, lambda: Pill(tr("status.on_hold"), "soon")),
        (it.expired, lambda: Pill(tr("inbox.expired"), "bad")),
        (it.cases > 0, lambda: Pill(tr("inbox.cases", n=it.cases), "outline")),
        (it.tickets > 0, lambda: Pill(tr("inbox.tickets", n=it.tickets), "outline")),
    )
    return (make() for applies, make in shown if applies)


def spoken(row: InboxRow) -> str:
    """The row for a screen reader: who, what, how urgent."""
    parts = [row.name, row.source, row.topic, row.preview, row.pill.words, *(note.words for note in row.notes)]
    if row.unread:
        parts.append(tr("inbox.unread", n=row.unread))
    if row.refused:
        parts.append(tr("inbox.refused", n=row.refused))
    return ", ".join(part for part in parts if part)
