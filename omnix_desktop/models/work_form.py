"""A case (FCR) or a ticket (N-FCR) being written for one interaction (S0.41–S0.50)."""

from datetime import datetime
from typing import ClassVar, Generic, TypeVar

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject

from omnix_desktop.cache.queries import customer as customer_queries
from omnix_desktop.cache.queries import inbox as inbox_queries
from omnix_desktop.cache.queries import thread as thread_queries
from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.i18n import format_time, tr
from omnix_desktop.models.filling import Filling
from omnix_desktop.models.kept import Kept
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.uploading import Uploading
from omnix_desktop.models.why import Why, sentence
from omnix_protocol.conversations import Interaction
from omnix_protocol.customers import Customer
from omnix_protocol.ids import CaseId, CategoryId, CommandId, GroupId, InteractionId, TicketId, new_id
from omnix_protocol.messages import Attachment, Direction, Message
from omnix_protocol.work import Case, CaseStatus, CreateCase, CreateTicket, Priority, Ticket, TicketStatus

_TYPES = frozenset({"Customer", "Interaction", "Case", "Ticket", "outbox"})
SUBJECT_LENGTH = 200
REMARK_LENGTH = 10_000
SERVICE_NUMBER_LENGTH = 40


class CaseValues(msgspec.Struct, frozen=True):
    """What stands in a case's form. `id` is the case's from the first letter: submitted twice, it is one case."""

    id: str = ""
    subject: str = ""
    category_id: str = ""
    remark: str = ""
    service_number: str = ""
    status: CaseStatus = CaseStatus.OPEN


class TicketValues(msgspec.Struct, frozen=True):
    id: str = ""
    subject: str = ""
    category_id: str = ""
    remark: str = ""
    owner_group_id: str = ""
    priority: Priority = Priority.MEDIUM
    attachments: tuple[Attachment, ...] = ()


class Made(msgspec.Struct, frozen=True):
    """One of those already written for this interaction, or on its way."""

    key: str
    title: str
    detail: str
    pill: str
    tone: str
    command_id: str = ""  # of a refused one, which can be given back or thrown away
    reason: str = ""


V = TypeVar("V", bound=CaseValues | TicketValues)


class WorkForm(Uploading, Filling[V], Generic[V]):
    """It never learns of another interaction."""

    kind: ClassVar[str]

    def __init__(self, source: Source, kept: Kept, opened: Opened, blank: type[V], parent: QObject) -> None:
        self.opened = opened
        self._source = source
        self.interaction: Interaction | None = None
        self.customer: Customer | None = None
        self.made: tuple[Made, ...] = ()
        self._waiting: tuple[Pending, ...] = ()
        key = f"{self.kind} {opened.interaction_id}"
        super().__init__(kept, key, lambda: replace(blank(), id=new_id()), blank, parent)
        self._refresh = Refresh(source.feed, _TYPES, self._read, self)
        self._read()

    def missing(self) -> tuple[str, ...]:
        """Mandatory fields that are empty, in the order of the form."""
        raise NotImplementedError

    def problems(self) -> dict[str, Why]:
        """What is wrong by field: what is missing, what is too long."""
        found = {name: Why(f"work.missing_{name}") for name in self.missing()}
        if len(self.values.subject) > SUBJECT_LENGTH:
            found["subject"] = Why("refused.text_too_long", (("limit", SUBJECT_LENGTH),))
        if len(self.values.remark) > REMARK_LENGTH:
            found["remark"] = Why("refused.text_too_long", (("limit", REMARK_LENGTH),))
        return found

    def customers_words(self) -> str:
        """The customer's newest message, for the remark (S0.48)."""
        page = thread_queries.before(self._source.reader, self.opened.conversation_id, None, 60)
        said = [
            entry.text
            for entry in page.entries
            if isinstance(entry, Message) and entry.direction is Direction.IN and entry.text
        ]
        return said[-1] if said else ""

    def unsent(self, command_id: CommandId) -> Pending | None:
        """One of this form's that the server does not have."""
        return next((one for one in self._waiting if one.command_id == command_id), None)

    def command(self) -> CreateCase | CreateTicket:
        raise NotImplementedError

    def give_back(self, command: CreateCase | CreateTicket) -> None:
        """A refused one, to be corrected: it stands in the form again."""
        raise NotImplementedError

    def _lines(self, done: tuple[Case | Ticket, ...], waiting: tuple[Pending, ...]) -> tuple[Made, ...]:
        here = {one.id for one in done}
        queued = [_on_its_way(pending) for pending in waiting if pending.subject_id not in here]
        return (*queued[::-1], *(_stored(one) for one in done))

    def _read(self) -> None:
        row = inbox_queries.row(self._source.reader, self.opened.interaction_id)
        panel = customer_queries.panel(self._source.reader, self.opened.customer_id)
        self.interaction = row.interaction if row else None
        self.customer = panel.customer if panel else None
        command = CreateCase if self.kind == "case" else CreateTicket
        unsent = customer_queries.unsent(self._source.reader, self.opened.customer_id)
        waiting = self._waiting = tuple(
            one
            for one in unsent
            if isinstance(one.command, command) and one.command.interaction_id == self.opened.interaction_id
        )
        work: tuple[Case | Ticket, ...] = ()
        if panel is not None:
            work = panel.cases if self.kind == "case" else panel.tickets
        done = tuple(one for one in work if one.interaction_id == self.opened.interaction_id)
        self.made = self._lines(done, waiting)
        if self.values.id in {one.id for one in done} | {one.subject_id for one in waiting}:
            self.clear()  # it went out just before the program ended
        self.changed.emit()


