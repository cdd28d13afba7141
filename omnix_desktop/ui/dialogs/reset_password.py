"""Giving somebody a one-time password: shown once, here and nowhere else (S0.9)."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.people import give_password, resettable
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.delegates.agent_row import AgentDelegate, AgentRow
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import SearchField
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import Card
from omnix_protocol.errors import Refused
from omnix_protocol.ids import UserId


class Person(msgspec.Struct, frozen=True):
    """Somebody whose password may be reset by who looks."""

    key: str
    name: str
    email: str
    role: str


class ResetPasswordDialog(Dialog):
    """First whom, then what to tell them."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("people.reset_title"),
            primary=tr("people.reset_submit"),
            cancel=tr("shell.cancel"),
            sentence=tr("people.reset_sentence"),
            width=520,
            parent=parent,
        )
        self.setObjectName("reset_password_dialog")
        self._place, self._tasks = place, tasks or Tasks("reset password")
        self._all = [
            Person(user.id, user.name, user.email, tr(f"people.role_{user.role}")) for user in resettable(place)
        ]
        self._people: PagedList[Person] = PagedList(lambda one: f"{one.name}, {one.role}, {one.email}", self)
        self._search = SearchField(tr("people.search"))
        self._search.setObjectName("reset_password_search")
        self.list = RowList(AgentDelegate(_painted), AgentDelegate.HEIGHT, tr("people.list"))
        self.list.setObjectName("reset_password_list")
        self.list.setModel(self._people)
        self.list.setMinimumHeight(AgentDelegate.HEIGHT * 6)
        self._given = GivenPassword()
        self._given.hide()
        for part in (self._search, self.list, self._given):
            self.body.addWidget(part)
        self._search.changed.connect(self._narrow)
        self.list.chosen.connect(lambda _index: self._choose())
        self.list.opened.connect(lambda _index: self.submit())
        self._narrow("")
        self._search.setFocus()

    def submit(self) -> None:
        person = self._chosen()
        if self._given.shown:
            self.accept()
        elif person is not None and self.primary_button.isEnabled():
            self.primary_button.setEnabled(False)
            self._tasks.start(self._reset(person), "reset password")

    async def _reset(self, person: Person) -> None:
        sure = tr("people.reset_sure", name=person.name)
        if not await self._place.screen.confirm(tr("people.reset_title"), sure, tr("people.reset_submit")):
            self._choose()
            return
        given = await give_password(self._place, UserId(person.key))
        if not isValid(self):
            return  # closed meanwhile
        if isinstance(given, Refused):
            self.set_problem(sentence(given))
            self._choose()
            return
        self._show(person, given)

    def _show(self, person: Person, password: str) -> None:
        self.set_problem("")
        self.set_words(tr("people.given_title", name=person.name), tr("people.given_sentence"))
        for part in (self._search, self.list, self.cancel_button):
            part.hide()
        self._given.show_password(password)
        self.primary_button.set_text(tr("shell.close"))
        self.primary_button.setEnabled(True)
        self.adjustSize()

    def _narrow(self, typed: str) -> None:
        wanted = typed.strip().lower()
        self._people.show(one for one in self._all if wanted in one.name.lower() or wanted in one.email.lower())
        if wanted and self._people.rowCount():
            self.list.setCurrentIndex(self._people.index(0))
        self._choose()

    def _chosen(self) -> Person | None:
        found: Person | None = self.list.marked().data(ROW_ROLE)
        return found

    def _choose(self) -> None:
        chosen = self._chosen() is not None
        self.primary_button.setEnabled(chosen)
        self.primary_button.setToolTip("" if chosen else tr("people.choose_first"))


class GivenPassword(Card):
    """The password in large letters, to be copied or read aloud."""

    def __init__(self) -> None:
        super().__init__("window")
        self.shown = False
        self._words = Label("", "title", tabular=True, selectable=True)
        self._words.setObjectName("given_password")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._copy = Button(tr("people.copy"), "plain", icon="copy")
        self._copy.setObjectName("given_password_copy")
        self._copy.clicked.connect(self._take)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self._copy)
        line.addStretch(1)
        inner = QVBoxLayout()
        inner.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        inner.setSpacing(Space.M)
        inner.addWidget(self._words)
        inner.addLayout(line)
        self.column.addLayout(inner)

    def show_password(self, password: str) -> None:
        self.shown = True
        self._words.setText(password)
        self._words.setAccessibleName(tr("people.given_name", password=password))
        self.show()
        self._copy.setFocus()

    def _take(self) -> None:
        QGuiApplication.clipboard().setText(self._words.text())
        self._copy.set_text(tr("people.copied"))
        self._copy.set_icon("check")


def _painted(index: Index) -> AgentRow | None:
    person: Person | None = index.data(ROW_ROLE)
    return None if person is None else AgentRow(name=person.name, detail=f"{person.role} · {person.email}")
