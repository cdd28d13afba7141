"""The caller log: calls of the lines that this user serves, who is called back, what was recorded (F36)."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.actions.calls import call_number, choose_calls, copy_number, listen, load_calls, open_call
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.call_log import CallLine, Calls
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.paged_list import ROW_ROLE, Index
from omnix_desktop.ui.delegates.call_row import CallDelegate, CallRow
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import Line
from omnix_desktop.ui.widgets.menu import Menu
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_desktop.ui.widgets.tabs import Tabs

WHICH = (Calls.ALL, Calls.MISSED, Calls.MINE)
AGAIN_AFTER = 400
"""Milliseconds after news of a call before the newest page is asked for: many come together."""


class CallsPanel(Panel):
    """Return or a double click opens the conversation; what concerns the chosen call stands below the list."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__("calls")
        self._desk, self._commands, self._calls = desk, commands, desk.calls
        self._again = IconButton("refresh-cw", "")
        self._again.setObjectName("calls_again")
        self.title_bar.add_action(self._again)
        self.tabs = Tabs()
        self.tabs.setObjectName("calls_tabs")
        for _ in WHICH:
            self.tabs.add("")
        self._progress = ProgressLine()
        self._notice = Banner("", "soon")
        self._notice.setObjectName("calls_notice")
        self.list = RowList(CallDelegate(_painted), CallDelegate.HEIGHT)
        self.list.setObjectName("calls_list")
        self.list.setModel(self._calls.rows)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._empty = EmptyState("phone", "")
        self._empty.setObjectName("calls_empty")
        self._older = Button("", "link", small=True)
        self._older.setObjectName("calls_older")
        self._soon = QTimer(self, singleShot=True, interval=AGAIN_AFTER)
        self.menu: Menu | None = None
        self._lay_out()
        self._listen()
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        for place, which in enumerate(WHICH):
            self.tabs.set_text(place, tr(f"calls.which_{which.value}"))
        self.tabs.setAccessibleName(tr("calls.which"))
        self._again.describe(tr("calls.again"))
        self.list.setAccessibleName(tr("panels.calls"))
        self._older.set_text(tr("calls.older"))
        self._back.set_text(tr("calls.call_back"))
        self._record.set_text(tr("calls.listen"))
        self._copy.describe(tr("calls.copy"))
        self._tell()

    def focus_first(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _listen(self) -> None:
        self.tabs.chosen.connect(lambda place: self._start(WHICH[place]))
        self._again.clicked.connect(self._ask)
        self._older.clicked.connect(lambda: self._ask(older=True))
        self._notice.activated.connect(self._ask)
        self._soon.timeout.connect(self._ask)
        self.list.opened.connect(self._open)
        self.list.clicked.connect(self._tell)
        self.list.chosen.connect(self._tell)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self._back.clicked.connect(lambda: self._with_chosen(lambda it: call_number(self._commands.place, it.number)))
        self._copy.clicked.connect(lambda: self._with_chosen(lambda it: copy_number(self._commands.place, it.number)))
        self._record.clicked.connect(lambda: self._with_chosen(lambda it: listen(self._commands.place, it.recording)))
        self._calls.changed.connect(self._tell)
        self._desk.telephone.changed.connect(self._tell)
        self._desk.status.linked.connect(self._linked)
        self._desk.ringing.turned.connect(self._soon.start)

    def _linked(self) -> None:
        self._tell()
        self._ask()

    def _start(self, which: Calls) -> None:
        self._commands.start(choose_calls(self._commands.place, which), "caller log")

    def _ask(self, *, older: bool = False) -> None:
        if self.isVisible() and self._desk.status.offline() is None:
            self._commands.start(load_calls(self._commands.place, older=older), "caller log")

    def _chosen(self) -> CallLine | None:
        line: CallLine | None = self.list.marked().data(ROW_ROLE)
        return line

    def _with_chosen(self, act: Callable[[CallLine], None]) -> None:
        line = self._chosen()
        if line is not None:
            act(line)

    def _open(self, index: QModelIndex) -> None:
        line: CallLine | None = index.data(ROW_ROLE)
        if line is not None:
            open_call(self._commands.place, line)

    def _open_menu(self, at: QPoint) -> None:
        line = self._chosen()
        if line is None:
            return
        place = self._commands.place
        self.menu = menu = Menu(parent=self)
        menu.addAction(tr("calls.open")).triggered.connect(lambda: open_call(place, line))
        back = menu.addAction(tr("calls.call_back"))
        back.triggered.connect(lambda: call_number(place, line.number))
        back.setEnabled(bool(self._desk.telephone.link(line.number)))
        copied = menu.addAction(tr("calls.copy"))
        copied.triggered.connect(lambda: copy_number(place, line.number))
        copied.setEnabled(bool(line.number))
        heard = menu.addAction(tr("calls.listen"))
        heard.triggered.connect(lambda: listen(place, line.recording))
        heard.setEnabled(bool(line.recording))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _tell(self) -> None:
        """Rows or why there are none, and what can be done with the chosen one."""
        calls, offline = self._calls, self._desk.status.offline()
        filled = calls.rows.rowCount() > 0
        self._progress.setVisible(calls.loading)
        self._again.setEnabled(offline is None and not calls.loading)
        self._older.setVisible(calls.more and offline is None)
        self.list.setVisible(filled)
        self._empty.setVisible(not filled)
        self._explain(offline is not None, filled)
        if offline is not None and filled:
            self._notice.show_sentence(tr("calls.offline"), "soon")
        elif calls.problem:
            self._notice.show_sentence(calls.problem, "bad", tr("calls.try_again"))
        else:
            self._notice.show_sentence("")
        self._above.setVisible(bool(self._notice.text()))
        line = self._chosen() if filled else None
        self._below.setVisible(line is not None)
        if line is not None:
            self._tell_chosen(line)

    def _tell_chosen(self, line: CallLine) -> None:
        telephone = self._desk.telephone
        self._back.setEnabled(bool(telephone.link(line.number)))
        why = "" if telephone.calls else tr("why.telephone_off")
        self._back.setToolTip(why or (tr("telephone.call_named", number=line.shown or line.who) if line.number else ""))
        self._copy.setVisible(bool(line.number))
        self._record.setVisible(bool(line.recording))

    def _explain(self, offline: bool, filled: bool) -> None:
        calls = self._calls
        if filled:
            return
        if offline and not calls.asked:
            self._empty.set_texts(tr("calls.not_here"), tr("calls.not_here_why"), icon="wifi-off")
        elif not calls.asked:
            key = "failed" if calls.problem else "coming"
            self._empty.set_texts(tr(f"calls.{key}"), tr(f"calls.{key}_why"), icon="phone")
        else:
            key = f"empty_{calls.which.value}"
            self._empty.set_texts(tr(f"calls.{key}"), tr(f"calls.{key}_why"), icon="phone")

    def _lay_out(self) -> None:
        self._above = QWidget()
        notice = QVBoxLayout(self._above)
        notice.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        notice.addWidget(self._notice)
        self._back = Button("", "plain", icon="phone", small=True)
        self._back.setObjectName("calls_back")
        self._record = Button("", "quiet", icon="volume-2", small=True)
        self._record.setObjectName("calls_listen")
        self._copy = IconButton("copy", "")
        self._copy.setObjectName("calls_copy")
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(Line())
        row = QHBoxLayout()
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        for button in (self._back, self._record):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._copy)
        below.addLayout(row)
        for part in (self.tabs, self._progress, self._above):
            self.column.addWidget(part)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self._empty, 1)
        self.column.addWidget(self._older, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self._below)


def _painted(index: Index) -> CallRow | None:
    line: CallLine | None = index.data(ROW_ROLE)
    if line is None:
        return None
    return CallRow(line.who, line.shown, line.time, line.detail, line.icon, line.state, line.tone, bool(line.recording))