class CaseForm(WorkForm[CaseValues]):
    """FCR: five levels of category, the service number, the status (S0.46–S0.50)."""

    kind = "case"

    def __init__(self, source: Source, kept: Kept, opened: Opened, parent: QObject) -> None:
        super().__init__(source, kept, opened, CaseValues, parent)

    def missing(self) -> tuple[str, ...]:
        values = self.values
        return tuple(name for name in ("subject", "category_id", "remark") if not getattr(values, name).strip())

    def problems(self) -> dict[str, Why]:
        found = super().problems()
        if len(self.values.service_number) > SERVICE_NUMBER_LENGTH:
            found["service_number"] = Why("refused.text_too_long", (("limit", SERVICE_NUMBER_LENGTH),))
        return found

    def service_numbers(self) -> tuple[str, ...]:
        """Those that the customer gave (S0.49)."""
        return self.customer.service_numbers if self.customer else ()

    def command(self) -> CreateCase:
        values = self.values
        return CreateCase(
            case_id=CaseId(values.id),
            interaction_id=InteractionId(self.opened.interaction_id),
            subject=values.subject.strip(),
            category_id=CategoryId(values.category_id),
            remark=values.remark.strip(),
            service_number="".join(values.service_number.split()),
            status=values.status,
        )

    def give_back(self, command: CreateCase | CreateTicket) -> None:
        if isinstance(command, CreateCase):
            fields = (command.subject, command.category_id, command.remark, command.service_number, command.status)
            self.show(CaseValues(new_id(), *fields))


class TicketForm(WorkForm[TicketValues]):
    """N-FCR: three levels, an owner group, a priority, documents (S0.43–S0.45)."""

    kind = "ticket"

    def __init__(self, source: Source, kept: Kept, opened: Opened, parent: QObject) -> None:
        super().__init__(source, kept, opened, TicketValues, parent)

    def missing(self) -> tuple[str, ...]:
        names = ("subject", "category_id", "remark", "owner_group_id")
        return tuple(name for name in names if not getattr(self.values, name).strip())

    def attach(self, file: Attachment) -> None:
        self.fill(attachments=(*self.values.attachments, file))

    def detach(self, file: Attachment) -> None:
        self.fill(attachments=tuple(one for one in self.values.attachments if one.file_id != file.file_id))

    def command(self) -> CreateTicket:
        values = self.values
        return CreateTicket(
            ticket_id=TicketId(values.id),
            interaction_id=InteractionId(self.opened.interaction_id),
            subject=values.subject.strip(),
            category_id=CategoryId(values.category_id),
            remark=values.remark.strip(),
            owner_group_id=GroupId(values.owner_group_id),
            priority=values.priority,
            attachments=values.attachments,
        )

    def give_back(self, command: CreateCase | CreateTicket) -> None:
        if isinstance(command, CreateTicket):
            self.show(
                TicketValues(
                    new_id(),
                    command.subject,
                    command.category_id,
                    command.remark,
                    command.owner_group_id,
                    command.priority,
                    command.attachments,
                )
            )


def _stored(one: Case | Ticket) -> Made:
    closed = one.status in (CaseStatus.CLOSE, TicketStatus.SOLVED, TicketStatus.CLOSED)
    case = isinstance(one, Case)
    return Made(
        key=one.id,
        title=f"#{one.number} {one.subject}",
        detail=_detail(one.at, one.category_path),
        pill=tr(f"case.status_{one.status.value}" if case else f"ticket.status_{one.status.value}"),
        tone="neutral" if closed else "good" if case else "soon",
    )


def _on_its_way(pending: Pending) -> Made:
    refused = pending.state is PendingState.REFUSED
    return Made(
        key=pending.subject_id,
        title=getattr(pending.command, "subject", ""),
        detail=format_time(pending.at),
        pill=tr(f"delivery.{pending.state.value}"),
        tone="bad" if refused else "soon",
        command_id=pending.command_id if pending.state in (PendingState.REFUSED, PendingState.HELD) else "",
        reason=sentence(pending.refused) if refused and pending.refused else "",
    )


def _detail(at: datetime, path: tuple[str, ...]) -> str:
    return " · ".join((format_time(at), path[-1] if path else ""))
