"""One interaction of a journey to be read: from the server, or as far as this machine has it (S0.52 DETAIL)."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from omnix_desktop.cache.queries import journey as queries
from omnix_desktop.cache.queries.thread import Entry
from omnix_desktop.i18n import format_datetime, format_time, tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.source import Source
from omnix_desktop.models.thread_items import ThreadItem, entry_item
from omnix_protocol.conversations import Interaction
from omnix_protocol.ids import InteractionId
from omnix_protocol.reports import JourneyDetailAnswer
from omnix_protocol.work import Case, Ticket


class WorkLine(msgspec.Struct, frozen=True):
    """A case or ticket of it."""

    title: str
    detail: str
    remark: str
    icon: str


class ShownStory(msgspec.Struct, frozen=True):
    """What the dialog says."""

    title: str
    sentence: str
    items: tuple[ThreadItem, ...]
    work: tuple[WorkLine, ...]


def known_story(source: Source, catalogue: Catalogue, interaction_id: InteractionId) -> ShownStory | None:
    """What is here; None where nothing is."""
    found = queries.story(source.reader, interaction_id)
    return None if found is None else _shown(catalogue, found.interaction, found.entries, found.cases, found.tickets)


def answered_story(catalogue: Catalogue, answer: JourneyDetailAnswer) -> ShownStory:
    """All of it, as the server answered."""
    found: tuple[Entry, ...] = (*answer.entries.messages, *answer.entries.memos)
    entries = sorted(found, key=lambda entry: entry.position)
    return _shown(catalogue, answer.interaction, entries, answer.cases, answer.tickets)


def _shown(
    catalogue: Catalogue, it: Interaction, entries: Iterable[Entry], cases: Iterable[Case], tickets: Iterable[Ticket]
) -> ShownStory:
    span = format_datetime(it.created_at)[:-3]
    if it.ended_at is not None:
        span = f"{span} – {format_time(it.ended_at)}"
    parts = [tr("journey.session", number=str(it.number)), span]
    if it.owner_name:
        parts.append(tr("conversation.with", name=it.owner_name))
    account = catalogue.account_name(it.channel_account_id) or it.channel_kind
    return ShownStory(
        title=f"{it.customer_name or tr('customer.no_name')} · {account}",
        sentence=" · ".join(parts),
        items=tuple(replace(entry_item(entry), actions=()) for entry in entries),
        work=(*map(work_line, cases), *map(work_line, tickets)),
    )


def work_line(one: Case | Ticket) -> WorkLine:
    case = isinstance(one, Case)
    status = tr(f"case.status_{one.status.value}" if case else f"ticket.status_{one.status.value}")
    parts = [status, " / ".join(one.category_path)]
    if isinstance(one, Ticket):
        parts += [one.owner_group_name, tr(f"ticket.priority_{one.priority.value}")]
        parts += [file.name for file in one.attachments]
    elif one.service_number:
        parts.append(one.service_number)
    return WorkLine(
        title=f"{tr('case.one' if case else 'ticket.one')} #{one.number} · {one.subject}",
        detail=" · ".join((*parts, one.author_name, format_datetime(one.at)[:-3])),
        remark=one.remark,
        icon="clipboard-check" if case else "ticket",
    )
