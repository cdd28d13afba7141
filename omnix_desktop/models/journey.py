"""A customer's journey: the server's answer, what this machine knows better, and tickets (S0.51–S0.53)."""

from datetime import datetime

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import journey as queries
from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.i18n import format_time, has_key, tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.customer import CustomerCard
from omnix_desktop.models.due import when
from omnix_desktop.models.paged_list import PagedList
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.tick import Tick
from omnix_desktop.models.why import sentence
from omnix_protocol.conversations import HELD, OPEN, Interaction, Status
from omnix_protocol.errors import Refused
from omnix_protocol.ids import CustomerId, InteractionId
from omnix_protocol.reports import JourneyPageAnswer, JourneyRow
from omnix_protocol.work import CaseStatus, CreateTicket, Priority, Ticket, TicketStatus

_TYPES = frozenset({"Interaction", "Case", "Ticket", "outbox"})
_TICKET_TONES = {TicketStatus.OPEN: "soon", TicketStatus.IN_PROGRESS: "accent", TicketStatus.SOLVED: "good"}


class JourneyLine(msgspec.Struct, frozen=True):
    """An interaction or a ticket as its row says it."""

    key: str
    title: str
    by: str = ""
    detail: str = ""
    kind: str = ""
    pill: str = ""
    tone: str = "neutral"
    refused: str = ""

    def spoken(self) -> str:
        return ", ".join(part for part in (self.title, self.by, self.pill, self.detail, self.refused) if part)


class Journey(QObject):
    """Rows of both tabs; `changed` when counts, or what is known about them, changed."""

    changed = Signal()

    def __init__(
        self, source: Source, catalogue: Catalogue, card: CustomerCard, tick: Tick, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._source, self._catalogue, self._card, self._tick = source, catalogue, card, tick
        self.interactions: PagedList[JourneyLine] = PagedList(JourneyLine.spoken, self)
        self.tickets: PagedList[JourneyLine] = PagedList(JourneyLine.spoken, self)
        self._answered: dict[str, JourneyRow] = {}
        self._total = 0
        self.more = False
        self.asked = False  # an answer for this customer is here
        self.loading = False
        self.problem = ""
        self._refresh = Refresh(source.feed, _TYPES, self.retell, self)
        card.opened.connect(self._open)
        card.changed.connect(self.retell)
        self.retell()

    @property
    def customer_id(self) -> CustomerId | None:
        return self._card.customer_id

    @property
    def total(self) -> int:
        return max(self._total, self.interactions.rowCount())

    @property
    def oldest(self) -> datetime | None:
        """Before which the next page is asked."""
        return min((row.at for row in self._answered.values()), default=None)

    def begin(self) -> None:
        """The question is on its way."""
        self.loading, self.problem = True, ""
        self.changed.emit()

    def take(self, customer_id: CustomerId, answer: JourneyPageAnswer | Refused) -> None:
        """What the server answered, where it is still about the customer on the screen."""
        if customer_id != self.customer_id:
            return
        self.loading = False
        if isinstance(answer, Refused):
            self.problem = sentence(answer)
        else:
            self.problem, self.asked, self.more, self._total = "", True, answer.more, answer.total
            self._answered |= {row.interaction_id: row for row in answer.rows}
        self.retell()

    def retell(self) -> None:
        """Say every row anew; only those that say something else are painted."""
        known = queries.interactions(self._source.reader, self.customer_id) if self.customer_id else ()
        rows = dict(self._answered)
        for it in known:
            rows[it.id] = self._row(it, rows.get(it.id))
        ordered = sorted(rows.values(), key=lambda row: (row.at, row.interaction_id), reverse=True)
        self.interactions.show(self._line(row) for row in ordered)
        self.tickets.show(self._tickets())
        self.changed.emit()

    def _open(self) -> None:
        self._answered, self._total, self.more, self.asked = {}, 0, False, False
        self.loading, self.problem = False, ""
        self.retell()

    def _row(self, it: Interaction, answered: JourneyRow | None) -> JourneyRow:
        """This machine's copy is newer than the answer, but does not know the group."""
        cases = self._card.known.cases if self._card.known else ()
        open_here = sum(one.interaction_id == it.id and one.status is not CaseStatus.CLOSE for one in cases)
        return JourneyRow(
            interaction_id=InteractionId(it.id),
            conversation_id=it.conversation_id,
            channel_kind=it.channel_kind,
            channel_name=self._catalogue.account_name(it.channel_account_id),
            group_name=answered.group_name if answered else self._catalogue.queue_group_name(it.queue_id),
            at=it.created_at,
            status=it.status.value,
            cases=it.cases,
            tickets=it.tickets,
            open_cases=open_here if cases or answered is None else answered.open_cases,
        )

    def _line(self, row: JourneyRow) -> JourneyLine:
        counts = [tr("inbox.cases", n=row.cases)] if row.cases else []
        counts += [tr("inbox.tickets", n=row.tickets)] if row.tickets else []
        pill, tone = self._state(row)
        return JourneyLine(
            key=row.interaction_id,
            title=row.channel_name or self._catalogue.channel_name(row.channel_kind),
            by=row.group_name,
            detail=" · ".join((self._moment(row.at), *counts)),
            kind=row.channel_kind,
            pill=pill,
            tone=tone,
        )

    def _state(self, row: JourneyRow) -> tuple[str, str]:
        if row.open_cases:
            return tr("journey.case_open"), "good"
        running = row.status in OPEN
        held = row.status in HELD
        label = self._catalogue.tenant.status_labels.get(row.status, "") if self._catalogue.tenant else ""
        key = f"journey.status_{row.status}"
        words = label or (tr(key) if has_key(key) else row.status)
        if row.tickets and not running:
            return tr("journey.escalated"), "soon"
        return words, "accent" if held else "soon" if row.status == Status.QUEUED else "neutral"

    def _moment(self, at: datetime) -> str:
        day = when(at, self._tick.now())
        time = format_time(at)
        return tr("journey.today", time=time) if day == time else f"{day} {time}"

    def _tickets(self) -> list[JourneyLine]:
        known = self._card.known
        if known is None:
            return []
        here = {ticket.id for ticket in known.tickets}
        waiting = [
            self._waiting(pending, pending.command)
            for pending in known.unsent
            if isinstance(pending.command, CreateTicket) and pending.subject_id not in here
        ]
        return [*waiting[::-1], *(self._ticket(ticket) for ticket in known.tickets)]

    def _ticket(self, ticket: Ticket) -> JourneyLine:
        mine = ticket.author_id == self._source.user_id
        author = tr("journey.by_me") if mine else ticket.author_name
        return JourneyLine(
            key=ticket.id,
            title=f"#{ticket.number} {ticket.subject}",
            detail=" · ".join((self._moment(ticket.at), ticket.owner_group_name, _priority(ticket.priority), author)),
            kind="ticket",
            pill=tr(f"ticket.status_{ticket.status.value}"),
            tone=_TICKET_TONES.get(ticket.status, "neutral"),
        )

    def _waiting(self, pending: Pending, command: CreateTicket) -> JourneyLine:
        refused = pending.state is PendingState.REFUSED
        line = JourneyLine(
            key=pending.subject_id,
            title=command.subject,
            detail=" · ".join((self._moment(pending.at), _priority(command.priority))),
            kind="ticket",
            pill=tr(f"delivery.{pending.state.value}"),
            tone="bad" if refused else "soon",
        )
        return replace(line, detail=sentence(pending.refused)) if refused and pending.refused else line


def _priority(priority: Priority) -> str:
    return tr(f"ticket.priority_{priority.value}")
