"""The dark rail: one button per panel, what waits, the settings, and who is signed in."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.actions.base import ACTIONS
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.ui.panels import PANELS
from omnix_desktop.ui.shell.account_menu import AccountMenu, mark_looks
from omnix_desktop.ui.shell.docks import Docks
from omnix_desktop.ui.shell.mark import draw_mark
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Avatar
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.menu import Menu
from omnix_desktop.ui.widgets.rail import Rail, RailButton

_SETTINGS = (
    ("view.theme_light", "view.theme_dark", "view.theme_system"),
    ("view.language_id", "view.language_en"),
    ("view.zoom_in", "view.zoom_out", "view.zoom_reset"),
    ("telephone.settings",),
    ("view.reset_layout", "view.shortcuts"),
)
_WINDOWS = ("view.wallboard",)


class MainRail(Rail):
    """Panels above, the program and the person below."""

    def __init__(self, docks: Docks, commands: Commands, person: str) -> None:
        super().__init__()
        self.setObjectName("rail")
        self._docks, self._commands = docks, commands
        self._panels = {panel.name: RailButton(panel.icon, "") for panel in PANELS}
        self._windows = {id: RailButton(ACTIONS[id].icon, "") for id in _WINDOWS}  # noqa: A001
        self._settings = RailButton("settings", "")
        self._settings.setObjectName("rail_settings")
        self._person = PersonButton(person)
        self._person.setObjectName("rail_account")
        self._lay_out()
        self._connect()
        forget = on_language_change(self.retranslate)
        self.destroyed.connect(lambda: forget())
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("shell.rail"))
        for name, button in self._panels.items():
            button.describe(tr(f"panels.{name}"))
        for id, button in self._windows.items():  # noqa: A001
            button.describe(tr(ACTIONS[id].label), ACTIONS[id].shortcut)
        self._settings.describe(tr("shell.settings"))
        self._tell_person()

    def set_count(self, panel: str, count: int, tone: str = "alarm") -> None:
        self._panels[panel].set_count(count, tone)

    def open_account(self) -> None:
        """Who is signed in, whether they take work, and what concerns them."""
        _pop_up(AccountMenu(self._commands, self), self._person)

    def _tell_person(self) -> None:
        there = self._commands.place.desk.availability
        self._person.describe(tr("shell.account", name=self._person.person), "Ctrl+Shift+A")
        self._person.setAccessibleDescription(there.words)
        self._person.set_presence(there.tone)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, Space.M)
        column.setSpacing(Space.XS)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Mark(), 0, centre)
        column.addSpacing(Space.S)
        for name, button in self._panels.items():
            button.setObjectName(f"rail_{name}")
            column.addWidget(button, 0, centre)
        for id, window in self._windows.items():  # noqa: A001
            window.setObjectName(f"rail_{id}")
            window.setCheckable(False)
            column.addWidget(window, 0, centre)
        column.addStretch(1)
        self._settings.setCheckable(False)
        column.addWidget(self._settings, 0, centre)
        column.addWidget(self._person, 0, centre)

    def _connect(self) -> None:
        for name, button in self._panels.items():
            button.clicked.connect(lambda _on=False, name=name: self._choose(name))
        self._docks.activated.connect(self._mark)
        for id, window in self._windows.items():  # noqa: A001
            self._commands.bind(window, id)
            if ACTIONS[id].refusal(self._commands.place) is not None:
                window.hide()
        self._settings.clicked.connect(lambda: self._menu(_SETTINGS, self._settings))
        self._person.clicked.connect(self.open_account)
        self._commands.place.desk.availability.changed.connect(self._tell_person)

    def _choose(self, name: str) -> None:
        """Into the panel; away with it where the keyboard is in it already."""
        if self._docks.active() == name:
            self._docks.hide(name)
        else:
            self._docks.show(name)
        self._mark(self._docks.active())

    def _mark(self, active: str) -> None:
        for name, button in self._panels.items():
            button.setChecked(name == active)

    def _menu(self, groups: tuple[tuple[str, ...], ...], at: QWidget) -> None:
        menu = Menu(parent=self)
        mark_looks(self._commands)
        for place, group in enumerate(groups):
            if place:
                menu.addSeparator()
            alike = QActionGroup(menu)
            for id in group:  # noqa: A001
                alike.addAction(self._commands.qaction(id))
                menu.addAction(self._commands.qaction(id))
        _pop_up(menu, at)


def _pop_up(menu: Menu, at: QWidget) -> None:
    """Beside the button, growing upwards."""
    menu.aboutToHide.connect(menu.deleteLater)
    corner = at.mapToGlobal(at.rect().topRight())
    corner.setX(corner.x() + Space.S)
    corner.setY(corner.y() + at.height() - menu.sizeHint().height())
    menu.popup(corner)


class Mark(QWidget):
    """The program's own sign."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(32, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = paint.antialiased(QPainter(self))
        draw_mark(painter, QRectF(self.rect()))
        painter.end()


class PersonButton(IconButton):
    """The signed-in person's circle."""

    def __init__(self, person: str) -> None:
        super().__init__("user-round", person, size=40)
        self.person = person
        self._face = Avatar(person, size=32, ground="rail", parent=self)
        self._face.move(2, 2)
        self._face.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_presence(self, colour: str) -> None:
        self._face.set_presence(colour)
