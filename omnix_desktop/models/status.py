"""How true the screen is: connection, last sync, what is unsent, held or refused (promise 8)."""

from datetime import datetime

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import status as queries
from omnix_desktop.cache.queries.pending import Pending, PendingState
from omnix_desktop.i18n import format_time, has_key, tr
from omnix_desktop.models.due import short_clock
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.tick import Tick
from omnix_desktop.models.why import Why, fault_sentence, sentence
from omnix_desktop.ports import Link, LinkState, LinkStatus
from omnix_protocol.messages import AddMemo, SendMessage

_DOTS = {
    LinkState.ONLINE: "good",
    LinkState.BEHIND: "soon",
    LinkState.CONNECTING: "soon",
    LinkState.OFFLINE: "bad",
    LinkState.ENDED: "bad",
}


class StatusLine(msgspec.Struct, frozen=True):
    """What the status bar says."""

    link: str
    dot: str
    unsent: str = ""
    unsent_tone: str = "muted"
    fault: str = ""


class UnsentRow(msgspec.Struct, frozen=True):
    """One thing that the server does not have, for the list behind the count."""

    key: str
    what: str
    text: str
    at: str
    state: str
    reason: str
    conversation_id: str


class Status(QObject):
    """Follows the link and the outbox; `changed` when the line, `linked` when the state is another."""

    changed = Signal()
    linked = Signal()

    def __init__(self, source: Source, link: Link, tick: Tick, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._tick, self._link = source, tick, link
        self._status: LinkStatus = link.status
        self.line = self._made()
        self._refresh = Refresh(source.feed, frozenset({"outbox"}), self.retell, self)
        self.destroyed.connect(link.subscribe(self._heard))
        tick.second.connect(lambda _now: self.retell())

    @property
    def state(self) -> LinkState:
        return self._status.state

    @property
    def last_sync(self) -> datetime | None:
        """When this machine last knew that it equalled the server."""
        return self._status.last_sync

    def offline(self) -> Why | None:
        """Why what needs the server cannot be done, where it cannot."""
        connected = self.state in (LinkState.ONLINE, LinkState.BEHIND)
        return None if connected else Why("refused.offline")

    def unsent(self) -> tuple[UnsentRow, ...]:
        return tuple(_unsent_row(pending) for pending in queries.unsent(self._source.reader))

    def retell(self) -> None:
        line = self._made()
        if line != self.line:
            self.line = line
            self.changed.emit()

    def _heard(self, status: LinkStatus) -> None:
        before, self._status = self._status, status
        self.retell()
        if before.state is not status.state:
            self.linked.emit()

    def _made(self) -> StatusLine:
        counts = queries.outbox_counts(self._source.reader)
        waiting, stuck = counts.queued, counts.held + counts.refused
        words = tr("status.unsent", n=waiting + stuck) if waiting + stuck else ""
        return StatusLine(
            link=self._linked(),
            dot=_DOTS[self._status.state],
            unsent=words,
            unsent_tone="bad" if stuck else "soon" if self.offline() else "muted",
            fault=fault_sentence(self._status.fault) if self._status.fault else "",
        )

    def _linked(self) -> str:
        status = self._status
        told = tr(f"status.{status.state.value}")
        if status.state is LinkState.ENDED and status.reason:
            return f"{told} · {sentence(status.reason)}"
        parts = [told]
        if status.last_sync is not None:
            parts.append(tr("status.last_sync", time=format_time(status.last_sync, seconds=True)))
        if status.state is LinkState.OFFLINE and status.retry_at is not None:
            left = (status.retry_at - self._tick.now()).total_seconds()
            parts.append(tr("status.retry_in", clock=short_clock(left)))
        return " · ".join(parts)


def _unsent_row(pending: Pending) -> UnsentRow:
    command = pending.command
    text = command.text if isinstance(command, SendMessage | AddMemo) else getattr(command, "subject", "")
    conversation = command.conversation_id if isinstance(command, SendMessage | AddMemo) else ""
    kind = f"unsent.{type(command).__name__}"
    return UnsentRow(
        key=pending.command_id,
        what=tr(kind) if has_key(kind) else type(command).__name__,
        text=str(text),
        at=format_time(pending.at),
        state=pending.state.value,
        reason=sentence(pending.refused) if pending.refused and pending.state is PendingState.REFUSED else "",
        conversation_id=conversation,
    )
