"""The wallboard's window: follows the board while it is open; F11 fills the monitor that it stands on."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QResizeEvent, QScreen, QShortcut
from PySide6.QtWidgets import QMenu, QStackedLayout

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.board_table import BoardTable
from omnix_desktop.models.wallboard import BEHIND, Wallboard
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.board_list import BoardListDialog
from omnix_desktop.ui.dialogs.limits import LimitsDialog
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.labels import Surface
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_desktop.ui.windows.wallboard.standing import onto, remember, stand
from omnix_desktop.ui.windows.wallboard.wall import Wall
from omnix_protocol import scopes
from omnix_protocol.ids import BoardId, ChannelAccountId, UserId
from omnix_protocol.reports import BoardFigure, BoardList

BASE = (1366, 768)
SMALLEST, LARGEST = 0.9, 2.4
HANDLED_COLUMN, DONE_COLUMN = 3, 5


class WallboardWindow(Surface):
    """Every number opens the list behind it."""

    def __init__(self, place: Place) -> None:
        super().__init__("window")
        self.setObjectName("wallboard")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(900, 560)
        self._place = place
        self._tasks = Tasks("wallboard")
        desk = place.desk
        self.board = Wallboard(desk.source, desk.catalogue, desk.status, desk.tick, self)
        self.wall = Wall(self.board, desk.tick)
        self._empty = EmptyState("chart-column", "")
        self._full = IconButton("maximize", "", size=32)
        self._full.setObjectName("wallboard_full_screen")
        self._monitor = IconButton("monitor", "", size=32)
        self._monitor.setObjectName("wallboard_screen")
        self._limits = IconButton("gauge", "", size=32)
        self._limits.setObjectName("wallboard_limits")
        for button in (self._limits, self._monitor, self._full):
            self.wall.head.addWidget(button)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.wall)
        self._scope = scopes.board(BoardId(place.ports.account.me.tenant_id))
        place.ports.follows.hold(self._scope)
        self._unsubscribe = place.ports.follows.revoked(self._revoked)
        self._listen()
        self.resize(*BASE)
        stand(self, desk.kept)
        self.retranslate()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Questions live as long as the window."""
        self._tasks.start(work, name)

    def retranslate(self) -> None:
        self.wall.retranslate()
        self.setWindowTitle(self.wall.title())
        self.setAccessibleName(self.wall.title())
        self._full.describe(tr("wallboard.full_screen"), "F11")
        self._monitor.describe(tr("wallboard.choose_screen"))
        self._turn()

    def toggle_full_screen(self) -> None:
        """The whole monitor that the window stands on, or the window again."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()
        remember(self, self._place.desk.kept)

    def show_on(self, screen: QScreen) -> None:
        """Full screen on a chosen monitor."""
        self.showNormal()
        onto(self, screen)
        self.showFullScreen()
        remember(self, self._place.desk.kept)

    def closeEvent(self, event: QCloseEvent) -> None:
        remember(self, self._place.desk.kept)
        self._forget_language()
        self._unsubscribe()
        self._place.ports.follows.let_go(self._scope)
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        scale = min(self.width() / BASE[0], self.height() / BASE[1])
        self.wall.set_scale(min(LARGEST, max(SMALLEST, round(scale * 20) / 20)))

    def _listen(self) -> None:
        self.wall.figure_pressed.connect(self._open_figure)
        self.wall.channels.pressed_cell.connect(self._open_channel)
        self.wall.agents.pressed_cell.connect(self._open_agent)
        self.wall.alarm.clicked.connect(self._open_alarm)
        self.board.figures_changed.connect(self._turn)
        self._place.desk.catalogue.changed.connect(self.retranslate)  # the tenant's name may come after the window
        self.board.fresh_changed.connect(self._turn)
        self._full.clicked.connect(self.toggle_full_screen)
        self._monitor.clicked.connect(self._choose_screen)
        self._limits.clicked.connect(self._open_limits)
        QShortcut(QKeySequence("F11"), self, self.toggle_full_screen)
        QShortcut(QKeySequence("Escape"), self, lambda: self.toggle_full_screen() if self.isFullScreen() else None)
        QShortcut(QKeySequence("Ctrl+W"), self, self.close)
        self._forget_language = on_language_change(self.retranslate)

    def _turn(self) -> None:
        """The wall as soon as there are figures; before that, why there are none."""
        self._stack.setCurrentWidget(self.wall if self.board.known else self._empty)
        offline = self._place.desk.status.offline()
        key = "revoked" if self.board.revoked else "offline" if offline else "loading"
        self._empty.set_texts(tr(f"wallboard.{key}"), tr(f"wallboard.{key}_why"))
        self._limits.setEnabled(offline is None)
        label = tr("actions.people.limits")
        self._limits.describe(label, "", f"{label} · {offline}" if offline else "")

    def _open_figure(self, name: str) -> None:
        self._open(tr(f"wallboard.{name}"), BoardList(figure=BEHIND[name]))

    def _open_channel(self, account_id: str, column: int) -> None:
        handled = column == HANDLED_COLUMN
        figure = BoardFigure.HANDLED_TODAY if handled else BoardFigure.WAITING
        title = tr("wallboard.handled") if handled else tr("wallboard.waiting")
        query = BoardList(figure=figure, channel_account_id=ChannelAccountId(account_id))
        self._open(f"{title} · {_name(self.board.channels, account_id)}", query)

    def _open_agent(self, user_id: str, column: int) -> None:
        done = column == DONE_COLUMN
        figure = BoardFigure.HANDLED_TODAY if done else BoardFigure.HANDLING
        title = tr("wallboard.handled") if done else tr("wallboard.handling")
        query = BoardList(figure=figure, user_id=UserId(user_id))
        self._open(f"{title} · {_name(self.board.agents, user_id)}", query)

    def _open_alarm(self) -> None:
        account_id = self.board.alarm.account_id if self.board.alarm else None
        self._open(tr("wallboard.waiting"), BoardList(figure=BoardFigure.WAITING, channel_account_id=account_id))

    def _open(self, title: str, query: BoardList) -> None:
        dialog = BoardListDialog(self._place, self.start, title, query, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_limits(self) -> None:
        dialog = LimitsDialog(self._place, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _revoked(self, scope: str) -> None:
        if scope == self._scope:
            self.board.revoke()

    def _choose_screen(self) -> None:
        menu = QMenu(self)
        for screen in QGuiApplication.screens():
            size = screen.geometry()
            words = f"{screen.name()} · {size.width()} × {size.height()}"
            menu.addAction(words).triggered.connect(lambda _on=False, screen=screen: self.show_on(screen))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._monitor.mapToGlobal(self._monitor.rect().bottomLeft()))


def _name(table: BoardTable, key: str) -> str:
    found = table.of(key)
    return found.cells[0].words if found else ""
