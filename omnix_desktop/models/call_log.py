"""The caller log: the server's pages, by what was asked for, and what is known about them (F36)."""

from datetime import datetime
from enum import StrEnum

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.i18n import format_time, tr
from omnix_desktop.models.customer_fields import is_named, shown_phone
from omnix_desktop.models.due import when
from omnix_desktop.models.entry_words import duration
from omnix_desktop.models.paged_list import PagedList
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.tick import Tick
from omnix_desktop.models.why import sentence
from omnix_protocol.content import CallState
from omnix_protocol.errors import Refused
from omnix_protocol.reports import CallLog, CallLogAnswer, CallLogRow

_TONES = {
    CallState.RINGING: "accent",
    CallState.ANSWERED: "good",
    CallState.MISSED: "bad",
    CallState.DROPPED: "soon",
}
_ICONS = {CallState.MISSED: "phone-missed", CallState.DROPPED: "phone-off", CallState.ANSWERED: "phone-call"}


class Calls(StrEnum):
    """Which of them are listed."""

    ALL = "all"
    MISSED = "missed"
    MINE = "mine"


class CallLine(msgspec.Struct, frozen=True):
    """A call as its row says it."""

    key: str
    who: str
    shown: str  # the number below a name, or that there is none
    time: str
    number: str  # as it is dialled; empty: hidden
    detail: str
    state: str
    tone: str
    icon: str
    opened: Opened
    recording: str = ""

    def spoken(self) -> str:
        listen = tr("calls.recording") if self.recording else ""
        return ", ".join(part for part in (self.state, self.who, self.shown, self.time, self.detail, listen) if part)


class CallList(QObject):
    """Rows of one kind at a time; `changed` when what is known about them changed."""

    changed = Signal()

    def __init__(self, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tick = tick
        self.rows: PagedList[CallLine] = PagedList(CallLine.spoken, self)
        self.which = Calls.ALL
        self._answered: dict[str, CallLogRow] = {}
        self.more = False
        self.asked = False  # an answer to this question is here
        self.loading = False
        self.problem = ""

    def choose(self, which: Calls) -> None:
        """Another question: what stood there is no answer to it."""
        if which is not self.which:
            self.which = which
            self._answered, self.more, self.asked, self.loading, self.problem = {}, False, False, False, ""
            self.retell()

    def question(self, *, older: bool) -> CallLog:
        """The newest, or those before the last that is here."""
        missed = (CallState.MISSED, CallState.DROPPED) if self.which is Calls.MISSED else ()
        last = min(self._answered.values(), key=_order, default=None) if older else None
        return CallLog(
            states=missed,
            mine=self.which is Calls.MINE,
            before_at=last.at if last else None,
            before_id=last.message_id if last else None,
        )

    def begin(self) -> None:
        """The question is on its way."""
        self.loading, self.problem = True, ""
        self.changed.emit()

    def take(self, asked: CallLog, answer: CallLogAnswer | Refused) -> None:
        """What the server answered, where it still answers what is asked."""
        if asked != self.question(older=asked.before_id is not None):
            return
        self.loading = False
        if isinstance(answer, Refused):
            self.problem = sentence(answer)
        else:
            self._keep(asked, answer)
        self.retell()

    def retell(self) -> None:
        """Say every row anew; only those that say something else are painted."""
        ordered = sorted(self._answered.values(), key=_order, reverse=True)
        self.rows.show(self._line(row) for row in ordered)
        self.changed.emit()

    def _keep(self, asked: CallLog, answer: CallLogAnswer) -> None:
        self.problem, self.asked = "", True
        fresh = {row.message_id: row for row in answer.rows}
        if asked.before_at is not None:
            self._answered, self.more = self._answered | fresh, answer.more
            return
        # older pages that are here stay where the newest one reaches them: of a gap nobody would know
        met = answer.more and not fresh.keys().isdisjoint(self._answered)
        oldest = min(map(_order, answer.rows)) if met else None
        older = {key: row for key, row in self._answered.items() if oldest is not None and _order(row) < oldest}
        self._answered = fresh | older
        self.more = self.more if older else answer.more

    def _line(self, row: CallLogRow) -> CallLine:
        call = row.call
        shown = shown_phone(call.number)
        named = is_named(row.customer_name, call.number)
        return CallLine(
            key=row.message_id,
            who=row.customer_name if named else shown or tr("ringing.hidden"),
            shown=shown if named else tr("customer.no_name"),
            time=self._began(row),
            number=call.number,
            detail=_detail(row),
            state=tr(f"calls.out_{call.state.value}" if row.outgoing else f"calls.{call.state.value}"),
            tone=_TONES.get(call.state, "neutral"),
            icon="phone-forwarded" if row.outgoing else _ICONS.get(call.state, "phone-incoming"),
            opened=Opened(row.conversation_id, row.interaction_id, row.customer_id),
            recording=call.recording_url,
        )

    def _began(self, row: CallLogRow) -> str:
        at = row.call.ringing_at or row.at
        day, time = when(at, self._tick.now()), format_time(at)
        return time if day == time else f"{day} {time}"


def _detail(row: CallLogRow) -> str:
    """How long they spoke, on which line, whose it was."""
    call = row.call
    talk = duration(call.ended_at - call.answered_at) if call.answered_at and call.ended_at else ""
    return " · ".join(part for part in (talk, row.channel_name, row.owner_name) if part)


def _order(row: CallLogRow) -> tuple[datetime, str]:
    return row.at, row.message_id
