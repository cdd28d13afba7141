"""The supervisor's wallboard: figures, queues, agents, hours, alarms, and how fresh all of that is (S1.40)."""

from datetime import datetime, timedelta

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import wallboard as queries
from omnix_desktop.i18n import format_clock, format_date, format_datetime, format_time, number, percent, tr
from omnix_desktop.models.board_table import BoardCell, BoardRow, BoardTable
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.due import Pill, short_clock, wait_pill
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.status import Status
from omnix_desktop.models.tick import Tick
from omnix_desktop.ports import LinkState
from omnix_protocol.ids import ChannelAccountId
from omnix_protocol.people import PresenceState
from omnix_protocol.reports import Board, BoardAgent, BoardChannel, BoardFigure, BoardHour
from omnix_protocol.rules import Urgency, wait_urgency

STALE = timedelta(seconds=5)
FIGURES = ("waiting", "oldest", "in_time", "handled", "abandoned", "handling")
BEHIND = {
    "waiting": BoardFigure.WAITING,
    "oldest": BoardFigure.WAITING,
    "in_time": BoardFigure.HANDLED_TODAY,
    "handled": BoardFigure.HANDLED_TODAY,
    "abandoned": BoardFigure.ABANDONED,
    "handling": BoardFigure.HANDLING,
}
"""The list behind each figure."""
CHANNEL_COLUMNS = ("channel", "waiting", "longest", "handled")
AGENT_COLUMNS = ("agent", "state", "load", "since", "first_reply", "done")
_STATE_TONES = {PresenceState.ONLINE: "good", PresenceState.AUX: "soon", PresenceState.OFFLINE: "faint"}


class FigureShown(msgspec.Struct, frozen=True):
    value: str = ""
    note: str = ""
    tone: str = "text"


class Fresh(msgspec.Struct, frozen=True):
    """How old the numbers are, and why where they are too old."""

    words: str = ""
    tone: str = "muted"


class Alarm(msgspec.Struct, frozen=True):
    """Waits beyond the tenant's rule; `account_id` where it is one channel's."""

    words: str
    account_id: ChannelAccountId | None = None


