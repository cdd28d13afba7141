"""The journey under the profile: interactions and tickets, what is asked, and what this machine has (S0.51–S0.53)."""

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.customers import load_journey
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.journey import JourneyLine
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.ui.delegates.journey_row import JourneyDelegate, JourneyRow
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_desktop.ui.widgets.tabs import Tabs

ASK_AFTER = 300
"""Milliseconds on one customer before the server is asked: it is noted who opened whose story."""
INTERACTIONS, TICKETS = range(2)


class JourneyView(QWidget):
    """Two lists; `opened` names the interaction whose whole story is wanted."""

    opened = Signal(str)
    ticket_opened = Signal(str)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands, self._desk = commands, commands.place.desk
        self._journey = self._desk.journey
        self.tabs = Tabs()
        self.tabs.setObjectName("journey_tabs")
        self.tabs.add("")
        self.tabs.add("")
        self._progress = ProgressLine()
        self._notice = Banner("", "soon")
        self._notice.setObjectName("journey_notice")
        self._pages = (
            _Page(self._journey.interactions, "journey_list", "history"),
            _Page(self._journey.tickets, "journey_tickets", "ticket"),
        )
        self._older = Button("", "link", small=True)
        self._older.setObjectName("journey_older")
        self._stack = QStackedWidget()
        self._wait = QTimer(self, singleShot=True, interval=ASK_AFTER)
        self._lay_out()
        self._listen()
        self.retranslate()

    def retranslate(self) -> None:
        self.tabs.set_text(INTERACTIONS, tr("journey.interactions"))
        self.tabs.set_text(TICKETS, tr("journey.tickets"))
        self.tabs.setAccessibleName(tr("journey.name"))
        self._pages[INTERACTIONS].say(tr("journey.interactions"), tr("journey.empty"), tr("journey.empty_why"))
        self._pages[TICKETS].say(tr("journey.tickets"), tr("journey.no_tickets"), tr("journey.no_tickets_why"))
        self._older.set_text(tr("journey.older"))
        self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wait.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._wait.stop()
        super().hideEvent(event)

    def _listen(self) -> None:
        self.tabs.chosen.connect(self._turn)
        self._wait.timeout.connect(self._ask)
        self._journey.changed.connect(self._tell)
        self._desk.customer.opened.connect(self._again)
        self._desk.status.linked.connect(self._again)
        self._older.clicked.connect(lambda: self._ask(older=True))
        self._notice.activated.connect(self._ask)
        for page, signal in zip(self._pages, (self.opened, self.ticket_opened), strict=True):
            page.wanted.connect(signal)

    def _again(self) -> None:
        self._tell()
        if self.isVisible():
            self._wait.start()

    def _ask(self, *, older: bool = False) -> None:
        if self.isVisible() and self._desk.status.offline() is None:
            self._commands.start(load_journey(self._commands.place, older=older), "journey")

    def _turn(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._tell()

    def _tell(self) -> None:
        journey = self._journey
        offline = self._desk.status.offline()
        first = self.tabs.currentIndex() == INTERACTIONS
        self.tabs.set_count(INTERACTIONS, journey.total)
        self.tabs.set_count(TICKETS, journey.tickets.rowCount())
        self._progress.setVisible(journey.loading)
        self._older.setVisible(first and journey.more and offline is None)
        if offline is not None and not journey.asked:
            self._notice.show_sentence(tr("journey.offline"), "soon")
        elif journey.problem and first:
            self._notice.show_sentence(journey.problem, "bad", tr("journey.again"))
        else:
            self._notice.show_sentence("")
        self._above.setVisible(bool(self._notice.text()))

    def _lay_out(self) -> None:
        self._above = QWidget()
        notice = QVBoxLayout(self._above)
        notice.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        notice.addWidget(self._notice)
        for page in self._pages:
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._progress)
        column.addWidget(self._above)
        column.addWidget(self._stack, 1)
        column.addWidget(self._older)


class _Page(QWidget):
    """One list, or why there is nothing in it."""

    wanted = Signal(str)

    def __init__(self, rows: PagedList[JourneyLine], name: str, icon: str) -> None:
        super().__init__()
        self._rows = rows
        self.list = RowList(JourneyDelegate(_painted), JourneyDelegate.HEIGHT)
        self.list.setObjectName(name)
        self.list.setModel(rows)
        self.list.clicked.connect(self._open)
        self.list.opened.connect(self._open)
        self._empty = EmptyState(icon, "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addWidget(self._empty)
        for signal in (rows.modelReset, rows.rowsInserted, rows.rowsRemoved):
            signal.connect(self._fill)
        self._fill()

    def say(self, name: str, empty: str, why: str) -> None:
        self.list.setAccessibleName(name)
        self.list.setToolTip(tr("journey.detail"))
        self._empty.set_texts(empty, why)

    def _open(self, index: QModelIndex) -> None:
        row: JourneyLine | None = index.data(ROW_ROLE)
        if row is not None:
            self.wanted.emit(row.key)

    def _fill(self) -> None:
        filled = self._rows.rowCount() > 0
        self.list.setVisible(filled)
        self._empty.setVisible(not filled)


def _painted(index: Index) -> JourneyRow | None:
    row: JourneyLine | None = index.data(ROW_ROLE)
    if row is None:
        return None
    icon = "ticket" if row.kind == "ticket" else channel_icon(row.kind)
    return JourneyRow(row.title, row.by, row.detail, icon, row.pill, row.tone, tr("journey.detail"))
