"""Interactions: what is handled, what was finished today, and what waits on a chosen account (S0.21–S0.25)."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.inbox import InboxRow, InteractionList
from omnix_desktop.models.paged_list import ROW_ROLE, Index
from omnix_desktop.ui.delegates import inbox_row
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_desktop.ui.widgets.tabs import Tabs

HANDLING, HISTORY, WAITING = range(3)


class InteractionsPanel(Panel):
    """Three lists over the same rows; the one that is open is marked wherever it stands."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__("interactions")
        self._desk, self._commands = desk, commands
        self._narrow = IconButton("list-filter", "")
        self._narrow.setObjectName("history_narrow")
        self._narrow.setCheckable(True)
        self._narrow.toggled.connect(self._narrow_history)
        self._narrow.hide()
        self.title_bar.add_action(self._narrow)
        self._new_mail = IconButton("mail", "")
        self._new_mail.setObjectName("interactions_new_mail")
        self.title_bar.add_action(self._new_mail)
        commands.bind(self._new_mail, "mail.write")
        self.tabs = Tabs()
        self.tabs.setObjectName("interaction_tabs")
        for key in ("handling", "history", "waiting"):
            self.tabs.add(tr(f"inbox.{key}"))
        self._pages = [
            _Page(desk.inbox.handling, "handling_list", "inbox"),
            _Page(desk.inbox.history, "history_list", "history"),
            _Page(desk.waiting, "waiting_list", "clock"),
        ]
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
            page.chosen.connect(self._open)
            page.opened.connect(self._write)
        self.column.addWidget(self.tabs)
        self.column.addWidget(self._stack, 1)
        self.tabs.chosen.connect(self._turn)
        self.tabs.setTabVisible(WAITING, False)
        self._listen()
        self.retranslate()

    def _listen(self) -> None:
        desk = self._desk
        desk.inbox.counted.connect(self._count)
        desk.catalogue.changed.connect(self._count)
        for signal in (desk.catalogue.changed, desk.channels.served_changed):
            signal.connect(self._offer_mail)
        self._offer_mail()
        desk.selection.changed.connect(self._mark)
        desk.waiting.watched.connect(self._watch)

    def title(self) -> str:
        account_id = self._desk.waiting.account_id if hasattr(self, "_desk") else None
        return self._desk.catalogue.account_name(account_id) if account_id else super().title()

    def retranslate(self) -> None:
        super().retranslate()
        for place, key in enumerate(("handling", "history", "waiting")):
            self.tabs.set_text(place, tr(f"inbox.{key}"))
            self._pages[place].say(tr(f"inbox.{key}"), tr(f"inbox.{key}_empty"), tr(f"inbox.{key}_empty_why"))
        self._narrow.describe(tr("inbox.only_this_customer"))
        self._count()

    def focus_first(self) -> None:
        self._pages[self._stack.currentIndex()].list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.tabs.currentIndex() == WAITING:
            self._desk.waiting.unwatch()
        else:
            super().keyPressEvent(event)

    def _count(self) -> None:
        counts, limit = self._desk.inbox.counts, self._desk.catalogue.limit
        tone = "soon" if counts.handling >= limit else "neutral"
        self.title_bar.set_badge(tr("inbox.load", handled=counts.handling, limit=limit), tone)
        self.tabs.set_count(HANDLING, counts.handling)
        self.tabs.set_count(HISTORY, counts.history)

    def _offer_mail(self) -> None:
        self._new_mail.setVisible(bool(self._desk.new_mail.mailboxes()))

    def _watch(self) -> None:
        watching = self._desk.waiting.account_id is not None
        self.tabs.setTabVisible(WAITING, watching)
        self.tabs.setCurrentIndex(WAITING if watching else HANDLING)
        self.title_bar.set_title(self.title())

    def _turn(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._narrow.setVisible(place == HISTORY)

    def _narrow_history(self, on: bool) -> None:
        opened = self._desk.selection.opened
        self._desk.inbox.narrow_history(opened.customer_id if on and opened else None)

    def _open(self, index: QModelIndex) -> None:
        row: InboxRow | None = index.data(ROW_ROLE)
        if row is not None:
            self._desk.selection.open(row.opened)

    def _write(self, index: QModelIndex) -> None:
        self._open(index)
        self._commands.run("message.reply")

    def _mark(self) -> None:
        opened = self._desk.selection.opened
        for page in self._pages:
            page.mark(opened.interaction_id if opened else "")
        if self._narrow.isChecked():
            self._narrow_history(True)


class _Page(QWidget):
    """One list, or why there is nothing in it; the list is made when the page is shown."""

    chosen = Signal(QModelIndex)
    opened = Signal(QModelIndex)

    def __init__(self, rows: InteractionList, name: str, icon: str) -> None:
        super().__init__()
        self._rows, self._name = rows, name
        self._made: RowList | None = None
        self._empty = EmptyState(icon, "")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._empty)
        self._spoken = self._key = ""

    @property
    def list(self) -> RowList:
        if self._made is None:
            self._made = self._make()
            self._fill()
        return self._made

    def say(self, name: str, empty: str, why: str) -> None:
        self._spoken = name
        self._empty.set_texts(empty, why)
        if self._made is not None:
            self._made.setAccessibleName(name)

    def mark(self, key: str) -> None:
        self._key = key
        if self._made is not None:
            self._made.select_row(self._rows.place_of(key))

    def showEvent(self, event: QShowEvent) -> None:
        _ = self.list
        super().showEvent(event)

    def _make(self) -> RowList:
        made = RowList(InboxDelegate(_painted), InboxDelegate.HEIGHT, self._spoken)
        made.setObjectName(self._name)
        made.setModel(self._rows)
        self._column.insertWidget(0, made)
        for moved in (made.chosen, made.clicked):
            moved.connect(self.chosen)
        made.opened.connect(self.opened)
        rows = self._rows
        for signal in (rows.modelReset, rows.rowsInserted, rows.rowsRemoved, rows.rowsMoved):
            signal.connect(self._fill)
        return made

    def _fill(self) -> None:
        filled = self._rows.rowCount() > 0
        self.list.setVisible(filled)
        self._empty.setVisible(not filled)
        if filled:
            self.mark(self._key)


def _painted(index: Index) -> inbox_row.InboxRow | None:
    row: InboxRow | None = index.data(ROW_ROLE)
    if row is None:
        return None
    icon, colour = _state(row)
    pills = (row.pill, *row.notes) if row.pill.words else row.notes
    return inbox_row.InboxRow(
        name=row.name,
        preview=row.preview,
        topic=row.topic,
        time=row.at,
        unread=row.unread,
        pills=tuple(inbox_row.Pill(pill.words, pill.tone) for pill in pills),
        channel_icon=channel_icon(row.channel_kind),
        seed=row.customer_id,
        state_icon=icon,
        state_colour=colour,
    )


def _state(row: InboxRow) -> tuple[str, str]:
    if row.refused:
        return "circle-alert", "bad"
    if row.unsent:
        return "clock", "soon"
    return ("pencil", "accent_text") if row.draft else ("", "muted")
