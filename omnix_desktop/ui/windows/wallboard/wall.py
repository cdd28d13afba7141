"""What stands on the wall: figures above, queues at the left, hours and agents at the right, the alarm below."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from omnix_desktop.i18n import format_time, tr
from omnix_desktop.models.tick import Tick
from omnix_desktop.models.wallboard import FIGURES, Wallboard
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.figure import Figure
from omnix_desktop.ui.widgets.structure import Card
from omnix_desktop.ui.windows.wallboard.chart import HourChart
from omnix_desktop.ui.windows.wallboard.table import WallTable
from omnix_desktop.ui.windows.wallboard.words import AlarmStrip, Swatch, WallWords

GAP = 16


class Wall(QWidget):
    """Paints the board's parts as they change, at one scale."""

    figure_pressed = Signal(str)

    def __init__(self, board: Wallboard, tick: Tick) -> None:
        super().__init__()
        self._board, self._tick = board, tick
        self.head = QHBoxLayout()
        self._title, self._subtitle = WallWords("heading"), WallWords("body", "muted")
        self.fresh, self._clock = WallWords("body", "muted", right=True), WallWords("heading", right=True)
        self.fresh.setObjectName("wallboard_fresh")
        self.figures = {name: Figure() for name in FIGURES}
        self._channels_title, self._hours_title = WallWords("body_strong", "muted"), WallWords("body_strong", "muted")
        self._agents_title = WallWords("body_strong", "muted")
        self._received, self._handled = Swatch("accent"), Swatch("good")
        self.channels = WallTable("wallboard_channels", board.channels, (0.34, 0.38, 0.15, 0.13))
        self.agents = WallTable("wallboard_agents", board.agents, (0.26, 0.25, 0.11, 0.12, 0.16, 0.1))
        self.chart = HourChart()
        self.alarm = AlarmStrip()
        self._lay_out()
        self._listen()

    def title(self) -> str:
        return self._title.text()

    def retranslate(self) -> None:
        self._title.say(tr("wallboard.title", tenant=self._board.tenant_name))
        self._subtitle.say(tr("wallboard.subtitle"))
        self._channels_title.say(tr("wallboard.channels"))
        self._hours_title.say(tr("wallboard.hours"))
        self._received.say(tr("wallboard.received_line"))
        self._handled.say(tr("wallboard.handled_line"))
        self.channels.setAccessibleName(tr("wallboard.channels"))
        for name, figure in self.figures.items():
            figure.set_caption(tr(f"wallboard.{name}"))
        self._board.retell()
        for tell in (self._tell_figures, self._tell_fresh, self._tell_agents, self._tell_hours, self._tell_alarm):
            tell()
        self._tell_time(self._tick.now())

    def set_scale(self, scale: float) -> None:
        grown = (self._title, self._subtitle, self.fresh, self._clock, self._channels_title, self._hours_title)
        for words in (*grown, self._agents_title):
            words.set_scale(scale)
        for figure in self.figures.values():
            figure.set_scale(scale)
        for table in (self.channels, self.agents):
            table.set_scale(scale)
        for part in (self._received, self._handled):
            part.set_scale(scale)
        self.chart.set_scale(scale)
        self.alarm.set_scale(scale)
        for layout, margins in self._margins:
            layout.setContentsMargins(*(round(margin * scale) for margin in margins))
        for spaced in self._spaced:
            spaced.setSpacing(round(GAP * scale))

    def _listen(self) -> None:
        board = self._board
        board.figures_changed.connect(self._tell_figures)
        board.hours_changed.connect(self._tell_hours)
        board.fresh_changed.connect(self._tell_fresh)
        board.alarm_changed.connect(self._tell_alarm)
        board.agents_changed.connect(self._tell_agents)
        self._tick.second.connect(self._tell_time)
        for name, figure in self.figures.items():
            figure.setObjectName(f"wallboard_{name}")
            figure.clicked.connect(lambda _on=False, name=name: self.figure_pressed.emit(name))

    def _tell_figures(self) -> None:
        for name, figure in self.figures.items():
            shown = self._board.figures[name]
            figure.set_value(shown.value, shown.note, shown.tone)

    def _tell_fresh(self) -> None:
        self.fresh.say(self._board.fresh.words, self._board.fresh.tone)

    def _tell_agents(self) -> None:
        self._agents_title.say(tr("wallboard.agents", n=self._board.agents_there))
        self.agents.setAccessibleName(self._agents_title.text())

    def _tell_hours(self) -> None:
        self.chart.show_hours(self._board.hours)

    def _tell_alarm(self) -> None:
        self.alarm.say(self._board.alarm.words if self._board.alarm else "")

    def _tell_time(self, now: datetime) -> None:
        self._clock.say(format_time(now))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        self.head.setSpacing(Space.M)
        for words in (self._title, self._subtitle):
            self.head.addWidget(words)
        self.head.addStretch(1)
        for words in (self.fresh, self._clock):
            self.head.addWidget(words)
        figures = QHBoxLayout()
        for figure in self.figures.values():
            figures.addWidget(figure, 1)
        hours = _row(self._hours_title, self._received, self._handled)
        cards = (
            _card(hours, self.chart),
            _card(_row(self._agents_title), self.agents),
            _card(_row(self._channels_title), self.channels),
        )
        right = QVBoxLayout()
        right.addWidget(cards[0], 9)
        right.addWidget(cards[1], 13)
        below = QHBoxLayout()
        below.addWidget(cards[2], 7)
        below.addLayout(right, 8)
        column.addLayout(self.head)
        column.addLayout(figures)
        column.addLayout(below, 1)
        column.addWidget(self.alarm)
        self._spaced = (column, figures, right, below)
        self._margins: tuple[tuple[QLayout, tuple[int, int, int, int]], ...] = (
            (column, (Space.XL, Space.L, Space.XL, Space.L + 4)),
            *((card.column, (20, Space.L, 20, Space.M)) for card in cards),
        )


def _row(*parts: QWidget) -> QBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.L)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row


def _card(head: QBoxLayout, body: QWidget) -> Card:
    card = Card(padding=Space.L)
    card.column.addLayout(head)
    card.column.addWidget(body, 1)
    return card
