"""The menu of the signed-in person: who, whether they take work, their devices and password, how it looks."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget, QWidgetAction

from omnix_desktop.actions.account import be_away
from omnix_desktop.actions.conditions import administers, leads, supervises
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import language, tr
from omnix_desktop.ui.theme import Space, theme
from omnix_desktop.ui.widgets import paint
from omnix_desktop.ui.widgets.badges import Avatar
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.menu import Menu
from omnix_protocol.ids import AuxCodeId
from omnix_protocol.people import PresenceState

_SELF = ("account.sessions", "account.change_password")
_PEOPLE = (
    ("people.limits", supervises),
    ("people.reset_password", leads),
    ("channels.manage", administers),
    ("integrations.manage", administers),
)
_LANGUAGES = ("view.language_id", "view.language_en")
_THEMES = ("view.theme_light", "view.theme_dark", "view.theme_system")
_CONNECTION = ("view.unsent", "account.connect_now")
_LEAVING = ("account.sign_out", "account.quit")
WIDTH = 272


class AccountMenu(Menu):
    """Made anew each time it opens, as things are then."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._commands = commands
        self.setObjectName("account_menu")
        self.setAccessibleName(tr("shell.account", name=commands.place.ports.account.me.user_name))
        head = QWidgetAction(self)
        head.setDefaultWidget(PersonHead(commands, self))
        head.setEnabled(False)
        self.addAction(head)
        self.addSeparator()
        self._add_states()
        self.addSeparator()
        self._add(_SELF)
        self._add(tuple(id for id, may in _PEOPLE if may(commands.place) is None))  # noqa: A001
        self.addSeparator()
        mark_looks(commands)
        self._add(_LANGUAGES, self.add_menu(tr("shell.language")))
        self._add(_THEMES, self.add_menu(tr("shell.theme")))
        self.addSeparator()
        self._add(_CONNECTION)
        self.addSeparator()
        self._add(_LEAVING)

    def _add(self, ids: tuple[str, ...], menu: Menu | None = None) -> None:
        for id in ids:  # noqa: A001
            (menu or self).addAction(self._commands.qaction(id))

    def _add_states(self) -> None:
        place = self._commands.place
        there = place.desk.availability
        why = place.desk.status.offline()
        group = QActionGroup(self)
        self._state(group, tr("presence.online"), "good", PresenceState.ONLINE, None)
        for code in there.codes():
            self._state(group, f"{tr('presence.aux')} · {code.name}", "soon", PresenceState.AUX, AuxCodeId(code.id))
        if not there.codes():
            self._state(group, tr("presence.aux"), "soon", PresenceState.AUX, None)
        if why is not None:
            reason = self.addAction(str(why))
            reason.setEnabled(False)
            for action in group.actions():
                action.setEnabled(False)
                action.setToolTip(str(why))

    def _state(
        self, group: QActionGroup, words: str, tone: str, state: PresenceState, aux: AuxCodeId | None
    ) -> QAction:
        there, place = self._commands.place.desk.availability, self._commands.place
        action = self.addAction(words)
        action.setObjectName(f"state_{state.value}" + (f"_{aux}" if aux else ""))
        action.setIcon(_dot(tone))
        action.setCheckable(True)
        action.setChecked((there.state, there.aux_code_id) == (state, aux))
        group.addAction(action)
        ready = state is PresenceState.ONLINE
        action.triggered.connect(
            lambda: self._commands.run("account.ready") if ready else self._commands.start(be_away(place, aux), "away")
        )
        return action


class PersonHead(QWidget):
    """Name, role and tenant."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        me, desk = commands.place.ports.account.me, commands.place.desk
        role = tr(f"people.role_{me.role}")
        tenant = desk.catalogue.tenant.name if desk.catalogue.tenant else me.tenant_name
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.M)
        face = Avatar(me.user_name, size=36)
        face.set_presence(desk.availability.tone)
        row.addWidget(face)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(me.user_name, "body_strong"))
        words.addWidget(ElidedLabel(f"{role} · {tenant}", "small", "muted"))
        words.addWidget(Label(desk.availability.words, "caption", "muted"))
        row.addLayout(words, 1)
        self.setAccessibleName(f"{me.user_name}, {role}, {tenant}, {desk.availability.words}")

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())


def mark_looks(commands: Commands) -> None:
    """A mark beside the language and theme in force."""
    chosen = {f"view.language_{language()}", f"view.theme_{theme().mode}"}
    for id in (*_LANGUAGES, *_THEMES):  # noqa: A001
        action = commands.qaction(id)
        action.setCheckable(True)
        action.setChecked(id in chosen)


def _dot(tone: str) -> QPixmap:
    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.transparent)
    painter = paint.antialiased(QPainter(picture))
    paint.fill(painter, QRectF(4, 4, 8, 8), tone, 4)
    painter.end()
    return picture