class Wallboard(QObject):
    """What the window paints; each signal comes only when that part says something else."""

    figures_changed = Signal()
    hours_changed = Signal()
    fresh_changed = Signal()
    alarm_changed = Signal()
    agents_changed = Signal()

    def __init__(self, source: Source, catalogue: Catalogue, status: Status, tick: Tick, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._catalogue, self._status, self._tick = source, catalogue, status, tick
        self._board: Board | None = None
        self.revoked = False
        self.figures: dict[str, FigureShown] = {name: FigureShown() for name in FIGURES}
        self.hours: tuple[BoardHour, ...] = ()
        self.fresh = Fresh()
        self.alarm: Alarm | None = None
        self.agents_there = 0
        self.channels = BoardTable(len(CHANNEL_COLUMNS), self)
        self.agents = BoardTable(len(AGENT_COLUMNS), self)
        self._refresh = Refresh(source.feed, frozenset({"Board", "Tenant"}), self._read, self)
        tick.second.connect(lambda _now: self._tell())  # nothing need happen on the server for waits to grow
        status.linked.connect(self._tell)
        self._read()

    @property
    def known(self) -> bool:
        """Whether there are figures to be shown."""
        return self._board is not None and not self.revoked

    @property
    def tenant_name(self) -> str:
        return self._catalogue.tenant.name if self._catalogue.tenant else ""

    def revoke(self) -> None:
        """The server no longer shows this board to this user."""
        self.revoked = True
        self.retell()

    def retell(self) -> None:
        """Say everything anew; whoever paints hears only of what differs."""
        self.channels.set_names([tr(f"wallboard.column_{name}") for name in CHANNEL_COLUMNS])
        self.agents.set_names([tr(f"wallboard.column_{name}") for name in AGENT_COLUMNS])
        self._tell()

    def _read(self) -> None:
        self._board = queries.board(self._source.reader)
        self.retell()

    @property
    def _live(self) -> bool:
        return self._status.state is LinkState.ONLINE

    def _known_at(self) -> datetime | None:
        """The last moment at which these figures are known to have been the server's."""
        told = (self._board.at if self._board else None, self._status.last_sync)
        return max((moment for moment in told if moment), default=None)

    def _tell(self) -> None:
        self._set("fresh", self._freshness(self._tick.now()), self.fresh_changed)
        board = self._board
        if board is None:
            return
        # whoever waited when the connection went may have been taken since: their wait stands still with the figures
        now = self._tick.now() if self._live else self._known_at() or board.at
        self._set("figures", self._figures(board, now), self.figures_changed)
        self._set("hours", board.hours, self.hours_changed)
        self._set("alarm", self._alarm(board, now), self.alarm_changed)
        there = sum(agent.state is not PresenceState.OFFLINE for agent in board.agents)
        self._set("agents_there", there, self.agents_changed)
        most = max((channel.waiting for channel in board.channels), default=0)
        ordered = sorted(board.channels, key=lambda channel: (-channel.waiting, channel.name))
        self.channels.show([self._channel(channel, most, now) for channel in ordered])
        self.agents.show([_agent(agent, now) for agent in board.agents])

    def _set(self, name: str, value: object, changed: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            changed.emit()  # type: ignore[attr-defined]  # a bound signal

    def _freshness(self, now: datetime) -> Fresh:
        """Connected, the server tells of each change at once; without, the numbers are as old as the silence."""
        if self.revoked:
            return Fresh(tr("wallboard.revoked"), "bad")
        at = self._known_at()
        state = tr("wallboard.live" if self._live else f"status.{self._status.state.value}")
        if at is None:
            return Fresh(state)
        today = format_date(at) == format_date(now)
        time = format_time(at, seconds=True) if today else format_datetime(at)
        if self._live:
            return Fresh(f"{state} · {tr('wallboard.updated', time=time)}")
        return Fresh(f"{state} · {tr('wallboard.as_of', time=time)}", "soon" if now - at > STALE else "muted")

    def _figures(self, board: Board, now: datetime) -> dict[str, FigureShown]:
        rules = self._catalogue.rules
        oldest = wait_pill(rules, board.oldest_at, now)
        busy = sum(channel.waiting > 0 for channel in board.channels)
        received = sum(hour.received for hour in board.hours)
        share = percent(board.abandoned_today / received) if received else ""
        within = format_clock(rules.reply_due_seconds)
        replied = tr("wallboard.of_replied", n=board.replied_in_time, total=board.replied, clock=within)
        waits = "soon" if _tone(oldest) != "text" else "text"
        places = tr("wallboard.on_channels", n=busy) if busy else ""
        return {
            "waiting": FigureShown(number(board.waiting), places, waits),
            "oldest": FigureShown(oldest.words or "—", board.oldest_channel, _tone(oldest)),
            "in_time": FigureShown(percent(board.replied_in_time / board.replied) if board.replied else "—", replied),
            "handled": FigureShown(number(board.handled_today), tr("wallboard.received", n=received)),
            "abandoned": FigureShown(number(board.abandoned_today), share),
            "handling": FigureShown(number(board.handling), tr("wallboard.by_agents", n=_busy(board))),
        }

    def _alarm(self, board: Board, now: datetime) -> Alarm | None:
        rules = self._catalogue.rules
        late = [
            channel
            for channel in board.channels
            if channel.waiting and channel.oldest_at and wait_urgency(rules, channel.oldest_at, now) is Urgency.LATE
        ]
        if not late:
            return None
        late.sort(key=lambda channel: channel.oldest_at or now)
        limit = format_clock(rules.wait_late_seconds)
        said = [f"{one.name} {short_clock((now - (one.oldest_at or now)).total_seconds())}" for one in late[:4]]
        words = tr("wallboard.alarm", channels=", ".join(said), limit=limit)
        return Alarm(words, late[0].channel_account_id if len(late) == 1 else None)

    def _channel(self, channel: BoardChannel, most: int, now: datetime) -> BoardRow:
        wait = wait_pill(self._catalogue.rules, channel.oldest_at if channel.waiting else None, now)
        tone = {"soon": "soon", "bad": "bad"}.get(wait.tone, "accent")
        bar = channel.waiting / most if channel.waiting and most else None
        return BoardRow(
            channel.channel_account_id,
            (
                BoardCell(channel.name, icon=channel_icon(channel.kind)),
                BoardCell(
                    number(channel.waiting), "text" if channel.waiting else "muted", True, bar=bar, bar_tone=tone
                ),
                BoardCell(wait.words or "—", "text" if tone == "accent" else tone),
                BoardCell(number(channel.handled_today)),
            ),
        )


def _agent(agent: BoardAgent, now: datetime) -> BoardRow:
    state, tone = _state(agent)
    since = short_clock((now - agent.since).total_seconds()) if agent.since else "—"
    reply = "—" if agent.first_reply_seconds is None else format_clock(agent.first_reply_seconds)
    full = agent.limit and agent.load >= agent.limit
    return BoardRow(
        agent.user_id,
        (
            BoardCell(agent.name, avatar=True),
            BoardCell(state, "muted" if tone == "faint" else tone, dot=tone),
            BoardCell(f"{agent.load}/{agent.limit}", "soon" if full else "text"),
            BoardCell(since),
            BoardCell(reply),
            BoardCell(number(agent.handled_today)),
        ),
    )


def _state(agent: BoardAgent) -> tuple[str, str]:
    if agent.state is PresenceState.ONLINE and agent.load:
        return tr("wallboard.handling_state"), "accent_text"
    words = tr(f"presence.{agent.state.value}")
    if agent.state is PresenceState.AUX and agent.aux_name:
        words = f"{words} · {agent.aux_name}"
    return words, _STATE_TONES.get(agent.state, "muted")


def _busy(board: Board) -> int:
    return sum(agent.load > 0 for agent in board.agents)


def _tone(pill: Pill) -> str:
    return pill.tone if pill.tone in ("soon", "bad") else "text"
