"""Calls that ring for this agent right now, and the one that their own telephone has taken (F36)."""

from datetime import datetime

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from omnix_desktop.cache.queries import calls as queries
from omnix_desktop.i18n import format_clock, tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.customer_fields import is_named, shown_phone
from omnix_desktop.models.due import when
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.telephone import Telephone
from omnix_desktop.models.tick import Tick
from omnix_protocol.calls import LastTalk, LiveCall, rings
from omnix_protocol.content import CallState
from omnix_protocol.conversations import Interaction, Status
from omnix_protocol.ids import InteractionId, UserId

MANY = 50
"""Changed interactions from which on all are read."""


class RingingCall(msgspec.Struct, frozen=True):
    """One call as its card says it."""

    key: tuple[str, str]  # the call, and how far it is: what was put away while it rang comes once more when taken
    state: CallState
    number: str  # as it is dialled; empty: hidden
    who: str  # name, or the number where nobody knows the name
    shown: str  # the number below a name
    line: str
    last: str
    clock: str
    opened: Opened
    is_known: bool
    seed: str = ""

    @property
    def head(self) -> str:
        return tr(f"ringing.{self.state.value}")

    def spoken(self) -> str:
        """For a screen reader, once when it begins: a clock that runs would never be silent."""
        return ", ".join(part for part in (self.head, self.who, self.shown, self.line, self.last) if part)


class Ringing(QObject):
    """Follows the replica and the clock. A call goes by itself when it is answered elsewhere, over, or too old."""

    changed = Signal()  # the cards say something else
    ticked = Signal()  # nothing but their clocks went on
    turned = Signal()  # a call began, was taken or ended, whoever's it is
    arrived = Signal(object)  # a RingingCall that was not there before

    def __init__(
        self, source: Source, catalogue: Catalogue, telephone: Telephone, tick: Tick, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._source, self._catalogue, self._telephone, self._tick = source, catalogue, telephone, tick
        self._live: dict[str, Interaction] = {}
        self._put_away: set[tuple[str, str]] = set()
        self.calls: tuple[RingingCall, ...] = ()
        self._refresh = Refresh(source.feed, frozenset({"Interaction"}), self._read_again, self)
        tick.second.connect(lambda _now: self.retell())
        telephone.changed.connect(self.retell)
        # after the first paint: it reads more than a page
        QTimer.singleShot(0, self, self._read_all)

    def dismiss(self, key: tuple[str, str]) -> None:
        """Away with the card; the call goes on ringing for the others."""
        self._put_away.add(key)
        self.retell()

    def settle(self, key: tuple[str, str]) -> None:
        """Whoever calls is on the screen: no card of this call any more, not when it is taken either."""
        self._put_away |= {(key[0], state.value) for state in CallState}
        self.retell()

    def retell(self) -> None:
        """Say every card anew."""
        now = self._tick.now()
        told = [self._told(it, live, now) for it, live in self._mine(now)]
        calls = tuple(call for call in told if call.key not in self._put_away)
        if calls == self.calls:
            return
        before, self.calls = self.calls, calls
        if _timeless(before) == _timeless(calls):
            self.ticked.emit()
            return
        self.changed.emit()
        there = {call.key for call in before}
        for call in calls:
            if call.key not in there:
                self.arrived.emit(call)

    def _mine(self, now: datetime) -> list[tuple[Interaction, LiveCall]]:
        """Whom the agent is speaking with, then who has rung longest."""
        extension = self._telephone.settings.extension
        me = self._source.user_id
        found = [(it, it.live_call) for it in self._live.values() if it.live_call is not None]
        mine = [pair for pair in found if concerns(*pair, me, extension, now)]
        return sorted(mine, key=_order)

    def _told(self, it: Interaction, live: LiveCall, now: datetime) -> RingingCall:
        call = live.call
        since = call.answered_at if call.state is CallState.ANSWERED else call.ringing_at
        shown = shown_phone(call.number)
        named = is_named(it.customer_name, call.number)
        account = self._catalogue.account_name(it.channel_account_id)
        return RingingCall(
            key=(live.message_id, call.state.value),
            state=call.state,
            number=call.number,
            who=it.customer_name if named else shown or tr("ringing.hidden"),
            shown=shown if named else "",
            line=" · ".join(part for part in (account, shown_phone(call.line)) if part),
            last=self._last(live.last, now),
            clock=format_clock(max(0.0, (now - (since or now)).total_seconds())),
            opened=Opened(it.conversation_id, InteractionId(it.id), it.customer_id),
            is_known=named,
            seed=it.customer_id,
        )

    def _last(self, last: LastTalk | None, now: datetime) -> str:
        if last is None:
            return tr("ringing.first")
        channel = self._catalogue.channel_name(last.channel_kind)
        return tr(
            "ringing.last", what=" · ".join(part for part in (when(last.at, now), channel, last.agent_name) if part)
        )

    def _read_again(self) -> None:
        named = self._refresh.named("Interaction")
        if named is None or len(named) > MANY:
            self._read_all()
            return
        known = queries.live(self._source.reader, self._source.user_id, named)
        self._take({key: it for key, it in self._live.items() if key not in named} | {it.id: it for it in known})

    def _read_all(self) -> None:
        self._take({it.id: it for it in queries.live(self._source.reader, self._source.user_id)})

    def _take(self, live: dict[str, Interaction]) -> None:
        before = _told_of(self._live)
        self._live = live
        self.retell()
        if _told_of(live) != before:
            calls = {it.live_call.message_id for it in live.values() if it.live_call is not None}
            self._put_away = {key for key in self._put_away if key[0] in calls}
            self.turned.emit()


def concerns(it: Interaction, live: LiveCall, me: UserId, extension: str, now: datetime) -> bool:
    """Whether this agent is rung up: it waits in their queue or is theirs, and rings on no other telephone.

    Once taken it is shown where their own telephone took it: that is whom they are speaking with.
    """
    if it.status is Status.QUEUED:
        theirs = it.reserved_for in (None, me)
    else:
        theirs = it.owner_id == me
    call = live.call
    if call.state is CallState.ANSWERED:
        return theirs and bool(extension) and call.extension == extension
    return theirs and rings(call, now) and (not call.extension or not extension or call.extension == extension)


def _timeless(calls: tuple[RingingCall, ...]) -> list[RingingCall]:
    return [replace(call, clock="") for call in calls]


def _order(pair: tuple[Interaction, LiveCall]) -> tuple[bool, datetime, str]:
    it, live = pair
    return live.call.state is not CallState.ANSWERED, live.call.ringing_at or it.last_at, it.id


def _told_of(live: dict[str, Interaction]) -> set[tuple[str, CallState]]:
    return {(it.live_call.message_id, it.live_call.call.state) for it in live.values() if it.live_call is not None}
