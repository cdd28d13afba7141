"""The registry at work: one QAction per action, enabled and explained as the state is, run as a task."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtGui import QAction, QKeySequence

from omnix_desktop.actions.base import ACTIONS, Action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import on_language_change, tr
from omnix_desktop.models.why import Why
from omnix_desktop.tasks import Tasks


class Clickable(Protocol):
    """What a button has, without knowing widgets."""

    @property
    def clicked(self) -> SignalInstance: ...

    def setEnabled(self, enabled: bool) -> None: ...

    def describe(self, name: str, shortcut: str = "", tooltip: str = "") -> None: ...


class Commands(QObject):
    """Everything that can be done at this place, as QActions that menus, shortcuts and buttons share."""

    def __init__(self, place: Place, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._tasks = tasks
        self._bound: dict[str, list[Callable[[Action, Why | None], None]]] = {}
        self._qactions = {known.id: self._make(known) for known in ACTIONS.values()}
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._forget = on_language_change(self.refresh)
        desk = place.desk
        told = (desk.status.linked, desk.inbox.counted, desk.channels.total_changed, desk.catalogue.changed)
        for signal in (*told, desk.ringing.changed):
            signal.connect(self.refresh_soon)
        self.refresh()

    def close(self) -> None:
        """The windows go: nothing is explained to buttons that are no more."""
        self._soon.stop()
        self._forget()
        self._bound.clear()

    @property
    def place(self) -> Place:
        return self._place

    def qaction(self, id: str) -> QAction:  # noqa: A002  # what it is
        return self._qactions[id]

    def qactions(self) -> list[QAction]:
        return list(self._qactions.values())

    def start(self, doing: Coroutine[None, None, None], name: str) -> None:
        """What no action names: marking as read, following what is on the screen."""
        self._tasks.start(doing, name)

    def run(self, id: str) -> bool:  # noqa: A002  # what it is
        """Do it if it may be done now; otherwise say why not."""
        known = ACTIONS[id]
        self._place.desk.selection.settle()
        why = known.refusal(self._place)
        if why is not None:
            self._place.screen.tell(str(why), "soon")
            return False
        doing = known.run(self._place)
        if isinstance(doing, Awaitable):
            self._tasks.start(self._finish(doing), id)
        else:
            self.refresh_soon()
        return True

    async def _finish(self, doing: Awaitable[None]) -> None:
        try:
            await doing
        finally:
            self.refresh()

    def bind(self, button: Clickable, id: str) -> None:  # noqa: A002  # what it is
        """A button that does this, is disabled with it, and says in its tooltip why."""
        button.clicked.connect(lambda: self.run(id))

        def explain(known: Action, why: Why | None) -> None:
            button.setEnabled(why is None)
            tip = tr(known.label) if why is None else f"{tr(known.label)} · {why}"
            button.describe(tr(known.label), known.shortcut, tip)

        self.watch(id, explain)

    def watch(self, id: str, heard: Callable[[Action, Why | None], None]) -> None:  # noqa: A002  # what it is
        """Hear what the action's state is, now and after each change; for a reason that stands beside a button."""
        self._bound.setdefault(id, []).append(heard)
        heard(ACTIONS[id], ACTIONS[id].refusal(self._place))

    def refresh_soon(self) -> None:
        """Once for all that changes in this turn of the loop."""
        self._soon.start()

    def refresh(self) -> None:
        """The state changed: enable, disable and explain anew."""
        for known in ACTIONS.values():
            why = known.refusal(self._place)
            shown = self._qactions[known.id]
            shown.setText(tr(known.label))
            shown.setToolTip(tr(known.label) if why is None else str(why))
            shown.setEnabled(why is None)
            for heard in self._bound.get(known.id, ()):
                heard(known, why)

    def _make(self, known: Action) -> QAction:
        made = QAction(self)
        made.setObjectName(known.id)
        if known.shortcut:
            made.setShortcut(QKeySequence(known.shortcut))
        made.triggered.connect(lambda: self.run(known.id))
        return made
