"""Where one is signed in: every device with its address and when it was last seen; others can be signed out."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import format_datetime, tr
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.badges import Badge
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import ElidedLabel, Label
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.structure import Card
from omnix_protocol.errors import Refused
from omnix_protocol.sign_in import Session

HEIGHT = 300


class SessionsDialog(Dialog):
    """This one first, then the most recently seen."""

    def __init__(self, place: Place, parent: QWidget, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("sessions.title"),
            primary=tr("shell.close"),
            cancel="",
            sentence=tr("sessions.sentence"),
            width=520,
            parent=parent,
        )
        self.setObjectName("sessions_dialog")
        self.cancel_button.hide()
        self._place = place
        self._tasks = tasks or Tasks("sessions")
        self._progress = ProgressLine()
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, Space.XS, 0)
        self._rows.setSpacing(Space.S)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(HEIGHT)
        area.setWidget(self._inside)
        self._others = Button(tr("sessions.end_others"), "danger")
        self._others.setObjectName("sessions_end_others")
        self._others.hide()
        self._known: list[Session] = []
        self._others.clicked.connect(self._end_others)
        self.extra.addWidget(self._others)
        self.body.addWidget(self._progress)
        self.body.addWidget(area)
        self._start(self._ask(), "sessions")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name)

    async def _ask(self) -> None:
        found = await self._place.ports.account.sessions()
        if not isValid(self):
            return  # closed meanwhile
        self._progress.hide()
        if isinstance(found, Refused):
            self.set_problem(sentence(found))
            return
        self._fill(sorted(found, key=lambda one: (one.current, one.last_seen_at), reverse=True))

    def _fill(self, sessions: list[Session]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for session in sessions:
            self._rows.addWidget(self._card(session))
        self._rows.addStretch(1)
        self._others.setVisible(sum(not one.current for one in sessions) > 1)
        self._known = sessions

    def _card(self, session: Session) -> QWidget:
        card = Card()
        device = session.device_name or tr("sessions.unnamed")
        seen = tr("sessions.now") if session.current else format_datetime(session.last_seen_at)
        facts = tr("sessions.facts", address=session.address or "—", seen=seen)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        words = QVBoxLayout()
        words.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(ElidedLabel(device, "body_strong"), 1)
        words.addLayout(head)
        words.addWidget(Label(facts, "small", "muted", tabular=True))
        line.addLayout(words, 1)
        if session.current:
            line.addWidget(Badge(tr("sessions.this_one"), "good"))
        else:
            end = Button(tr("sessions.end"), "danger", small=True)
            end.setObjectName(f"session_end_{session.id}")
            end.setAccessibleName(tr("sessions.end_named", device=device))
            end.clicked.connect(lambda: self._start(self._end([session]), "end session"))
            line.addWidget(end)
        card.column.addLayout(line)
        card.setAccessibleName(", ".join((device, facts, *((tr("sessions.this_one"),) if session.current else ()))))
        return card

    async def _end(self, sessions: list[Session]) -> None:
        """Asks first; what could not be ended stays in the list, with the reason above it."""
        names = ", ".join(one.device_name or tr("sessions.unnamed") for one in sessions[:3])
        question = tr("sessions.sure", n=len(sessions), device=names)
        if not await self._place.screen.confirm(tr("sessions.end_title"), question, tr("sessions.end")):
            return
        refused: Refused | None = None
        for one in sessions:
            refused = await self._place.ports.account.end_session(one.id) or refused
        if not isValid(self):
            return
        self.set_problem(sentence(refused) if refused else "")
        await self._ask()

    def _end_others(self) -> None:
        self._start(self._end([one for one in self._known if not one.current]), "end sessions")
